import Basketball
import Logging
public import Pipeline
import Postgres
import Warehouse

/// Writes `nba_analytics.player_game_summary`: one settled line a player who appeared in a final game or whom its
/// gamebook lists.
///
/// Reads `nbac_schedule` (final games, opponents, venue), `nbac_gamebook_player_stats` and `nbac_player_boxscores` (one
/// of the two a game, the gamebook first; who did not play is always its word), `bigdataball_play_by_play` else
/// `nbac_play_by_play` (shots by zone), `team_offense_game_summary` of the same games (the denominator of usage and the
/// winner) and `odds_api_player_points_props` (the lines before tip-off). Usage takes the team's real minutes / 5, so overtime counts; a line hit exactly is a PUSH; the winner comes
/// from the score. A missing team row leaves usage NULL and lowers the tier; the player's row stays.
public struct PlayerGameSummaryProcessor: Processor {
    public static let name = "player_game_summary"

    let order: SourceOrder

    public init(order: SourceOrder = .standard) { self.order = order }

    public func execute(_ execution: Execution) async throws -> Outcome {
        let date = execution.gameDate
        let read = try await execution.snapshot { try await Self.read($0, date, order) }
        guard !read.scope.isEmpty else { return .nothingPending(read.scope) }
        guard read.games.contains(where: \.isFinal) else {
            return .expectedEmpty(
                read.scope,
                reason: read.games.isEmpty ? "no_games" : "no_final_games",
                removing: TableWrite([PlayerGameSummary](), scope: .date(date))
            )
        }
        let result = PlayerSummaries.compute(read.inputs, only: read.players)
        let write = TableWrite(result.rows, date: .date(date), only: read.players, column: "player_lookup")
        var outcome = Outcome(
            .success,
            scope: read.scope,
            writes: [write],
            inScope: read.players?.count ?? result.examined,
            processed: read.players?.count ?? result.rows.count
        )
        let games = read.games.filter(\.isFinal)
        let present = Set(PlayerSummaries.lines(of: read.inputs).boxes.filter { $0.status == .active }.map(\.nbaGameID))
        let covered = present.intersection(games.map(\.nbaGameID)).count
        outcome.missingDependencies = games.filter { !present.contains($0.nbaGameID) }
            .map { "nbac_player_boxscores:\($0.gameID)" }
        outcome.missingDependencies += result.withoutTeam.map { "team_offense_game_summary:\($0)" }
        outcome.recordsFailed = result.refused.count
        outcome.metadata = [
            "games_final": .int(Int64(games.count)), "games_with_players": .int(Int64(covered)),
            "usage_refused": .int(Int64(result.usageRefused)), "refused": .array(result.refused.map { .string($0) }),
            "gamebook_mismatches": .array(result.gamebookMismatches.map { .string($0) }),
        ]
        if !result.refused.isEmpty {
            execution.logger.warning(
                "box rows refused",
                metadata: ["rows": "\(result.refused.prefix(20).joined(separator: " "))"]
            )
        }
        return outcome
    }

    private struct Read: Sendable {
        var scope: Scope
        var games: [SlateGame] = []
        /// Nil for the whole date.
        var players: Set<String>?
        var inputs = PlayerSummaries.Inputs()
    }

    private static func read(_ reader: SnapshotReader, _ date: GameDate, _ order: SourceOrder) async throws -> Read {
        var read = Read(scope: try await reader.scope())
        guard !read.scope.isEmpty else { return read }
        read.games = try await reader.slate(on: date)
        guard read.games.contains(where: \.isFinal) else { return read }
        read.inputs.games = read.games.filter(\.isFinal)
        read.inputs.order = order
        read.inputs.boxes = try await boxes(reader, date)
        read.inputs.gamebooks = try await gamebooks(reader, date)
        let box = PlayerSummaries.fieldGoals(of: read.inputs)
        read.inputs.shots = try await reader.playByPlayShots(on: date, box: box, order: order)
        read.inputs.teams = try await teams(reader, date)
        read.players = try await players(reader, date, read)
        read.inputs.lines = try await reader.pointsLines(on: date, players: read.players)
        return read
    }

