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
    /// The games of a season strictly before a day. `players` nil means everybody.
    public func playerHistories(
        season: Int,
        before date: GameDate,
        players: Set<String>?
    ) async throws -> PlayerHistories {
        guard players.map({ !$0.isEmpty }) ?? true else { return PlayerHistories(date: date, records: [:]) }
        var games: [[PlayerGame]] = []
        var latest: [PlayerDay] = []
        var places: [String: Int] = [:]
        for day in try await playerDays(season: season, before: date) {
            for row in day where row.isActive && players?.contains(row.player) ?? true {
                let place: Int
                if let known = places[row.player] {
                    place = known
                    latest[place] = row
                } else {
                    place = games.count
                    places[row.player] = place
                    games.append([])
                    latest.append(row)
                }
                if let game = row.game { games[place].append(game) }
            }
        }
        var records: [String: PlayerHistories.Record] = Dictionary(minimumCapacity: places.count)
        for (place, row) in latest.enumerated() {
            records[row.player] = .init(
                nbaPlayerID: row.nbaPlayerID,
                fullName: row.fullName,
                team: row.team,
                lastSeen: row.date,
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
        guard !days.isEmpty else { return [] }
        var players: Set<String> = []
        for row in try await playerDays(season: season, before: date).joined() where row.isActive {
            if let first = days[row.team], row.date >= first { players.insert(row.player) }
        }
        return players
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
