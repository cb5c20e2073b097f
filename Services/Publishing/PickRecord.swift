import Basketball
import Pipeline

/// How picks did, at the prices that they were shown with.
struct PickRecord: Sendable, Hashable {
    var picks = 0
    var wins = 0
    var losses = 0
    var pushes = 0
    var voids = 0
    /// Won and lost stakes of 1.
    var units = 0.0

    init(_ picks: [Pick]) {
        self.picks = picks.count
        wins = picks.count { $0.result == .win }
        losses = picks.count { $0.result == .loss }
        pushes = picks.count { $0.result == .push }
        voids = picks.count { $0.result == .void }
        units = picks.compactMap(\.profit).reduce(0, +)
    }

    private var decided: Int { wins + losses }

    /// Pushes and voids are in no rate; a rate without a case is null. The interval is Wilson's at 95 %.
    var content: JSONValue {
        let interval: JSONValue =
            SampleStatistics.wilsonInterval(hits: wins, of: decided).map {
                [.rounded(100 * $0.lowerBound), .rounded(100 * $0.upperBound)]
            } ?? .null
        return [
            "picks": .count(picks), "wins": .count(wins), "losses": .count(losses), "pushes": .count(pushes),
            "voids": .count(voids), "pending": .count(picks - decided - pushes - voids),
            "win_rate_percent": .rounded(decided == 0 ? nil : 100 * Double(wins) / Double(decided)),
            "win_rate_interval_percent": interval,
            "units": .rounded(units, 2),
        ]
    }
}
