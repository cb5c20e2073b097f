/// Takes dates in their order: tells what was known before each, then takes up what happened. All that is evaluated goes
/// through ``step(_:)``, so that what is probed for leaks is what is judged.
struct LeagueWalk: Sendable {
    /// A date's appearances as they were before it, in the order of its boxes.
    struct Before: Sendable {
        var rows: [PointsFeatureRow]
        var records: [ScoringRecord]
    }

    private var state = PointsFeatureState()
    /// By the player's id.
    private var records: [Int: ScoringRecord] = [:]

    /// - Parameter isTold: whether anybody wants to know what was before; without, there are no rows.
    mutating func step(_ day: GameDay, isTold: Bool = true) throws -> Before {
        var before = Before(rows: [], records: [])
        if isTold {
            before.rows = try state.features(for: day.requests)
            before.records = day.players.map { records[$0.player] ?? ScoringRecord() }
        }
        for box in day.players {
            records[box.player, default: ScoringRecord()].add(
                points: box.points,
                minutes: box.minutes,
                season: box.side.season
            )
        }
        try state.absorb(players: day.players, teams: day.teams)
        return before
    }
}
