/// The features of one player before one game.
public struct PointsFeatureRow: Sendable, Hashable {
    /// The league's id of the player.
    public let player: Int
    /// The game, from the side of his team.
    public let side: GameSide
    /// In the order of ``PointsFeature/all``; not a number where nothing is known. Single precision, so that a stored row
    /// is what a model was trained with.
    public let values: [Float]
    /// What the rules see, strictly from earlier dates as well.
    public let profile: PointsProfile

    init(_ context: PointsContext) {
        player = context.player
        side = context.side
        values = PointsFeature.all.map { Float($0.value(context)) }
        profile = PointsProfile(context)
    }

    /// The value of a feature by its name; nil for a name that is none of the features, and where nothing is known.
    public subscript(name: String) -> Float? {
        guard let index = PointsFeature.index(of: name), !values[index].isNaN else { return nil }
        return values[index]
    }
}
