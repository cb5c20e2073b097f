/// Whether the predictions of a date may begin. Readiness is a property of the date and not of a run.
struct SlateReadiness: Sendable, Hashable {
    /// Games of the date that the schedule holds and has not postponed.
    var games: Int
    /// Whether the schedule of the date's season is loaded at all; without it, no games means nothing.
    var isScheduleKnown: Bool
    /// Players with a context row for one of the games.
    var players: Int
    /// Those of them who have played before, so that features are possible.
    var expected: Int
    /// Expected players whose features are complete enough.
    var ready: Int
    /// A delta of a date whose predictions have begun: it only carries changes on.
    var isContinuation: Bool

    enum Verdict: Sendable, Hashable {
        /// There is nothing to predict; an empty slate is published.
        case noSlate
        case start(degraded: [String])
        case notStarted(String)
    }

    /// Share of the expected players, or number of players, from which a slate is ready.
    static let readyShare = 0.8
    static let readyPlayers = 100
    /// With fewer players than this, or than half of a smaller slate, there is no slate to publish.
    static let minimumPlayers = 50

    var verdict: Verdict {
        if isContinuation { return .start(degraded: []) }
        if games == 0 {
            return isScheduleKnown ? .noSlate : .notStarted("the schedule of the season is not loaded")
        }
        if players == 0 { return .notStarted("no player context for \(games) games") }
        // The first days of a season: the schedule is right, and nobody can be predicted yet.
        if expected == 0 { return .start(degraded: ["no player has a game before this date"]) }
        if Double(ready) >= Self.readyShare * Double(expected) || ready >= Self.readyPlayers {
            return .start(degraded: [])
        }
        let counts = "\(ready) of \(expected) expected players have complete features"
        if Double(ready) < min(Double(Self.minimumPlayers), Double(expected) / 2) { return .notStarted(counts) }
        return .start(degraded: [counts])
    }
}
