import Basketball
import Logging
public import Pipeline
import Postgres
import Warehouse

/// Writes `nba_precompute.ml_feature_store_v2`: the sixty features of ``FeatureList`` for every player who is expected
/// to play on the date.
///
/// Reads `upcoming_player_game_context`, `player_daily_cache`, `player_composite_factors` and
/// `player_shot_zone_analysis` of exactly the date (an earlier day never stands in), and strictly before it `player_game_summary` and `team_offense_game_summary` of the season, and the earlier contexts'
/// consensus lines. A feature that cannot be known is NULL with its reason; there are no defaults.
public struct MLFeatureStoreProcessor: Processor {
    public static let name = "ml_feature_store_v2"

    /// How old the previous game's line may be.
    static let previousLineDays = 14

    public init() {}

    public func execute(_ execution: Execution) async throws -> Outcome {
        let date = execution.gameDate
        let read = try await execution.snapshot { try await Self.read($0, date) }
        guard !read.scope.isEmpty else { return .nothingPending(read.scope) }
        guard !read.games.isEmpty else {
            return .expectedEmpty(
                read.scope,
                reason: "no_games",
                removing: TableWrite([MLFeatureStoreRow](), scope: .date(date))
            )
        }
        let (rows, suspicious) = Self.compute(read.inputs)
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
        }
        // A player with games and without a cache row is a gap, a player without games is not.
        let gaps = read.inputs.contexts.filter { $0.historyGames > 0 && read.inputs.forms[$0.playerLookup] == nil }
        if !gaps.isEmpty { outcome.missingDependencies = ["player_daily_cache"] }
        if read.inputs.contexts.contains(where: { read.inputs.factors[$0.playerLookup] == nil }) {
            outcome.missingDependencies.append("player_composite_factors")
        }
        if read.hasEarlierGames, rows.isEmpty, read.only == nil {
            outcome.missingDependencies.append("upcoming_player_game_context")
        }
        outcome.metadata = [
            "quality_ready": .int(Int64(rows.count { $0.isQualityReady })),
            "with_line": .int(Int64(rows.count { $0.hasVegasLine })),
            "out_of_range": .array(suspicious.map { .string($0) }),
        ]
        if !suspicious.isEmpty {
            execution.logger.warning(
                "features outside their range",
                metadata: ["features": "\(suspicious.joined(separator: " "))"]
            )
        }
        return outcome
    }

    private struct Read: Sendable {
        var scope: Scope
        var games: [SlateGame] = []
        /// Nil for the whole date.
        var only: Set<String>?
        var hasEarlierGames = true
        var inputs: Inputs
    }

    /// What the rows are computed from.
    struct Inputs: Sendable {
        var contexts: [PlayerContext] = []
        var forms: [String: PlayerForm] = [:]
        var factors: [String: CompositeFactors] = [:]
        var shots: [String: ShotRates] = [:]
        var listings: [String: FeatureInputs.Listings] = [:]
        var players: PlayerHistories
        var teams: [String: TeamHistory] = [:]
        /// The median line of each player's previous game.
        var previousConsensus: [String: Double] = [:]
    }

    private static func read(_ reader: SnapshotReader, _ date: GameDate) async throws -> Read {
        var read = Read(
            scope: try await reader.scope(),
            inputs: Inputs(players: PlayerHistories(date: date, records: [:]))
        )
        guard !read.scope.isEmpty else { return read }
        read.games = try await reader.slate(on: date).filter { !$0.isPostponed }
        guard let season = read.games.first?.seasonYear else { return read }
        let slate = SlateScope(read.scope, games: read.games, reachesOpponent: true)
        let contexts = try await reader.playerContexts(on: date, slate)
        let players = Set(contexts.map(\.playerLookup))
        if !slate.isFull { read.only = slate.players.union(players) }
        read.inputs.contexts = contexts
        read.inputs.forms = try await reader.playerForms(on: date, players: slate.isFull ? nil : players)
        read.inputs.factors = try await factors(reader, date, players)
        read.inputs.shots = try await reader.shotRates(on: date, players: players)
        read.inputs.listings = try await reader.listings(players, before: date, season: season)
        read.inputs.players = try await reader.playerHistories(season: season, before: date, players: players)
        read.inputs.teams = try await reader.teamHistories(
            Set(contexts.flatMap { [$0.teamAbbr, $0.opponentTeamAbbr] }),
            season: season,
            before: date
        )
        read.inputs.previousConsensus = try await reader.previousConsensus(
            players,
            before: date,
            since: date.adding(days: -previousLineDays),
            season: season
        )
        if contexts.isEmpty {
            read.hasEarlierGames = try await reader.hasEarlierGames(
                Set(read.games.flatMap(\.teams)),
                season: season,
                before: date
            )
        }
        return read
    }

    private static func factors(
        _ reader: SnapshotReader,
        _ date: GameDate,
        _ players: Set<String>
    ) async throws -> [String: CompositeFactors] {
        guard !players.isEmpty else { return [:] }
        let rows = try await reader.query(
            """
            SELECT player_lookup, fatigue_score, shot_zone_mismatch_score, pace_score, usage_spike_score
            FROM nba_precompute.player_composite_factors
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL AND player_lookup = ANY(\(players.sorted()))
            """
        )
        var factors: [String: CompositeFactors] = [:]
        for row in rows {
            factors[try row.decode("player_lookup")] = CompositeFactors(
                fatigueScore: try row.decode("fatigue_score"),
                shotZoneMismatch: try row.decode("shot_zone_mismatch_score"),
                pace: try row.decode("pace_score"),
                usageSpike: try row.decode("usage_spike_score")
            )
        }
        return factors
    }

    /// One row a context, and `lookup/feature` of values outside their range. Pure.
    static func compute(_ inputs: Inputs) -> (rows: [MLFeatureStoreRow], suspicious: [String]) {
        var suspicious: [String] = []
        let rows = inputs.contexts.map { context in
            let vector = vector(context, inputs)
            suspicious += vector.outOfRange.map { "\(context.playerLookup)/\($0)" }
            return row(context, vector)
        }
        return (rows, suspicious)
    }

    private static func vector(_ context: PlayerContext, _ inputs: Inputs) -> FeatureVector {
        let none = TeamHistory([], before: context.gameDate)
        return FeatureVector(
            FeatureInputs(
                form: inputs.forms[context.playerLookup],
                load: context.load,
                history: inputs.players.history(of: context.playerLookup),
                team: inputs.teams[context.teamAbbr] ?? none,
                opponent: inputs.teams[context.opponentTeamAbbr] ?? none,
                teamAbbr: context.teamAbbr,
                opponentAbbr: context.opponentTeamAbbr,
                isHome: context.isHome,
                isPlayoffGame: context.seasonPhase == "playoffs",
                line: context.line,
                previousConsensus: inputs.previousConsensus[context.playerLookup],
                spread: context.spread,
                total: context.total,
                injuryStatus: context.injuryStatus,
                starTeammatesOut: context.starTeammatesOut,
                teammateUsageOut: context.teammateUsageOut,
                factors: inputs.factors[context.playerLookup],
                zoneRates: inputs.shots[context.playerLookup]?.featureRates,
                isShotProfiled: inputs.shots[context.playerLookup] != nil,
                listings: inputs.listings[context.playerLookup]
            )
        )
    }

    private static func row(_ context: PlayerContext, _ vector: FeatureVector) -> MLFeatureStoreRow {
        let features = vector.canonicalText
        return MLFeatureStoreRow(
            playerLookup: context.playerLookup,
            gameDate: context.gameDate,
            gameID: context.gameID,
            nbaGameID: context.nbaGameID,
            seasonYear: context.seasonYear,
            teamAbbr: context.teamAbbr,
            opponentTeamAbbr: context.opponentTeamAbbr,
            isHome: context.isHome,
            featureVersion: FeatureList.version,
            featureCount: FeatureList.count,
            features: features,
            missingFeatures: vector.missingText,
            featuresHash: SHA256.hash(FeatureList.version + features).short,
            featureQualityScore: vector.qualityScore,
            qualityTier: vector.qualityTier.rawValue,
            isQualityReady: vector.isReady,
            historyGames: context.historyGames,
            historyLastGameDate: context.historyLastGameDate,
            hasVegasLine: context.line != nil,
            currentPointsLine: context.line?.current,
            currentPointsLineSource: context.lineSource,
            isLineSynthetic: context.isLineSynthetic
        )
    }
}
