import Foundation
import Testing

@testable import Barrier
@testable import Pipeline

/// SplitMix64: small, seeded, the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Ten thousand seeded lives of a barrier. `BARRIER_SEED=n` repeats one.
@Suite("Simulated barriers")
struct BarrierSimulationTests {
    static let lives = 10_000

    @Test("Every invariant holds in ten thousand seeded lives")
    func simulate() {
        let environment = ProcessInfo.processInfo.environment
        let seeds: [UInt64] =
            environment["BARRIER_SEED"].flatMap(UInt64.init).map { [$0] } ?? (0..<UInt64(Self.lives)).map { $0 }
        var ends: [String: Int] = [:]
        for seed in seeds {
            var life = BarrierLife(seed: seed)
            if let broken = life.run() {
                Issue.record(
                    "seed \(seed): \(broken)\nrepeat: BARRIER_SEED=\(seed) swift test --filter BarrierSimulationTests"
                )
                return
            }
            ends[life.end, default: 0] += 1
        }
        // The simulation is worth something only if it reaches every kind of end.
        if seeds.count == Self.lives {
            #expect(Set(ends.keys) == ["complete", "degraded", "failed", "expired", "cancelled"], "\(ends)")
        }
    }
}

private struct BarrierLife {
    private var random: SeededGenerator
    private(set) var end = "open"
    private var tasks: [BarrierTask] = []
    private let start = Date(timeIntervalSince1970: 0)
    private var now = 0.0
    private var started: Set<Int> = [0]
    private var forced = false
    /// Share of steps in which nothing ends: some lives are too slow for their deadline.
    private var idleness = 0.0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        let processors = Int.random(in: 1...8, using: &random)
        for processor in 0..<processors {
            let units = Bool.random(using: &random) ? 1 : Int.random(in: 1...5, using: &random)
            let level = Int.random(in: 0...2, using: &random)
            let requirement = Requirement.allCases.randomElement(using: &random) ?? .required
            for unit in 0..<units {
                tasks.append(
                    BarrierTask(
                        id: .init(phase: .precompute, processor: "p\(processor)", unit: "\(unit)"),
                        level: level,
                        requirement: requirement
                    )
                )
            }
        }
        started = [tasks.map(\.level).min() ?? 0]
        idleness = Int.random(in: 0..<5, using: &random) == 0 ? 0.9 : 0
    }

    /// Runs the life; returns the broken invariant, if any.
    mutating func run() -> String? {
        // The shell makes a new struct from the rows at each look, as this does.
        var closed = false
        let failureRate = Double.random(in: 0...0.3, using: &random)
        for _ in 0..<200 {
            step(failureRate: failureRate)
            var barrier = Barrier(
                state: BarrierState(
                    isOpen: !closed,
                    openedAt: start,
                    deadline: start.addingTimeInterval(100),
                    tasks: tasks,
                    triggeredLevels: started,
                    history: history()
                ),
                policy: .standard
            )
            let actions = barrier.handle(event())
            if closed, !actions.isEmpty { return "acted after its end: \(actions)" }
            if let broken = check(actions, barrier) { return broken }
            closed = closed || !barrier.state.isOpen
            if closed, end == "open" { return "closed without an end" }
        }
        return closed ? nil : "still open long after its deadline"
    }

    private mutating func step(failureRate: Double) {
        now += Double.random(in: 0...2, using: &random)
        if Double.random(in: 0..<1, using: &random) < idleness { return }
        let open = tasks.indices.filter { !tasks[$0].state.isTerminal && started.contains(tasks[$0].level) }
        guard let index = open.randomElement(using: &random) else { return }
        if tasks[index].state == .pending {
            tasks[index].state = .running
            return
        }
        let roll = Double.random(in: 0...1, using: &random)
        if roll < failureRate {
            tasks[index].state = .failed
        } else if roll < failureRate + 0.1 {
            tasks[index].state = .partial
            tasks[index].coverage = Double.random(in: 0...1, using: &random)
        } else if roll < failureRate + 0.2 {
            tasks[index].state = .noData
            tasks[index].isExpectedEmpty = Bool.random(using: &random)
        } else {
            tasks[index].state = [.success, .superseded].randomElement(using: &random) ?? .success
        }
    }

    private mutating func history() -> HistoryState {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: .waiting(["g"])
        case 1: .missing(["g"])
        default: .complete
        }
    }

    private mutating func event() -> BarrierEvent {
        switch Int.random(in: 0..<200, using: &random) {
        case 0: return .cancel(actor: "ops", reason: "test")
        case 1:
            forced = true
            return .force(without: [], actor: "ops")
        default: return .evaluate(now: start.addingTimeInterval(now))
        }
    }

    private mutating func check(_ actions: [BarrierAction], _ barrier: Barrier) -> String? {
        var ends = 0
        for action in actions {
            switch action {
            case .triggerLevel(let level):
                if !started.insert(level).inserted { return "level \(level) started twice" }
                if tasks.contains(where: { $0.level < level && !$0.hasEnded }) { return "level \(level) overtook" }
            case .complete(let degraded, let reasons, _):
                ends += 1
                end = degraded ? "degraded" : "complete"
                if degraded == reasons.isEmpty { return "degraded without a reason, or a reason without degraded" }
                let criticals = Dictionary(grouping: tasks.filter { $0.requirement == .critical }, by: \.id.processor)
                for (name, units) in criticals where !forced {
                    let good = units.count(where: \.isSatisfied)
                    if Double(good) < 0.8 * Double(units.count) { return "opened without critical \(name)" }
                }
                let isWhole = tasks.allSatisfy(\.isSatisfied)
                if !degraded, !isWhole, tasks.contains(where: { !$0.isSatisfied && $0.requirement != .optional }) {
                    return "called complete although something required is missing"
                }
                if now < 100, !forced, tasks.contains(where: { !$0.hasEnded }) {
                    return "opened before everything ended"
                }
            case .fail(let failure, _):
                ends += 1
                end = failure.rawValue
                if failure == .failed,
                    !tasks.contains(where: { $0.requirement == .critical && $0.hasEnded && !$0.isSatisfied })
                {
                    return "failed without a failed critical task"
                }
                if failure == .expired, now < 100 { return "expired early" }
            case .markLate(let late):
                for id in late {
                    guard let index = tasks.firstIndex(where: { $0.id == id }) else { return "marked a stranger late" }
                    if tasks[index].state.isTerminal { return "marked a finished task late" }
                    tasks[index].isLate = true
                }
            case .wait, .hold, .join, .alert: break
            }
        }
        if ends > 1 { return "ended twice in one look" }
        if ends == 1, barrier.state.isOpen { return "ended and still open" }
        return nil
    }
}
