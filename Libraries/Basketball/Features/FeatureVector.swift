/// The features of one player for one game. A feature has a value or the reason why it has none; there are no defaults.
public struct FeatureVector: Sendable, Hashable {
    /// One feature's outcome.
    public enum Slot: Sendable, Hashable {
        case value(Double)
        case missing(MissingReason)
    }

    /// One slot a feature, in index order.
    public private(set) var slots: [Slot]

    /// A vector whose features are all without a source.
    init() { slots = Array(repeating: .missing(.noSource), count: FeatureList.count) }

    /// The value at an index; nil when it is missing.
    public subscript(index: Int) -> Double? {
        if case .value(let value) = slots[index] { value } else { nil }
    }

    /// The values in index order; nil where missing.
    public var values: [Double?] { slots.indices.map { self[$0] } }

    /// The reason of every missing feature, by name.
    public var missing: [String: MissingReason] {
        var reasons: [String: MissingReason] = [:]
        for (definition, slot) in zip(FeatureList.all, slots) {
            if case .missing(let reason) = slot { reasons[definition.name] = reason }
        }
        return reasons
    }

    /// `[1.5,null,…]`, with the shortest digits that read back to the same numbers.
    public var canonicalText: String {
        "[" + values.map { $0.map { String(describing: $0) } ?? "null" }.joined(separator: ",") + "]"
    }

    /// `{"name":"reason",…}` in the order of names.
    public var missingText: String {
        let pairs = missing.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value.rawValue)\"" }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    /// The names of values outside their range.
    public var outOfRange: [String] {
        FeatureList.all.filter { definition in self[definition.index].map { !definition.range.contains($0) } ?? false }
            .map(\.name)
    }

    /// Share of the required features that have a value, 0 … 100.
    public var qualityScore: Double {
        let required = FeatureList.all.filter(\.isRequired)
        let present = required.count { self[$0.index] != nil }
        return (100 * Double(present) / Double(required.count)).stored
    }

    /// The tier of the quality score.
    public var qualityTier: FeatureTier { FeatureTier(score: qualityScore) }

    /// A prediction may be built on the vector: last five, last ten, season, deviation and minutes are all there.
    public var isReady: Bool { [0, 1, 2, 3, 31].allSatisfy { self[$0] != nil } }

    mutating func set(_ index: Int, _ value: Double?, else reason: MissingReason) {
        slots[index] = value.map { .value($0.stored) } ?? .missing(reason)
    }

    mutating func set(_ index: Int, missing reason: MissingReason) { slots[index] = .missing(reason) }
}

/// The ladder of feature quality; not the ladder of a sample of games.
public enum FeatureTier: String, Sendable, Hashable, CaseIterable {
    case gold, silver, bronze, poor, critical

    /// 95, 85, 70 and 50 are the lower bounds.
    public init(score: Double) {
        self =
            switch score {
            case 95...: .gold
            case 85...: .silver
            case 70...: .bronze
            case 50...: .poor
            default: .critical
            }
    }
}
