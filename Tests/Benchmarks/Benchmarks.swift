import ArgumentParser
import Foundation

/// The parts of `make bench` that measure a function instead of a running stack. Release builds only.
@main struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tipoff-benchmarks",
        abstract: "Measures functions; deploy/dev/bench.sh puts them beside their references.",
        subcommands: [
            RollingBenchmark.self, ChangeDetectionBenchmark.self, PredictionBenchmark.self, TreesBenchmark.self,
            ReadersBenchmark.self,
        ]
    )
}

/// A measured figure and, taken in the same rounds, its reference.
struct Series: Encodable {
    var name: String
    /// One a round, in the unit that ends the name.
    var samples: [Double]
    var reference: String?
    var referenceSamples: [Double]?

    enum CodingKeys: String, CodingKey {
        case name, samples, reference
        case referenceSamples = "reference_samples"
    }
}

func milliseconds(_ body: () async throws -> Void) async rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try await body()
    return (clock.now - start) / .milliseconds(1)
}

/// SplitMix64.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
