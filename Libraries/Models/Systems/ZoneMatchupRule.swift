/// A player's points by zone, each times what the opponent lets everybody score there:
///
///     points = Σ zone points · (1 + (allowed − 1)) + pace + venue + rest
///
/// Zones are what a box score tells apart: two-pointers, three-pointers, free throws. Zone points are the player's means at
/// half life 10; `allowed` is the opponent's points a possession in the zone over the league's mean of the season to date,
/// drawn to 1 by 25 games, so that a weaker defence only ever adds.
public struct ZoneMatchupRule: PointsRule {
    public let system = PointsSystem.zoneMatchup
    public let version = "2.0"

    public init() {}

    public func estimate(_ profile: PointsProfile) -> RuleEstimate {
        guard profile.games > 0 else { return .skipped(.noGames) }
        let usual = profile.zones.reduce(0) { $0 + $1.points }
        return .terms(
            profile.zones.map { PointsTerm($0.zone.rawValue, $0.points) }
                + profile.zones.map {
                    PointsTerm("opponent_\($0.zone.rawValue)", max($0.points, 0) * (profile.opponent[$0.zone] - 1))
                }
                + [
                    ContextEffects.pace(profile, usual: usual), ContextEffects.venue(profile),
                    ContextEffects.rest(profile, usual: usual),
                ]
        )
    }
}
