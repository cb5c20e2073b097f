public import Basketball
public import Models
public import Postgres
import Warehouse

/// The finished games of some days as the models look back at them.
public struct FinishedGames: Sendable {
    /// By day, oldest first.
    public var days: [GameDay]
    /// Games (`YYYYMMDD_AWAY_HOME`) whose rows are not complete: they teach nothing until they are.
    public var incomplete: [String]
}

extension PostgresTransaction {
    /// Reads `player_game_summary` and `team_offense_game_summary` of the days: games of the regular season, the play-in and
    /// the playoffs. Minutes are rounded to whole ones, because the league's game logs, which models are trained with,
    /// have no other.
    ///
    /// A game counts when both teams have their row and players who appeared, and no figure is missing.
    public func finishedGames(on days: [GameDate]) async throws -> FinishedGames {
        let wanted = days.map(PostgresDate.init)
        let types = competitiveSeasonTypes.map(\.rawValue).sorted()
        let players = try await query(
            """
            SELECT nba_player_id, game_id, nba_game_id, game_date, season_year, team_abbr, opponent_team_abbr, home_game,
                   minutes_played, points, fg_makes, fg_attempts, three_pt_makes, three_pt_attempts, ft_makes, ft_attempts,
                   offensive_rebounds, rebounds, assists, steals, blocks, turnovers, personal_fouls, plus_minus
            FROM nba_analytics.player_game_summary
            WHERE game_date = ANY(\(wanted)) AND removed_at IS NULL AND season_type = ANY(\(types))
                AND player_status = 'active' AND minutes_played IS NOT NULL
            """
        )
        let teams = try await query(
            """
            SELECT game_id, nba_game_id, game_date, season_year, team_abbr, opponent_team_abbr, home_game, team_minutes,
                   points_scored, fg_attempts, three_pt_attempts, ft_attempts, offensive_rebounds, steals, blocks, turnovers
            FROM nba_analytics.team_offense_game_summary
            WHERE game_date = ANY(\(wanted)) AND removed_at IS NULL AND season_type = ANY(\(types))
            """
        )
        var games = GameCollector()
        for row in teams { try games.add(team: row) }
        for row in players { try games.add(player: row) }
        return games.finished
    }
}

/// Puts rows of games together.
private struct GameCollector {
    private struct Game {
        var date: GameDate
        var teams: [TeamBox] = []
        var players: [PlayerBox] = []
        var isComplete = true

        /// Two teams that name each other, both with players.
        var isWhole: Bool {
            guard isComplete, teams.count == 2, teams[0].side.opponent == teams[1].side.team,
                teams[1].side.opponent == teams[0].side.team
            else { return false }
            let sides = Set(teams.map(\.side))
            return Set(players.map(\.side)) == sides
        }
    }

    private var games: [String: Game] = [:]

    mutating func add(team row: PostgresRow) throws {
        let (name, side) = try Self.side(row)
        let columns = [
            "points_scored", "fg_attempts", "three_pt_attempts", "ft_attempts", "offensive_rebounds", "steals",
            "blocks",
            "turnovers",
        ]
        let minutes = try row.decode("team_minutes", as: Double?.self)
        guard let figures = try Self.figures(row, columns), let minutes, minutes > 0 else {
            games[name, default: Game(date: side.date)].isComplete = false
            return
        }
        games[name, default: Game(date: side.date)].teams.append(
            TeamBox(
                side: side,
                minutes: minutes,
                points: figures[0],
                fieldGoalsAttempted: figures[1],
                threePointersAttempted: figures[2],
                freeThrowsAttempted: figures[3],
                offensiveRebounds: figures[4],
                steals: figures[5],
                blocks: figures[6],
                turnovers: figures[7]
            )
        )
    }

    mutating func add(player row: PostgresRow) throws {
        let (name, side) = try Self.side(row)
        let columns = [
            "points", "fg_makes", "fg_attempts", "three_pt_makes", "three_pt_attempts", "ft_makes", "ft_attempts",
            "offensive_rebounds", "rebounds", "assists", "steals", "blocks", "turnovers", "personal_fouls",
        ]
        guard let figures = try Self.figures(row, columns) else {
            games[name, default: Game(date: side.date)].isComplete = false
            return
        }
        // A gamebook may name somebody whom nothing else knows yet; he has no history to add to, the others have.
        guard let player = try row.decode("nba_player_id", as: Int?.self) else { return }
        games[name, default: Game(date: side.date)].players.append(
            PlayerBox(
                player: player,
                side: side,
                minutes: try row.decode("minutes_played", as: Double.self).rounded(),
                points: figures[0],
                fieldGoalsMade: figures[1],
                fieldGoalsAttempted: figures[2],
                threePointersMade: figures[3],
                threePointersAttempted: figures[4],
                freeThrowsMade: figures[5],
                freeThrowsAttempted: figures[6],
                offensiveRebounds: figures[7],
                rebounds: figures[8],
                assists: figures[9],
                steals: figures[10],
                blocks: figures[11],
                turnovers: figures[12],
                personalFouls: figures[13],
                plusMinus: try row.decode("plus_minus", as: Int?.self) ?? 0
            )
        )
    }

    var finished: FinishedGames {
        let whole = games.values.filter(\.isWhole)
        let days = Dictionary(grouping: whole, by: \.date).sorted { $0.key < $1.key }.map { date, games in
            GameDay(date: date, players: games.flatMap(\.players), teams: games.flatMap(\.teams))
        }
        return FinishedGames(days: days, incomplete: games.filter { !$0.value.isWhole }.keys.sorted())
    }

    private static func side(_ row: PostgresRow) throws -> (game: String, side: GameSide) {
        let name: String = try row.decode("game_id")
        return (
            name,
            GameSide(
                game: try NBAGameID(row.decode("nba_game_id")),
                date: try GameDate(row.decode("game_date", as: PostgresDate.self)),
                season: Season(startYear: try row.decode("season_year")),
                team: try Team(tricode: row.decode("team_abbr")),
                opponent: try Team(tricode: row.decode("opponent_team_abbr")),
                isHome: try row.decode("home_game")
            )
        )
    }

    /// The figures in the order of the columns; nil when one is unknown.
    private static func figures(_ row: PostgresRow, _ columns: [String]) throws -> [Int]? {
        var figures: [Int] = []
        for column in columns {
            guard let value = try row.decode(column, as: Int?.self) else { return nil }
            figures.append(value)
        }
        return figures
    }
}
