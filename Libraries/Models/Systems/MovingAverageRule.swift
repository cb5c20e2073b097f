/// Averages of past points, and small corrections for rest, venue and opponent:
///
///     points = 0.2 L5 + 0.3 L10 + 0.5 S + rest + venue + defence + pace
///
/// L5, L10 and S are the means of the last five and ten games and of the season. Before the season's first game S is the
/// mean of the season before, and without one L10. The weights were chosen among five sets on 2022-23; see
/// ``ContextEffects`` for the rest.
public struct MovingAverageRule: PointsRule {
    public let system = PointsSystem.movingAverage
    public let version = "2.0"

    private static let weights = (last5: 0.2, last10: 0.3, season: 0.5)

    public init() {}

    public func estimate(_ profile: PointsProfile) -> RuleEstimate {
        guard let last5 = profile.pointsLast5, let last10 = profile.pointsLast10 else { return .skipped(.noGames) }
        let season: PointsTerm
        if let points = profile.seasonPoints {
            season = PointsTerm("season", Self.weights.season * points)
        } else if let points = profile.previousSeasonPoints {
            season = PointsTerm("previous_season", Self.weights.season * points)
        } else {
            season = PointsTerm("last_10_as_season", Self.weights.season * last10)
        }
        let averages = [
            PointsTerm("last_5", Self.weights.last5 * last5), PointsTerm("last_10", Self.weights.last10 * last10),
            season,
        ]
        let usual = averages.reduce(0) { $0 + $1.points }
        return .terms(
            averages + [
                ContextEffects.rest(profile, usual: usual), ContextEffects.venue(profile),
                ContextEffects.defense(profile, usual: usual), ContextEffects.pace(profile, usual: usual),
            ]
        )
    }
}
