import Basketball
import Logging
public import Pipeline
import Postgres
import Warehouse

/// Writes `nba_analytics.team_offense_game_summary`: each team's box line of a final game with possessions, pace and
/// ratings.
///
/// Reads `nbac_schedule` (final games and their scores), `nbac_team_boxscore`, and for a team without a usable row there
/// the sum of its players in `nbac_gamebook_player_stats`, else in `nbac_player_boxscores` (label `…_sum`, tier silver).
/// Rebuilt rows keep real minutes, so pace and overtime hold for them too. A box that contradicts the schedule's score
/// stays, at tier bronze. Shots by zone come from one play-by-play a game, `bigdataball_play_by_play` else
/// `nbac_play_by_play`, and only when they are the box score's shots; officials from `nbac_referee_game_assignments`.
public struct TeamOffenseGameSummaryProcessor: Processor {
    public static let name = "team_offense_game_summary"

    let order: SourceOrder

    public init(order: SourceOrder = .standard) { self.order = order }

    public func execute(_ execution: Execution) async throws -> Outcome {
        let date = execution.gameDate
        let (scope, games, boxes) = try await execution.snapshot { reader in
            let scope = try await reader.scope()
            guard !scope.isEmpty else { return (scope, [SlateGame](), TeamBoxes()) }
            let games = try await reader.slate(on: date)
            guard games.contains(where: \.isFinal) else { return (scope, games, TeamBoxes()) }
            return (scope, games, try await Self.read(reader, date, games, order))
        }
        guard !scope.isEmpty else { return .nothingPending(scope) }
        let finals = games.filter(\.isFinal)
        guard !finals.isEmpty else {
            return .expectedEmpty(
                scope,
                reason: games.isEmpty ? "no_games" : "no_final_games",
                removing: TableWrite([TeamOffenseGameSummary](), scope: .date(date))
            )
        }
        let slate = SlateScope(scope, games: games, reachesOpponent: true)
        // A player's marker comes from a box row that may have moved between teams; his game is not known for sure.
        let isFull = slate.isFull || !scope.players.isSubset(of: boxes.playersByTeam.keys)
        let teams = isFull ? nil : boxes.teams(of: scope.players, in: finals).union(slate.teams)
        let wanted = finals.filter { game in teams.map { !$0.isDisjoint(with: game.teams) } ?? true }
        let result = TeamOffense.compute(wanted, boxes)
        return Self.outcome(result, scope: scope, date: date, teams: teams, games: wanted, execution.logger)
    }

    private static func outcome(
        _ result: TeamOffense.Result,
        scope: Scope,
        date: GameDate,
        teams: Set<String>?,
        games: [SlateGame],
        _ logger: Logger
    ) -> Outcome {
        let write = TableWrite(result.rows, date: .date(date), only: teams, column: "team_abbr")
        let expected = games.count * 2
        var outcome = Outcome(.success, scope: scope, writes: [write], inScope: expected, processed: result.rows.count)
        // A scope that reaches no final game has nothing to write, and that is right.
        if expected == 0 { outcome.skipReason = "no_final_game_in_scope" }
        outcome.recordsFailed = result.missing.count
        outcome.missingDependencies = result.missing.map { "nbac_team_boxscore:\($0)" }
        outcome.metadata = [
            "rebuilt": .array(result.rebuilt.map { .string($0) }),
            "score_mismatches": .array(result.mismatches.map { .string($0) }),
            "zone_mismatches": .array(result.zoneMismatches.map { .string($0) }),
        ]
        if !result.zoneMismatches.isEmpty {
            logger.warning(
                "play-by-plays do not hold the box scores' shots",
                metadata: ["rows": "\(result.zoneMismatches.joined(separator: " "))"]
            )
        }
        if !result.mismatches.isEmpty {
            logger.warning(
                "box scores contradict the schedule's scores",
                metadata: ["rows": "\(result.mismatches.joined(separator: " "))"]
            )
        }
        return outcome
    }

    private static func read(
        _ reader: SnapshotReader,
        _ date: GameDate,
        _ games: [SlateGame],
        _ order: SourceOrder
    ) async throws -> TeamBoxes {
        var boxes = TeamBoxes()
        boxes.order = order
        let columns: SQL = """
            nba_game_id, team_abbr, minutes, points, field_goals_made, field_goals_attempted, three_pointers_made,
            three_pointers_attempted, free_throws_made, free_throws_attempted, offensive_rebounds, defensive_rebounds,
            total_rebounds, assists, steals, blocks, turnovers, personal_fouls
            """
        let teams = try await reader.query(
            """
            SELECT \(sql: columns) FROM nba_raw.nbac_team_boxscore
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL
            """
        )
        for row in teams {
            let key = TeamBoxes.Key(nbaGameID: try row.decode("nba_game_id"), team: try row.decode("team_abbr"))
            boxes.teams[key] = try BoxLine(row)
        }
        let players = try await reader.query(
            """
            SELECT player_lookup, \(sql: columns) FROM nba_raw.nbac_player_boxscores
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL
            """
        )
        for row in players {
            let key = TeamBoxes.Key(nbaGameID: try row.decode("nba_game_id"), team: try row.decode("team_abbr"))
            boxes.players[key, default: []].append(try BoxLine(row))
            boxes.playersByTeam[try row.decode("player_lookup"), default: []].insert(key.team)
        }
        let listed = try await reader.query(
            """
            SELECT player_lookup, player_status, \(sql: columns) FROM nba_raw.nbac_gamebook_player_stats
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL
            """
        )
        for row in listed {
            let key = TeamBoxes.Key(nbaGameID: try row.decode("nba_game_id"), team: try row.decode("team_abbr"))
            let status: String = try row.decode("player_status")
            boxes.inactive[key, default: 0] += status == "inactive" ? 1 : 0
            if status == "active" { boxes.gamebooks[key, default: []].append(try BoxLine(row)) }
            if let lookup = try row.decode("player_lookup", as: String?.self) {
                boxes.playersByTeam[lookup, default: []].insert(key.team)
            }
        }
        let crews = try await reader.query(
            """
            SELECT nba_game_id, string_agg(official_id::text, ',' ORDER BY official_id) AS crew
            FROM nba_raw.nbac_referee_game_assignments
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL GROUP BY nba_game_id
            """
        )
        for row in crews { boxes.referees[try row.decode("nba_game_id")] = try row.decode("crew") }
        let box = TeamOffense.fieldGoals(games.filter(\.isFinal), boxes)
        boxes.shots = try await reader.playByPlayShots(on: date, box: box, order: order)
        return boxes
    }
}

extension BoxLine {
    init(_ row: PostgresRow) throws {
        self.init(
            minutes: try row.decode("minutes"),
            points: try row.decode("points"),
            fieldGoalsMade: try row.decode("field_goals_made"),
            fieldGoalsAttempted: try row.decode("field_goals_attempted"),
            threePointersMade: try row.decode("three_pointers_made"),
            threePointersAttempted: try row.decode("three_pointers_attempted"),
            freeThrowsMade: try row.decode("free_throws_made"),
            freeThrowsAttempted: try row.decode("free_throws_attempted"),
            offensiveRebounds: try row.decode("offensive_rebounds"),
            defensiveRebounds: try row.decode("defensive_rebounds"),
            rebounds: try row.decode("total_rebounds"),
            assists: try row.decode("assists"),
            steals: try row.decode("steals"),
            blocks: try row.decode("blocks"),
            turnovers: try row.decode("turnovers"),
            personalFouls: try row.decode("personal_fouls")
        )
    }
}
