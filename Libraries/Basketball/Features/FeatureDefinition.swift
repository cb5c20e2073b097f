/// What a feature's number counts.
public enum FeatureUnit: String, Sendable, Hashable, CaseIterable {
    case points, minutes, games, days, possessions, score, code, flag, fraction, percent, deviations
    case pointsPerHundred = "points_per_100_possessions"
    case pointsPerMinute = "points_per_minute"
    case pointsPerGame = "points_per_game"
}

/// Where a feature's value comes from.
public enum FeatureSource: String, Sendable, Hashable, CaseIterable {
    /// `player_daily_cache`.
    case dailyCache = "daily_cache"
    /// `upcoming_player_game_context`.
    case context
    /// Computed from the player's or the teams' earlier games.
    case calculated
    /// Bookmakers, through the context.
    case lines
    /// `player_composite_factors`.
    case compositeFactors = "composite_factors"
    /// `player_shot_zone_analysis`.
    case shotZones = "shot_zones"
    /// Injury reports, operators' words and did-not-play rows.
    case availability
}

/// Why a feature has no value. The set is closed.
public enum MissingReason: String, Sendable, Hashable, CaseIterable {
    /// No source of the pipeline tells.
    case noSource = "no_source"
    /// The row of an earlier level is not there.
    case notComputed = "not_computed"
    /// No play-by-play of the games that it is about.
    case noPlayByPlay = "no_play_by_play"
    /// Too few teams of the league have a play-by-play, so that the opponent's defence can be compared with none.
    case noLeagueComparison = "no_league_comparison"
    /// Too few earlier games.
    case insufficientHistory = "insufficient_history"
    /// No points line before tip-off.
    case noLine = "no_line"
    /// Fewer than two books had a line.
    case singleBook = "single_book"
    /// No spread or total before tip-off.
    case noGameLine = "no_game_line"
    /// The games are there and the figure is not defined for them, such as a share of zero points.
    case undefined
}

/// One of the features of a player for a game.
public struct FeatureDefinition: Sendable, Hashable {
    /// The place in the vector.
    public var index: Int
    /// The name that models and missing reasons use.
    public var name: String
    /// What it says, for people.
    public var meaning: String
    public var unit: FeatureUnit
    public var source: FeatureSource
    /// Values outside are reported; they are not changed.
    public var range: ClosedRange<Double>
    /// Counts for the quality score.
    public var isRequired: Bool
}
