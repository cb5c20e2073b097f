/// One of the six phases a game date passes through.
public enum Phase: Int, Sendable, Hashable, Comparable, CaseIterable, Codable {
    case scrapers = 1
    case raw = 2
    case analytics = 3
    case precompute = 4
    case predictions = 5
    case publishing = 6

    /// The name on the wire, such as `phase_3_analytics`.
    public var wireName: String { "phase_\(rawValue)_\(name)" }

    /// The short name, which is also the name of the phase's service.
    public var name: String {
        switch self {
        case .scrapers: "scrapers"
        case .raw: "raw"
        case .analytics: "analytics"
        case .precompute: "precompute"
        case .predictions: "predictions"
        case .publishing: "publishing"
        }
    }

    /// The phase that follows, or nil after publishing.
    public var next: Phase? { Phase(rawValue: rawValue + 1) }

    /// Reads a wire name; nil when it is none of the six.
    public init?(wireName: String) {
        guard let phase = Phase.allCases.first(where: { $0.wireName == wireName }) else { return nil }
        self = phase
    }

    public static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
}
