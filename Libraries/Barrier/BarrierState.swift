public import Foundation
public import Pipeline

/// A task as the barrier sees it.
public struct BarrierTask: Sendable, Hashable {
    public struct ID: Sendable, Hashable {
        public var phase: Phase
        public var processor: String
        public var unit: String

        public init(phase: Phase, processor: String, unit: String) {
            self.phase = phase
            self.processor = processor
            self.unit = unit
        }
    }

    public enum State: String, Sendable, Hashable, CaseIterable {
        case pending, running, success, partial
        case noData = "no_data"
        case failed, skipped, superseded, late, forced

        public var isTerminal: Bool { self != .pending && self != .running }
    }

    public var id: ID
    public var level: Int
    public var requirement: Requirement
    public var state: State
    /// An earlier decision went on without this task.
    public var isLate: Bool
    /// For `no_data`: the schedule agrees that there is nothing.
    public var isExpectedEmpty: Bool
    /// Processed share of the scope of a partial task, 0 … 1.
    public var coverage: Double
    public var minimumCoverage: Double
    /// Rows of the task break rules and were kept back.
    public var hasQuarantinedRows: Bool
    /// False for a scrape task whose outcome a raw task carries: it must end, and the raw task is judged.
    public var isJudged: Bool
    /// When it ended, by the database's clock.
    public var endedAt: Date?
    /// Why it ended well and is worth less than it could be.
    public var degradedReason: String?

    public init(
        id: ID,
        level: Int = 0,
        requirement: Requirement = .required,
        state: State = .pending,
        isLate: Bool = false,
        isExpectedEmpty: Bool = false,
        coverage: Double = 1,
        minimumCoverage: Double = 0.8,
        hasQuarantinedRows: Bool = false,
        isJudged: Bool = true,
        endedAt: Date? = nil,
        degradedReason: String? = nil
    ) {
        self.id = id
        self.level = level
        self.requirement = requirement
        self.state = state
        self.isLate = isLate
        self.isExpectedEmpty = isExpectedEmpty
        self.coverage = coverage
        self.minimumCoverage = minimumCoverage
        self.hasQuarantinedRows = hasQuarantinedRows
        self.isJudged = isJudged
        self.endedAt = endedAt
        self.degradedReason = degradedReason
    }

    /// Nothing more is waited for.
    public var hasEnded: Bool { state.isTerminal || isLate }

    /// The task brought what it should.
    public var isSatisfied: Bool {
        switch state {
        case .success, .superseded, .skipped, .forced: true
        case .partial: coverage >= minimumCoverage
        case .noData: isExpectedEmpty
        case .pending, .running, .failed, .late: false
        }
    }
}

/// Whether the dates before a run's own are complete.
public enum HistoryState: Sendable, Hashable {
    case complete
    /// Games are missing that an open run can still bring.
    case waiting([String])
    /// Games are missing and nothing is under way for them.
    case missing([String])
}

/// One phase of one run.
public struct BarrierState: Sendable {
    public var isOpen: Bool
    public var openedAt: Date
    public var deadline: Date
    public var tasks: [BarrierTask]
    public var triggeredLevels: Set<Int>
    public var history: HistoryState
    /// Until when a finished delta waits for siblings of its date; nil waits for nobody.
    public var absorbsUntil: Date?

    public init(
        isOpen: Bool = true,
        openedAt: Date,
        deadline: Date,
        tasks: [BarrierTask],
        triggeredLevels: Set<Int> = [],
        history: HistoryState = .complete,
        absorbsUntil: Date? = nil
    ) {
        self.isOpen = isOpen
        self.openedAt = openedAt
        self.deadline = deadline
        self.tasks = tasks
        self.triggeredLevels = triggeredLevels
        self.history = history
        self.absorbsUntil = absorbsUntil
    }
}

/// When a phase may go on without everything: the first step whose time has come and whose demands are met.
public struct BarrierPolicy: Sendable, Hashable {
    public struct Step: Sendable, Hashable {
        /// Time since the phase opened; nil only at the deadline.
        public var after: Duration?
        /// Share of the processors that must be satisfied, 0 … 1.
        public var minimumDone: Double
        /// Processors that must be satisfied beside every critical one.
        public var mustHave: Set<String>

        public init(after: Duration?, minimumDone: Double, mustHave: Set<String> = []) {
            self.after = after
            self.minimumDone = minimumDone
            self.mustHave = mustHave
        }
    }

    public var steps: [Step]

    public init(steps: [Step]) { self.steps = steps }

    /// Everything, or at the deadline the critical ones and three fifths of the rest.
    public static let standard = BarrierPolicy(steps: [Step(after: nil, minimumDone: 0.6)])

    /// Whether some step lets the phase go on. `elapsed` is nil at the deadline, where every step counts.
    func permits(_ report: BarrierReport, elapsed: TimeInterval?) -> Bool {
        guard report.hasEveryCritical else { return false }
        return steps.contains { step in
            if let elapsed {
                guard let after = step.after, elapsed >= after.seconds else { return false }
            }
            return report.satisfiedShare >= step.minimumDone && step.mustHave.isSubset(of: report.satisfied)
        }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
