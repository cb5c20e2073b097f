import Basketball
public import Pipeline
import Postgres
import Warehouse

/// Writes `nba_precompute.player_composite_factors`: what shifts the expectation of every player who is expected to play
/// on the date, by ``CompositeFactors``.
///
/// Reads, all of exactly the date, `upcoming_player_game_context` (load, pace, usage, absent stars, age),
/// `player_shot_zone_analysis` (where he shoots) and `team_defense_zone_analysis` (what the opponent allows there). A
/// factor whose inputs are unknown is NULL and named in `missing_data_fields`; the total is NULL with it.
public struct PlayerCompositeFactorsProcessor: Processor {
    public static let name = "player_composite_factors"

    public init() {}

    public func execute(_ execution: Execution) async throws -> Outcome {
        let date = execution.gameDate
        let read = try await execution.snapshot { try await Self.read($0, date) }
        guard !read.scope.isEmpty else { return .nothingPending(read.scope) }
        guard !read.games.isEmpty else {
            return .expectedEmpty(
                read.scope,
                reason: "no_games",
                removing: TableWrite([PlayerCompositeFactors](), scope: .date(date))
            )
        }
        let rows = read.contexts.map { Self.row($0, read.shots[$0.playerLookup], read.defenses[$0.opponentTeamAbbr]) }
        var outcome = Outcome(
            .success,
            scope: read.scope,
            writes: [TableWrite(rows, date: .date(date), only: read.only, column: "player_lookup")],
            inScope: read.only?.count ?? rows.count,
            processed: read.only?.count ?? rows.count
        )
        if read.only == nil, rows.isEmpty {
            outcome.status = .noData
            outcome.isExpectedEmpty = !read.hasEarlierGames
            if read.hasEarlierGames { outcome.missingDependencies = ["upcoming_player_game_context"] }
        }
        let unprofiled = read.contexts.contains { $0.historyGames > 0 && read.shots[$0.playerLookup] == nil }
        if unprofiled { outcome.missingDependencies.append("player_shot_zone_analysis") }
        if read.contexts.contains(where: { $0.historyGames > 0 && read.defenses[$0.opponentTeamAbbr] == nil }) {
            outcome.missingDependencies.append("team_defense_zone_analysis")
        }
        for name in Set(rows.flatMap(\.factors.missing)) {
            outcome.metadata["without_\(name)"] = .int(Int64(rows.count { $0.factors.missing.contains(name) }))
        }
        return outcome
    }

    private struct Read: Sendable {
        var scope: Scope
        var games: [SlateGame] = []
        var contexts: [PlayerContext] = []
        /// Nil for the whole date.
        var only: Set<String>?
        var shots: [String: ShotRates] = [:]
        /// By tricode and zone: percentage points above the league.
        var defenses: [String: [ShotZone: Double]] = [:]
        var hasEarlierGames = true
    }

    private static func read(_ reader: SnapshotReader, _ date: GameDate) async throws -> Read {
        var read = Read(scope: try await reader.scope())
        guard !read.scope.isEmpty else { return read }
        read.games = try await reader.slate(on: date).filter { !$0.isPostponed }
        guard let season = read.games.first?.seasonYear else { return read }
        let slate = SlateScope(read.scope, games: read.games, reachesOpponent: true)
        read.contexts = try await reader.playerContexts(on: date, slate)
        let players = Set(read.contexts.map(\.playerLookup))
        if !slate.isFull { read.only = slate.players.union(players) }
        read.shots = try await reader.shotRates(on: date, players: players)
        read.defenses = try await defenses(reader, date)
        if slate.isFull, read.contexts.isEmpty {
            read.hasEarlierGames = try await reader.hasEarlierGames(
                Set(read.games.flatMap(\.teams)),
                season: season,
                before: date
            )
        }
        return read
    }

    private static func defenses(_ reader: SnapshotReader, _ date: GameDate) async throws -> [String: [ShotZone:
        Double]]
    {
        let rows = try await reader.query(
            """
            SELECT team_abbr, paint_defense_vs_league_avg, mid_range_defense_vs_league_avg,
                   three_pt_defense_vs_league_avg
            FROM nba_precompute.team_defense_zone_analysis
            WHERE analysis_date = \(PostgresDate(date)) AND removed_at IS NULL
            """
        )
        var defenses: [String: [ShotZone: Double]] = [:]
        for row in rows {
            var zones: [ShotZone: Double] = [:]
            zones[.paint] = try row.decode("paint_defense_vs_league_avg")
            zones[.midRange] = try row.decode("mid_range_defense_vs_league_avg")
            zones[.perimeter] = try row.decode("three_pt_defense_vs_league_avg")
            defenses[try row.decode("team_abbr")] = zones
        }
        return defenses
    }

    /// Pure.
    static func row(
        _ context: PlayerContext,
        _ shots: ShotRates?,
        _ defense: [ShotZone: Double]?
    ) -> PlayerCompositeFactors {
        let zone = shots?.zone
        let weakness = zone.flatMap { defense?[$0.0] }
        var row = PlayerCompositeFactors(
            playerLookup: context.playerLookup,
            date: context.gameDate,
            gameID: context.gameID,
            seasonYear: context.seasonYear,
            teamAbbr: context.teamAbbr,
            opponentTeamAbbr: context.opponentTeamAbbr,
            factors: CompositeFactors(
                load: context.load,
                age: context.playerAge,
                zoneRatePercent: zone?.percent,
                zoneDefensePoints: weakness,
                paceDifferential: context.paceDifferential,
                projectedUsagePercent: context.projectedUsagePercent,
                usualUsagePercent: context.usualUsagePercent,
                starsOut: context.starTeammatesOut
            )
        )
        row.zone = zone?.0
        row.zoneRatePercent = zone?.percent
        row.zoneDefensePoints = weakness
        row.paceDifferential = context.paceDifferential
        row.projectedUsagePercent = context.projectedUsagePercent
        row.usualUsagePercent = context.usualUsagePercent
        row.starTeammatesOut = context.starTeammatesOut
        row.playerAge = context.playerAge
        return row
    }
}
