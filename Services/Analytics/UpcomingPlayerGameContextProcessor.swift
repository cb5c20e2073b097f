import Basketball
public import Pipeline
import Postgres
import Warehouse

/// Writes `nba_analytics.upcoming_player_game_context`: one row a player who is expected to play on the date.
///
/// Reads `nbac_schedule`, the points and game lines of the date and what injury reports and operators said, all as they
/// were before tip-off, birth dates of `espn_team_rosters` and `br_rosters_current` (none where the two differ), and,
/// strictly before the date, `player_game_summary`, `team_offense_game_summary` and `team_defense_game_summary` of the
/// season. Expected are the players whose latest row of the season is for a team of the slate and at most 30 days old,
/// and the players with a line whose team their history tells. `days_rest` is 1 on a back-to-back; the spread is the own
/// team's. Stars are ``TeamAbsences``' own.
public struct UpcomingPlayerGameContextProcessor: Processor {
    public static let name = "upcoming_player_game_context"

    public init() {}

    public func execute(_ execution: Execution) async throws -> Outcome {
        let date = execution.gameDate
        let read = try await execution.snapshot { try await Self.read($0, date) }
        guard !read.scope.isEmpty else { return .nothingPending(read.scope) }
        guard !read.inputs.games.isEmpty else {
            return .expectedEmpty(
                read.scope,
                reason: "no_games",
                removing: TableWrite([UpcomingPlayerGameContext](), scope: .date(date))
            )
        }
        let result = try PlayerContexts.compute(read.inputs)
        let write = TableWrite(result.rows, date: .date(date), only: read.players, column: "player_lookup")
        var outcome = Outcome(
            .success,
            scope: read.scope,
            writes: [write],
            inScope: read.players?.count ?? result.rows.count,
            processed: read.players?.count ?? result.rows.count
        )
        if read.players == nil, result.rows.isEmpty {
            outcome.status = .noData
            outcome.isExpectedEmpty = !read.hasEarlierGames
            if read.hasEarlierGames { outcome.missingDependencies = ["player_game_summary"] }
        }
        let teams = Set(read.inputs.games.flatMap(\.teams))
        if read.players == nil, read.hasEarlierGames {
            let covered = Set(result.rows.map(\.teamAbbr))
            outcome.missingDependencies += teams.subtracting(covered).sorted().map { "player_game_summary:\($0)" }
        }
        outcome.metadata = [
            "lines_without_team": .int(Int64(result.linesWithoutTeam.count)),
            "with_line": .int(Int64(result.rows.count { $0.hasPropLine })),
        ]
        return outcome
    }

    private struct Read: Sendable {
        var scope: Scope
        /// Nil for the whole date.
        var players: Set<String>?
        var hasEarlierGames = true
        var inputs: PlayerContexts.Inputs
    }

    private static func read(_ reader: SnapshotReader, _ date: GameDate) async throws -> Read {
        var read = Read(scope: try await reader.scope(), inputs: PlayerContexts.Inputs(date: date))
        guard !read.scope.isEmpty else { return read }
        let games = try await reader.slate(on: date).filter { !$0.isPostponed }
        guard let season = games.first?.seasonYear else { return read }
        read.inputs.games = games
        let slate = SlateScope(read.scope, games: games, reachesOpponent: true)
        let onSlate = Set(games.flatMap(\.teams))
        read.inputs.availability = try await reader.availability(on: date, games: games)
        var reached = slate.teams
        if !slate.isFull { reached.formUnion(try await furtherTeams(reader, date, season, read, slate)) }
        let teams = slate.isFull ? onSlate : reached.intersection(onSlate)

        read.inputs.teams = try await reader.teamHistories(teams, season: season, before: date)
        var players = slate.isFull ? [] : slate.players
        if slate.isFull || !teams.isEmpty {
            read.inputs.lines = try await reader.pointsLines(on: date)
            players.formUnion(
                read.inputs.lines.players(in: games.filter { !teams.isDisjoint(with: $0.teams) })
            )
            players.formUnion(
                try await reader.playersSeen(
                    season: season,
                    before: date,
                    since: read.inputs.teams.mapValues { PlayerContexts.firstRecentDay($0) }
                )
            )
        } else {
            read.inputs.lines = try await reader.pointsLines(on: date, players: players)
        }
        if !slate.isFull {
            players.formUnion(try await stored(reader, date, reached, games))
            read.players = players
        }
        // Whoever is listed may be a team-mate of a player in scope.
        read.inputs.players = try await reader.playerHistories(
            season: season,
            before: date,
            players: players.isEmpty ? [] : players.union(read.inputs.availability.listed)
        )
        let unknown = Set(read.inputs.lines.byPlayer.keys).intersection(players)
            .subtracting(read.inputs.players.records.keys)
        read.inputs.lastKnown = try await reader.lastKnown(unknown, before: date)
        read.inputs.candidates = players

        // The teams of single players and their opponents, where the markers did not name them.
        let own = Set(read.inputs.players.records.filter { players.contains($0.key) }.values.map(\.team))
            .union(read.inputs.lastKnown.values.map(\.team))
        let needed = games.filter { !own.isDisjoint(with: $0.teams) }.flatMap(\.teams)
        let more = try await reader.teamHistories(
            Set(needed).subtracting(read.inputs.teams.keys),
            season: season,
            before: date
        )
        read.inputs.teams.merge(more) { known, _ in known }
        if !players.isEmpty {
            read.inputs.gameLines = try await reader.gameLines(on: date)
            read.inputs.birthDates = try await birthDates(reader, players)
            read.inputs.defenses = try await reader.defenseHistories(
                Set(read.inputs.teams.keys),
                season: season,
                before: date
            )
        }
        // What the absent leave is spread over the whole team.
        if !slate.isFull, !own.isEmpty {
            let seen = try await reader.playersSeen(
                season: season,
                before: date,
                since: read.inputs.teams.filter { own.contains($0.key) }
                    .mapValues { PlayerContexts.firstRecentDay($0) }
            )
            let mates = try await reader.playerHistories(
                season: season,
                before: date,
                players: seen.subtracting(read.inputs.players.records.keys)
            )
            read.inputs.players = PlayerHistories(
                date: date,
                records: read.inputs.players.records.merging(mates.records) { known, _ in known }
            )
        }
        if slate.isFull, read.inputs.players.records.isEmpty {
            read.hasEarlierGames = try await reader.hasEarlierGames(onSlate, season: season, before: date)
        }
        return read
    }

