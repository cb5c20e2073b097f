extension PointsSystem {
    /// The version of the recipe: changes whenever the same features may give another result of the same training.
    public var version: String {
        switch self {
        case .movingAverage, .zoneMatchup, .similarity:
            PointsRules.all.first { $0.system == self }?.version ?? rawValue
        case .gradientBoosted: PointsModel.recipeVersion
        case .ensemble: PointsEnsemble.recipeVersion
        }
    }
}