    /// The players that the markers reach: themselves, and everybody of a team or game that is named, with whom the
    /// table holds of it.
    private static func players(_ reader: SnapshotReader, _ date: GameDate, _ read: Read) async throws -> Set<String>? {
        let slate = SlateScope(read.scope, games: read.games, reachesOpponent: false)
        guard !slate.isFull else { return nil }
        guard !slate.teams.isEmpty else { return slate.players }
        let stored = try await reader.query(
            """
            SELECT player_lookup FROM nba_analytics.player_game_summary
            WHERE game_date = \(PostgresDate(date)) AND team_abbr = ANY(\(slate.teams.sorted()))
            """
        )
        return slate.players
            .union(
                (read.inputs.boxes + read.inputs.gamebooks).filter { slate.teams.contains($0.team) }.map(\.playerLookup)
            )
            .union(try stored.column("player_lookup", as: String.self))
    }

    private static func boxes(_ reader: SnapshotReader, _ date: GameDate) async throws -> [PlayerSummaries.Box] {
        let rows = try await reader.query(
            """
            SELECT nba_game_id, nba_player_id, player_lookup, player_full_name, team_abbr, plus_minus, minutes, points,
                   field_goals_made, field_goals_attempted, three_pointers_made, three_pointers_attempted,
                   free_throws_made, free_throws_attempted, offensive_rebounds, defensive_rebounds, total_rebounds,
                   assists, steals, blocks, turnovers, personal_fouls
            FROM nba_raw.nbac_player_boxscores
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL
            ORDER BY nba_game_id, nba_player_id
            """
        )
        return try rows.map { row in
            PlayerSummaries.Box(
                nbaGameID: try row.decode("nba_game_id"),
                nbaPlayerID: try row.decode("nba_player_id"),
                playerLookup: try row.decode("player_lookup"),
                fullName: try row.decode("player_full_name"),
                team: try row.decode("team_abbr"),
                plusMinus: try row.decode("plus_minus"),
                line: try BoxLine(row)
            )
        }
    }

    /// The rows of the gamebooks whose player is known, in one order: of two rows that mean one player the first counts. A
    /// gamebook has no league ids; the box score adds them.
    private static func gamebooks(_ reader: SnapshotReader, _ date: GameDate) async throws -> [PlayerSummaries.Box] {
        let rows = try await reader.query(
            """
            SELECT nba_game_id, player_lookup, COALESCE(player_full_name, player_name_printed) AS player_full_name,
                   team_abbr, player_status, absence_reason, starting_position, plus_minus, minutes, points,
                   field_goals_made, field_goals_attempted, three_pointers_made, three_pointers_attempted,
                   free_throws_made, free_throws_attempted, offensive_rebounds, defensive_rebounds, total_rebounds,
                   assists, steals, blocks, turnovers, personal_fouls
            FROM nba_raw.nbac_gamebook_player_stats
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL AND player_lookup IS NOT NULL
            ORDER BY nba_game_id, team_abbr, player_lookup, listed_as
            """
        )
        return try rows.map { row in
            var box = PlayerSummaries.Box(
                nbaGameID: try row.decode("nba_game_id"),
                nbaPlayerID: nil,
                playerLookup: try row.decode("player_lookup"),
                fullName: try row.decode("player_full_name"),
                team: try row.decode("team_abbr"),
                plusMinus: try row.decode("plus_minus"),
                line: try BoxLine(row)
            )
            let status: String = try row.decode("player_status")
            guard let known = PlayerSummaries.Box.Status(rawValue: status) else {
                throw TaskError(.permanent, type: "unknown_player_status", status)
            }
            box.status = known
            box.source = .gamebook
            box.isStarter = known == .active ? try row.decode("starting_position", as: String?.self) != nil : nil
            box.absence = try row.decode("absence_reason")
            return box
        }
    }

    private static func teams(
        _ reader: SnapshotReader,
        _ date: GameDate
    ) async throws -> [String: PlayerSummaries.TeamTotals] {
        let rows = try await reader.query(
            """
            SELECT team_abbr, nba_game_id, fg_attempts, ft_attempts, turnovers, team_minutes, win_flag
            FROM nba_analytics.team_offense_game_summary
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL
            """
        )
        var teams: [String: PlayerSummaries.TeamTotals] = [:]
        for row in rows {
            teams[try row.decode("team_abbr")] = .init(
                nbaGameID: try row.decode("nba_game_id"),
                fieldGoalsAttempted: try row.decode("fg_attempts"),
                freeThrowsAttempted: try row.decode("ft_attempts"),
                turnovers: try row.decode("turnovers"),
                minutes: try row.decode("team_minutes"),
                isWin: try row.decode("win_flag")
            )
        }
        return teams
    }
}
