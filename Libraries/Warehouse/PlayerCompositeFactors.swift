public import Basketball
public import Pipeline

/// The four factors that shift a player's expectation for one game, with what they were computed from.
public struct PlayerCompositeFactors: LaidOutRow, Hashable {
    public var playerLookup: String
    public var date: GameDate
    public var gameID: String
    public var seasonYear: Int
    public var teamAbbr: String
    public var opponentTeamAbbr: String
    public var factors: CompositeFactors
    /// The zone whose defence was taken, and the two figures of the mismatch.
    public var zone: ShotZone?
    public var zoneRatePercent: Double?
    public var zoneDefensePoints: Double?
    public var paceDifferential: Double?
    public var projectedUsagePercent: Double?
    public var usualUsagePercent: Double?
    public var starTeammatesOut: Int?
    public var playerAge: Int?

    public init(
        playerLookup: String,
        date: GameDate,
        gameID: String,
        seasonYear: Int,
        teamAbbr: String,
        opponentTeamAbbr: String,
        factors: CompositeFactors
    ) {
        self.playerLookup = playerLookup
        self.date = date
        self.gameID = gameID
        self.seasonYear = seasonYear
        self.teamAbbr = teamAbbr
        self.opponentTeamAbbr = opponentTeamAbbr
        self.factors = factors
    }

    /// Changes with any formula.
    public static let version = "v2_4factors"

    /// The clamps of ``CompositeFactors``: a fatigue score that is an adjustment (−5 … 0) does not pass.
    static let rules: [RowRule] = [
        .twoTeams, .range("fatigue_score", 0...100, "points"), .range("fatigue_adjustment", -5...0, "points"),
        .range("shot_zone_mismatch_score", -10...10, "points"), .range("pace_score", -3...3, "points"),
        .range("usage_spike_score", -3...3, "points"), .range("total_composite_adjustment", -21...16, "points"),
        .percent("mismatch_zone_rate"), .percent("projected_usage_rate"), .percent("usual_usage_rate"),
        .range("pace_differential", -120...120, "possessions"), .range("star_teammates_out", 0...20, "players"),
        .range("player_age", 17...50, "years"), .percent("data_completeness_pct"),
        .sum(
            "fatigue_adjustment_identity",
            "fatigue_adjustment = (fatigue_score − 100) / 20",
            [
                (20, "fatigue_adjustment"), (-1, "fatigue_score"),
            ],
            in: -100.002...(-99.998)
        ),
    ]

    public static let layout = RowLayout<Self>(
        "nba_precompute.player_composite_factors",
        key: ["game_date", "player_lookup"],
        entities: [.player: "player_lookup"],
        rules: rules,
        [
            .text("player_lookup") { $0.playerLookup },
            .date("game_date") { $0.date },
            .text("game_id") { $0.gameID },
            .integer("season_year") { $0.seasonYear },
            .text("team_abbr") { $0.teamAbbr },
            .text("opponent_team_abbr") { $0.opponentTeamAbbr },
            .double("fatigue_score") { $0.factors.fatigueScore },
            .double("fatigue_adjustment") { $0.factors.fatigueAdjustment },
            .double("shot_zone_mismatch_score") { $0.factors.shotZoneMismatch },
            .double("pace_score") { $0.factors.pace },
            .double("usage_spike_score") { $0.factors.usageSpike },
            .double("total_composite_adjustment") { $0.factors.total },
            .text("mismatch_zone") { $0.zone?.rawValue },
            .double("mismatch_zone_rate") { $0.zoneRatePercent },
            .double("mismatch_zone_defense") { $0.zoneDefensePoints },
            .double("pace_differential") { $0.paceDifferential },
            .double("projected_usage_rate") { $0.projectedUsagePercent },
            .double("usual_usage_rate") { $0.usualUsagePercent },
            .integer("star_teammates_out") { $0.starTeammatesOut },
            .integer("player_age") { $0.playerAge },
            .text("calculation_version") { _ in version },
            .double("data_completeness_pct") { 25 * Double(4 - $0.factors.missing.count) },
            .text("missing_data_fields") {
                $0.factors.missing.isEmpty ? nil : $0.factors.missing.joined(separator: ",")
            },
            .text("warnings") { $0.factors.warnings.isEmpty ? nil : $0.factors.warnings.joined(separator: ",") },
        ]
    )
}
