public import Basketball
public import Pipeline

extension SnapshotReader {
    /// The last twenty games before a day in which each player appeared, with his shots by zone. A player without one is
    /// in the result with none.
    public func shotHistories(
        _ players: Set<String>,
        season: Int,
        before date: GameDate
    ) async throws -> [String: GamesBefore<ShotGame>] {
        guard !players.isEmpty else { return [:] }
        var games: [String: [ShotGame]] = Dictionary(uniqueKeysWithValues: players.map { ($0, []) })
        // From the newest day on, because a season has four times as many.
        for day in try await playerDays(season: season, before: date).reversed() {
            for row in day where row.isActive {
                guard let shots = row.shots, let known = games[row.player], known.count < 20 else { continue }
                games[row.player]?.append(shots)
            }
        }
        return games.mapValues { GamesBefore($0, before: date) }
    }
}
