/// How much a player scores, by his points a game of the season before the game: never by what he then scored.
public enum SeasonAverageTier: String, Sendable, Hashable, CaseIterable {
    /// 20 points and more.
    case star
    /// 12 to below 20.
    case starter
    /// 6 to below 12.
    case rotation
    /// Below 6.
    case bench
    /// Without a game before.
    case unknown

    /// - Parameter seasonAverage: points a game; nil before the first.
    public init(seasonAverage: Double?) {
        self =
            switch seasonAverage {
            case nil: .unknown
            case .some(let average) where average >= 20: .star
            case .some(let average) where average >= 12: .starter
            case .some(let average) where average >= 6: .rotation
            case .some: .bench
            }
    }
}
