import Boosting
import Foundation

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func uniform(_ range: Range<Double> = 0..<1) -> Double { Double.random(in: range, using: &self) }

    /// Standard normal, by Box and Muller.
    mutating func normal() -> Double {
        (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
    }

    /// Poisson, by Knuth's multiplication; for small means.
    mutating func poisson(_ mean: Double) -> Int {
        var (count, product, limit) = (0, uniform(), exp(-mean))
        while product > limit {
            count += 1
            product *= uniform()
        }
        return count
    }
}

extension FeatureMatrix {
    /// A matrix of columns `a`, `b`, … with standard normal values.
    static func normal(rows: Int, columns: Int, using random: inout SeededGenerator) throws -> FeatureMatrix {
        try FeatureMatrix(
            names: (0..<columns).map { String(UnicodeScalar(UInt8(97 + $0))) },
            values: (0..<rows * columns).map { _ in Float(random.normal()) }
        )
    }

    func column(_ column: Int) -> [Double] { (0..<rowCount).map { Double(values[$0 * columnCount + column]) } }
}

/// The error's code, or nil when nothing is thrown.
func code(of body: () throws -> Void) -> BoostingError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? BoostingError)?.code
    }
}

func meanSquaredError(_ predictions: [Double], _ labels: [Double]) -> Double {
    zip(predictions, labels).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(labels.count)
}

/// What is left of a value that was encoded as JSON and decoded.
func decoded<Value: Codable>(_ value: Value) throws -> Value {
    try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
}
