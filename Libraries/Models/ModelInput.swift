/// The features of one player before one game, and the line offered for his points.
public struct ModelInput: Sendable, Hashable {
    /// How many features a vector has.
    public static let count = Feature.allCases.count

    /// By index; nil where the store has no value.
    public let values: [Double?]
    /// The current points line; nil without one.
    public let line: Double?

    /// Takes the values in index order. Throws ``ModelInputError`` for another count or a value that is no number.
    public init(_ values: [Double?], line: Double? = nil) throws(ModelInputError) {
        guard values.count == Self.count else { throw .wrongCount(values.count) }
        for (index, value) in values.enumerated() {
            guard let value, !value.isFinite else { continue }
            throw .notFinite(Feature.allCases[index].name)
        }
        if let line, !line.isFinite { throw .notFinite("line") }
        self.values = values
        self.line = line
    }

    /// The value of a feature.
    public subscript(feature: Feature) -> Double? { values[feature.index] }
}

/// Why an array is no feature vector.
public enum ModelInputError: Error, Sendable, Hashable, CustomStringConvertible {
    case wrongCount(Int)
    case notFinite(String)

    public var description: String {
        switch self {
        case .wrongCount(let count): "\(count) features where \(ModelInput.count) are expected"
        case .notFinite(let name): "\(name) is not a finite number"
        }
    }
}
