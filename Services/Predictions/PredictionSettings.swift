public import Basketball
import Foundation
public import Pipeline

/// The settings of the predictions service beside the common ones.
public struct PredictionSettings: Sendable {
    /// When predictions are asked for, in order. Each starts a date that nothing has begun; of one that has begun, all but the
    /// first ask for who is missing. Empty: never.
    public var clocks: [EasternTimeOfDay]

    public static let standardClocks = [0, 15, 30].map { EasternTimeOfDay(hour: 6, minute: $0) }

    public init(_ reader: inout ConfigurationReader) {
        let deadline = PredictionDeadline(&reader)
        clocks =
            reader.value(
                "TIPOFF_PREDICTION_CLOCKS",
                default: Self.standardClocks.filter { $0 < deadline.time },
                expected: "off, or times before \(deadline), the earliest first, separated by commas",
                example: Self.show(Self.standardClocks),
                help: "Eastern times that start what nothing has begun; all but the first ask for who is missing",
                show: Self.show,
                parse: { Self.parse($0, before: deadline) }
            ) ?? []
    }

    private static func show(_ clocks: [EasternTimeOfDay]) -> String {
        clocks.isEmpty ? "off" : clocks.map(\.description).joined(separator: ",")
    }

    /// Nil for a text that is refused. A clock at or after the deadline would never act.
    static func parse(_ text: String, before deadline: PredictionDeadline) -> [EasternTimeOfDay]? {
        if text.lowercased() == "off" { return [] }
        let times = text.split(separator: ",", omittingEmptySubsequences: false).map {
            EasternTimeOfDay($0.trimmingCharacters(in: .whitespaces))
        }
        let known = times.compactMap { $0 }
        guard known.count == times.count, known.allSatisfy({ $0 < deadline.time }),
            zip(known, known.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        return known
    }
}
