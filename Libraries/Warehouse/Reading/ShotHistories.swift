public import Basketball
public import Pipeline
import Postgres

extension SnapshotReader {
    /// The last twenty games before a day in which each player appeared, with his shots by zone. A player without one is
    /// in the result with none.
    public func shotHistories(
        _ players: Set<String>,
        season: Int,
        before date: GameDate
    ) async throws -> [String: GamesBefore<ShotGame>] {
        guard !players.isEmpty else { return [:] }
        let rows = try await query(
            """
            SELECT p.player_lookup, s.game_date, s.has_complete_shot_zones, s.paint_attempts, s.paint_makes,
                   s.mid_range_attempts, s.mid_range_makes, s.three_attempts_pbp, s.three_makes_pbp,
                   s.assisted_fg_makes, s.unassisted_fg_makes
            FROM unnest(\(players.sorted())::text[]) AS p(player_lookup)
            CROSS JOIN LATERAL (
                SELECT * FROM nba_analytics.player_game_summary AS g
                WHERE g.player_lookup = p.player_lookup AND g.game_date < \(PostgresDate(date))
                    AND g.season_year = \(season) AND g.removed_at IS NULL AND g.player_status = 'active'
                    AND (g.minutes_played > 0 OR g.fg_attempts > 0)
                ORDER BY g.game_date DESC LIMIT 20
            ) AS s
            """
        )
        var games: [String: [ShotGame]] = [:]
        for row in rows {
            // Zones that are not all of his shots would make the shares wrong.
            let isComplete = try row.decode("has_complete_shot_zones", as: Bool?.self) == true
            games[try row.decode("player_lookup"), default: []].append(
                ShotGame(
                    date: try GameDate(try row.decode("game_date", as: PostgresDate.self)),
                    zones: isComplete
                        ? try ZoneShots(
                            row,
                            paint: ("paint_attempts", "paint_makes"),
                            midRange: ("mid_range_attempts", "mid_range_makes"),
                            perimeter: ("three_attempts_pbp", "three_makes_pbp")
                        ) : nil,
                    assistedMakes: isComplete ? try row.decode("assisted_fg_makes") : nil,
                    unassistedMakes: isComplete ? try row.decode("unassisted_fg_makes") : nil
                )
            )
        }
        return Dictionary(uniqueKeysWithValues: players.map { ($0, GamesBefore(games[$0] ?? [], before: date)) })
    }
}
