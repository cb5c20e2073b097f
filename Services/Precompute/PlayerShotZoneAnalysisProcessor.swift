import Basketball
public import Pipeline
import Postgres
import Warehouse

/// Writes `nba_precompute.player_shot_zone_analysis`: from where every player who is expected to play has shot over his
/// last ten and twenty games before the date, and how well.
///
/// Reads `upcoming_player_game_context` of the date (who) and, strictly before it, `player_game_summary` of the season.
/// Only games whose zones hold all of a player's shots count; a player without a game in the season has no row.
public struct PlayerShotZoneAnalysisProcessor: Processor {
    public static let name = "player_shot_zone_analysis"

    public init() {}

    public func execute(_ execution: Execution) async throws -> Outcome {
        let date = execution.gameDate
        let scope = WriteScope.date(date, column: "analysis_date")
        let read = try await execution.snapshot { try await Self.read($0, date) }
        guard !read.scope.isEmpty else { return .nothingPending(read.scope) }
        guard !read.games.isEmpty else {
            return .expectedEmpty(
                read.scope,
                reason: "no_games",
                removing: TableWrite([PlayerShotZoneAnalysis](), scope: scope)
            )
        }
        let rows = Self.compute(read.contexts, read.histories)
        var outcome = Outcome(
            .success,
            scope: read.scope,
            writes: [TableWrite(rows, date: scope, only: read.only, column: "player_lookup")],
            inScope: read.only?.count ?? read.contexts.count,
            processed: read.only?.count ?? read.contexts.count
        )
        if read.only == nil, rows.isEmpty {
            outcome.status = .noData
            outcome.isExpectedEmpty = read.contexts.allSatisfy { $0.historyGames == 0 }
            if !outcome.isExpectedEmpty { outcome.missingDependencies = ["player_game_summary"] }
        }
        outcome.metadata = ["with_zones": .int(Int64(rows.count { $0.last10.games > 0 }))]
        return outcome
    }

    private struct Read: Sendable {
        var scope: Scope
        var games: [SlateGame] = []
        var contexts: [PlayerContext] = []
        /// Nil for the whole date.
        var only: Set<String>?
        var histories: [String: GamesBefore<ShotGame>] = [:]
    }

    private static func read(_ reader: SnapshotReader, _ date: GameDate) async throws -> Read {
        var read = Read(scope: try await reader.scope())
        guard !read.scope.isEmpty else { return read }
        read.games = try await reader.slate(on: date).filter { !$0.isPostponed }
        guard let season = read.games.first?.seasonYear else { return read }
        let slate = SlateScope(read.scope, games: read.games, reachesOpponent: false)
        read.contexts = try await reader.playerContexts(on: date, slate)
        let players = Set(read.contexts.map(\.playerLookup))
        if !slate.isFull { read.only = slate.players.union(players) }
        read.histories = try await reader.shotHistories(players, season: season, before: date)
        return read
    }

    /// One row a context whose player has a game before the date. Pure.
    static func compute(
        _ contexts: [PlayerContext],
        _ histories: [String: GamesBefore<ShotGame>]
    ) -> [PlayerShotZoneAnalysis] {
        contexts.compactMap { context in
            guard let history = histories[context.playerLookup], let last = history.games.last?.date else { return nil }
            return PlayerShotZoneAnalysis(
                playerLookup: context.playerLookup,
                date: context.gameDate,
                seasonYear: context.seasonYear,
                last10: ShotProfile(history, last: 10),
                last20: ShotProfile(history, last: 20),
                historyLastGameDate: last
            )
        }
    }
}
