import Pipeline

/// Some outputs in one letter and a number: the worst state that any of them has, and how many have it. A small letter:
/// everything that is needed is well, and something optional is not.
struct GridCell: Sendable, Hashable {
    var state: OutputState
    var count: Int
    var isOptional: Bool
    /// Outputs that are complete or have nothing to bring, of all.
    var settled: Int
    var total: Int

    init?(_ outputs: [ExpectedOutput]) {
        let needed = outputs.filter { $0.requirement != .optional }
        guard let worst = Self.worst(outputs) else { return nil }
        if let worstNeeded = Self.worst(needed), worstNeeded.isProblem {
            state = worstNeeded
            isOptional = false
            count = needed.filter { $0.state == worstNeeded }.count
        } else {
            state = worst
            isOptional = worst.isProblem
            count = outputs.filter { $0.state == worst }.count
        }
        settled = outputs.filter { $0.state == .complete || $0.state == .emptyOK }.count
        total = outputs.count
    }

    private static func worst(_ outputs: [ExpectedOutput]) -> OutputState? {
        outputs.map(\.state).min { $0.severity < $1.severity }
    }

    var letter: String { isOptional ? state.letter.lowercased() : state.letter }
    var text: String { "\(letter)\(count)" }
}

/// Colours of a terminal; plain text elsewhere.
struct GridColours: Sendable {
    var isTerminal: Bool

    func paint(_ text: String, _ state: OutputState) -> String {
        guard isTerminal else { return text }
        let code =
            switch state {
            case .failed: "31;1"
            case .late, .degraded: "33"
            case .halted: "35"
            case .running, .expected: "36"
            case .complete, .emptyOK: "32"
            case .acceptedLoss, .notDue: "2"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
