import Basketball
public import Pipeline
import Postgres
import Warehouse

/// Writes `nba_precompute.player_daily_cache`: the season before the date of every player who is expected to play.
///
/// Reads `upcoming_player_game_context` (who, and the day windows, which are copied) and `player_shot_zone_analysis` of
/// the date and, strictly before it, `player_game_summary` and `team_offense_game_summary` of the season. Averages are over games with minutes; the
/// spread of the last ten really is the sample standard deviation (n − 1). A player without a game has no row.
public struct PlayerDailyCacheProcessor: Processor {
    public static let name = "player_daily_cache"

    public init() {}

    public func execute(_ execution: Execution) async throws -> Outcome {
        let date = execution.gameDate
        let read = try await execution.snapshot { try await Self.read($0, date) }
        guard !read.scope.isEmpty else { return .nothingPending(read.scope) }
        guard !read.games.isEmpty else {
            return .expectedEmpty(
                read.scope,
                reason: "no_games",
                removing: TableWrite([PlayerDailyCache](), scope: .date(date, column: "cache_date"))
            )
        }
        let rows = Self.compute(read.contexts, players: read.players, teams: read.teams, shots: read.shots)
        let scope = WriteScope.date(date, column: "cache_date")
        var outcome = Outcome(
            .success,
            scope: read.scope,
            writes: [TableWrite(rows, date: scope, only: read.only, column: "player_lookup")],
            inScope: read.only?.count ?? read.contexts.count,
            processed: read.only?.count ?? read.contexts.count
        )
        if read.only == nil, rows.isEmpty {
            outcome.status = .noData
            outcome.isExpectedEmpty = !read.hasEarlierGames
            if read.hasEarlierGames {
                outcome.missingDependencies = [
                    read.contexts.isEmpty ? "upcoming_player_game_context" : "player_game_summary"
                ]
            }
        }
        outcome.metadata = ["without_history": .int(Int64(read.contexts.count - rows.count))]
        return outcome
    }

    private struct Read: Sendable {
        var scope: Scope
        var games: [SlateGame] = []
        var contexts: [PlayerContext] = []
        /// Nil for the whole date.
        var only: Set<String>?
        var players: PlayerHistories
        var teams: [String: TeamHistory] = [:]
        var shots: [String: ShotRates] = [:]
        var hasEarlierGames = true
    }

    private static func read(_ reader: SnapshotReader, _ date: GameDate) async throws -> Read {
        var read = Read(
            scope: try await reader.scope(),
            players: PlayerHistories(date: date, records: [:])
        )
        guard !read.scope.isEmpty else { return read }
        read.games = try await reader.slate(on: date).filter { !$0.isPostponed }
        guard let season = read.games.first?.seasonYear else { return read }
        let slate = SlateScope(read.scope, games: read.games, reachesOpponent: false)
        read.contexts = try await reader.playerContexts(on: date, slate)
        if !slate.isFull { read.only = slate.players.union(read.contexts.map(\.playerLookup)) }
        read.players = try await reader.playerHistories(
            season: season,
            before: date,
            players: Set(read.contexts.map(\.playerLookup))
        )
        read.shots = try await reader.shotRates(on: date, players: Set(read.contexts.map(\.playerLookup)))
        read.teams = try await reader.teamHistories(
            Set(read.contexts.map(\.teamAbbr)),
            season: season,
            before: date
        )
        if slate.isFull, read.players.records.isEmpty {
            read.hasEarlierGames = try await reader.hasEarlierGames(
                Set(read.games.flatMap(\.teams)),
                season: season,
                before: date
            )
        }
        return read
    }

    /// One row a context whose player has a game before the date. Pure.
    static func compute(
        _ contexts: [PlayerContext],
        players: PlayerHistories,
        teams: [String: TeamHistory],
        shots: [String: ShotRates]
    ) -> [PlayerDailyCache] {
        contexts.compactMap { context in
            let form = PlayerForm(players.history(of: context.playerLookup))
            guard form.gamesPlayed >= 1 else { return nil }
            let team = teams[context.teamAbbr]
            return PlayerDailyCache(
                playerLookup: context.playerLookup,
                cacheDate: context.gameDate,
                seasonYear: context.seasonYear,
                teamAbbr: context.teamAbbr,
                form: form,
                teamPaceLast10: team?.paceLast10,
                teamOffRatingLast10: team?.offensiveRatingLast10,
                load: context.load,
                shots: shots[context.playerLookup],
                playerAge: context.playerAge
            )
        }
    }
}
