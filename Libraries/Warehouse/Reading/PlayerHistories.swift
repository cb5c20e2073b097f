public import Basketball
public import Pipeline
import Postgres

/// The players of a season as they were known before a day.
public struct PlayerHistories: Sendable {
    /// One player.
    public struct Record: Sendable, Hashable {
        public var nbaPlayerID: Int?
        public var fullName: String
        /// The team of his latest row, played or not.
        public var team: String
        /// The day of his latest row, played or not.
        public var lastSeen: GameDate
        public var history: PlayerHistory

        public init(nbaPlayerID: Int?, fullName: String, team: String, lastSeen: GameDate, history: PlayerHistory) {
            self.nbaPlayerID = nbaPlayerID
            self.fullName = fullName
            self.team = team
            self.lastSeen = lastSeen
            self.history = history
        }
    }

    public let date: GameDate
    public let records: [String: Record]

    public init(date: GameDate, records: [String: Record]) {
        self.date = date
        self.records = records
    }

    /// The player's games before the day; empty when he has none.
    public func history(of player: String) -> PlayerHistory {
        records[player]?.history ?? PlayerHistory([], before: date)
    }
}

extension SnapshotReader {
    /// Reads the games of a season strictly before a day, in one query and by columns. `players` nil means everybody.
    public func playerHistories(
        season: Int,
        before date: GameDate,
        players: Set<String>?
    ) async throws -> PlayerHistories {
        guard players.map({ !$0.isEmpty }) ?? true else { return PlayerHistories(date: date, records: [:]) }
        let filter: SQL = players.map { "AND player_lookup = ANY(\($0.sorted()))" } ?? ""
        let rows = try await query(
            """
            SELECT player_lookup, nba_player_id, player_full_name, game_date, team_abbr, opponent_team_abbr, points,
                   minutes_played, usage_rate, ts_pct, ft_makes, points_line
            FROM nba_analytics.player_game_summary
            WHERE season_year = \(season) AND game_date < \(PostgresDate(date)) AND removed_at IS NULL
                AND player_status = 'active' \(sql: filter)
            ORDER BY game_date
            """
        )
        let lookups = try rows.column("player_lookup", as: String.self)
        let ids = try rows.column("nba_player_id", as: Int?.self)
        let names = try rows.column("player_full_name", as: String.self)
        let dates = try rows.column("game_date", as: PostgresDate.self)
        let teams = try rows.column("team_abbr", as: String.self)
        let opponents = try rows.column("opponent_team_abbr", as: String.self)
        let points = try rows.column("points", as: Int?.self)
        let minutes = try rows.column("minutes_played", as: Double?.self)
        let usage = try rows.column("usage_rate", as: Double?.self)
        let shooting = try rows.column("ts_pct", as: Double?.self)
        let freeThrows = try rows.column("ft_makes", as: Int?.self)
        let lines = try rows.column("points_line", as: Double?.self)

        var games: [[PlayerGame]] = []
        var latest: [Int] = []
        var places: [String: Int] = [:]
        for row in lookups.indices {
            let place: Int
            if let known = places[lookups[row]] {
                place = known
            } else {
                place = games.count
                places[lookups[row]] = place
                games.append([])
                latest.append(row)
            }
            latest[place] = row
            // A row without minutes is a player who was listed and did not play.
            guard let scored = points[row], let played = minutes[row], played > 0 else { continue }
            games[place].append(
                PlayerGame(
                    date: try GameDate(dates[row]),
                    team: teams[row],
                    opponent: opponents[row],
                    points: scored,
                    minutes: played,
                    usagePercent: usage[row],
                    trueShooting: shooting[row],
                    freeThrowsMade: freeThrows[row],
                    pointsLine: lines[row]
                )
            )
        }
        var records: [String: PlayerHistories.Record] = Dictionary(minimumCapacity: places.count)
        for (lookup, place) in places {
            let row = latest[place]
            records[lookup] = .init(
                nbaPlayerID: ids[row],
                fullName: names[row],
                team: teams[row],
                lastSeen: try GameDate(dates[row]),
                history: PlayerHistory(games[place], before: date)
            )
        }
        return PlayerHistories(date: date, records: records)
    }

    /// The players who appeared for one of the teams since the day given for it.
    public func playersSeen(
        season: Int,
        before date: GameDate,
        since days: [String: GameDate]
    ) async throws -> Set<String> {
        guard let earliest = days.values.min() else { return [] }
        let teams = days.sorted { $0.key < $1.key }
        let rows = try await query(
            """
            SELECT DISTINCT p.player_lookup FROM nba_analytics.player_game_summary AS p
            JOIN unnest(\(teams.map(\.key))::text[], \(teams.map { PostgresDate($0.value) })::date[]) AS t(team, since)
                ON p.team_abbr = t.team AND p.game_date >= t.since
            WHERE p.season_year = \(season) AND p.game_date >= \(PostgresDate(earliest))
                AND p.game_date < \(PostgresDate(date)) AND p.removed_at IS NULL AND p.player_status = 'active'
            """
        )
        return Set(try rows.column("player_lookup", as: String.self))
    }

    /// The latest game of each player before a day in any season.
    public func lastKnown(
        _ players: Set<String>,
        before date: GameDate
    ) async throws -> [String: PlayerHistories.Record] {
        guard !players.isEmpty else { return [:] }
        let rows = try await query(
            """
            SELECT DISTINCT ON (player_lookup) player_lookup, nba_player_id, player_full_name, team_abbr, game_date
            FROM nba_analytics.player_game_summary
            WHERE player_lookup = ANY(\(players.sorted())) AND game_date < \(PostgresDate(date)) AND removed_at IS NULL
                AND player_status = 'active'
            ORDER BY player_lookup, game_date DESC
            """
        )
        var records: [String: PlayerHistories.Record] = [:]
        for row in rows {
            records[try row.decode("player_lookup")] = .init(
                nbaPlayerID: try row.decode("nba_player_id"),
                fullName: try row.decode("player_full_name"),
                team: try row.decode("team_abbr"),
                lastSeen: try GameDate(try row.decode("game_date", as: PostgresDate.self)),
                history: PlayerHistory([], before: date)
            )
        }
        return records
    }
}
