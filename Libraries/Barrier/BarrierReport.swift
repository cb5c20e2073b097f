public import Pipeline

/// The tasks of a phase summed up by processor: "21 of 21" counts processors, coverage is judged unit by unit.
public struct BarrierReport: Sendable, Hashable {
    /// Processors all of whose units have ended.
    public private(set) var done: Set<String> = []
    public private(set) var satisfied: Set<String> = []
    public private(set) var expected: Set<String> = []
    public private(set) var unsatisfiedCritical: [String] = []
    public private(set) var hasEveryCritical = true
    public private(set) var degradedReasons: [String] = []
    /// Tasks that have not ended.
    public private(set) var open: [BarrierTask.ID] = []
    /// Processors with open tasks, with the units where they are few.
    public private(set) var missing: [String] = []

    public var isDone: Bool { open.isEmpty }
    public var satisfiedShare: Double {
        expected.isEmpty ? 1 : Double(satisfied.count) / Double(expected.count)
    }

    public init(tasks: [BarrierTask]) {
        struct Key: Hashable, Comparable {
            var phase: Phase
            var processor: String
            static func < (left: Key, right: Key) -> Bool {
                (left.phase, left.processor) < (right.phase, right.processor)
            }
        }
        let groups = Dictionary(grouping: tasks) { Key(phase: $0.id.phase, processor: $0.id.processor) }
        for (key, group) in groups.sorted(by: { $0.key < $1.key }) {
            let stillOpen = group.filter { !$0.hasEnded }
            open += stillOpen.map(\.id)
            if !stillOpen.isEmpty { missing.append(Self.name(key.processor, stillOpen, of: group.count)) }
            guard group.contains(where: \.isJudged) else { continue }
            expected.insert(key.processor)
            if stillOpen.isEmpty { done.insert(key.processor) }
            let good = group.filter(\.isSatisfied)
            for task in good {
                guard let reason = task.degradedReason else { continue }
                let unit = group.count > 1 ? "/\(task.id.unit)" : ""
                degradedReasons.append("\(key.processor)\(unit): \(reason)")
            }
            let needed = group[0].minimumCoverage * Double(group.count)
            let isCritical = group.contains { $0.requirement == .critical }
            if stillOpen.isEmpty, Double(good.count) >= needed {
                satisfied.insert(key.processor)
                let kept = group.filter { $0.isSatisfied && $0.hasQuarantinedRows }
                if !kept.isEmpty, group.contains(where: { $0.requirement != .optional }) {
                    degradedReasons.append("rows in quarantine: \(Self.name(key.processor, kept, of: group.count))")
                }
                if good.count < group.count {
                    degradedReasons.append(Self.name(key.processor, group.filter { !$0.isSatisfied }, of: group.count))
                }
                continue
            }
            if isCritical { hasEveryCritical = false }
            guard stillOpen.isEmpty else { continue }
            switch group.map(\.requirement).max(by: { $0.weight < $1.weight }) {
            case .critical: unsatisfiedCritical.append(key.processor)
            case .required:
                degradedReasons.append(Self.name(key.processor, group.filter { !$0.isSatisfied }, of: group.count))
            case .optional, nil: break
            }
        }
    }

    /// `nbac_team_boxscore (2 of 11: 0022300555, 0022300556)`.
    private static func name(_ processor: String, _ tasks: [BarrierTask], of total: Int) -> String {
        guard total > 1 else { return processor }
        let units = tasks.map(\.id.unit).sorted()
        let shown = units.prefix(3).joined(separator: ", ") + (units.count > 3 ? ", …" : "")
        return "\(processor) (\(units.count) of \(total): \(shown))"
    }
}

extension Requirement {
    fileprivate var weight: Int {
        switch self {
        case .critical: 2
        case .required: 1
        case .optional: 0
        }
    }
}
