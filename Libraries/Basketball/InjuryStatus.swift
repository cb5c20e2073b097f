/// How likely a listed player is to play, in the five words of the league's reports.
public enum InjuryStatus: String, Sendable, Hashable, CaseIterable {
    case out
    case doubtful
    case questionable
    case probable
    case available

    /// Feature 10, `injury_risk`: available 0, probable 1, questionable 2, doubtful and out 3.
    public var risk: Int {
        switch self {
        case .available: 0
        case .probable: 1
        case .questionable: 2
        case .doubtful, .out: 3
        }
    }

    /// A team plans without him.
    public var isExpectedToMiss: Bool { self == .out || self == .doubtful }
}