    /// The players' birth dates by the rosters.
    private static func birthDates(_ reader: SnapshotReader, _ players: Set<String>) async throws -> [String: GameDate]
    {
        let rows = try await reader.query(
            """
            SELECT player_lookup, min(birth_date) AS birth_date FROM (
                SELECT player_lookup, birth_date FROM nba_raw.espn_team_rosters WHERE removed_at IS NULL
                UNION SELECT player_lookup, birth_date FROM nba_raw.br_rosters_current WHERE removed_at IS NULL
            ) AS r
            WHERE player_lookup = ANY(\(players.sorted())) AND birth_date IS NOT NULL
            GROUP BY player_lookup HAVING count(DISTINCT birth_date) = 1
            """
        )
        var dates: [String: GameDate] = [:]
        for row in rows {
            dates[try row.decode("player_lookup")] = try GameDate(try row.decode("birth_date", as: PostgresDate.self))
        }
        return dates
    }

    /// Teams that the markers do not name and that their players concern: a listed player's, whose absence matters to his
    /// team-mates, and every team of a player who has had several this season or is told of by another team than his own.
    private static func furtherTeams(
        _ reader: SnapshotReader,
        _ date: GameDate,
        _ season: Int,
        _ read: Read,
        _ slate: SlateScope
    ) async throws -> Set<String> {
        guard !slate.players.isEmpty else { return [] }
        let known = try await reader.playerHistories(season: season, before: date, players: slate.players)
        let stored = try await storedTeams(reader, date, slate.players)
        var further: Set<String> = []
        for player in slate.players {
            var teams = Set(known.history(of: player).games.map(\.team))
            if let team = known.records[player]?.team { teams.insert(team) }
            if let team = stored[player] { teams.insert(team) }
            let isTold = !slate.teams.isEmpty && !teams.isSubset(of: slate.teams)
            if teams.count > 1 || isTold || read.inputs.availability.listed.contains(player) {
                further.formUnion(teams)
            }
        }
        return further
    }

    /// The team for which the stored row of the date has each player.
    private static func storedTeams(
        _ reader: SnapshotReader,
        _ date: GameDate,
        _ players: Set<String>
    ) async throws -> [String: String] {
        let rows = try await reader.query(
            """
            SELECT player_lookup, team_abbr FROM nba_analytics.upcoming_player_game_context
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL AND player_lookup = ANY(\(players.sorted()))
            """
        )
        var teams: [String: String] = [:]
        for row in rows { teams[try row.decode("player_lookup")] = try row.decode("team_abbr") }
        return teams
    }

    /// The players whose stored row of the date is for one of the teams, or for a game that is not on the slate any
    /// more.
    private static func stored(
        _ reader: SnapshotReader,
        _ date: GameDate,
        _ teams: Set<String>,
        _ games: [SlateGame]
    ) async throws -> Set<String> {
        let rows = try await reader.query(
            """
            SELECT player_lookup FROM nba_analytics.upcoming_player_game_context
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL
                AND (team_abbr = ANY(\(teams.sorted())) OR nba_game_id <> ALL(\(games.map(\.nbaGameID))))
            """
        )
        return Set(try rows.column("player_lookup", as: String.self))
    }
}
