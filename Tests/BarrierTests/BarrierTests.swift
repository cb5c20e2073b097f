import Foundation
import Testing

@testable import Barrier
@testable import Pipeline

@Suite("The barrier's decision")
struct BarrierTests {
    private let start = Date(timeIntervalSince1970: 1_705_300_000)

    private func barrier(
        _ tasks: [BarrierTask],
        levels: Set<Int> = [],
        history: HistoryState = .complete,
        policy: BarrierPolicy = .standard
    ) -> Barrier {
        Barrier(
            state: BarrierState(
                openedAt: start,
                deadline: start.addingTimeInterval(7200),
                tasks: tasks,
                triggeredLevels: levels,
                history: history
            ),
            policy: policy
        )
    }

    private func task(
        _ processor: String,
        _ state: BarrierTask.State,
        unit: String = "*",
        level: Int = 0,
        requirement: Requirement = .required,
        late: Bool = false,
        empty: Bool = false,
        coverage: Double = 1
    ) -> BarrierTask {
        BarrierTask(
            id: .init(phase: .raw, processor: processor, unit: unit),
            level: level,
            requirement: requirement,
            state: state,
            isLate: late,
            isExpectedEmpty: empty,
            coverage: coverage
        )
    }

    @Test("It opens the next phase when the last task has ended, once")
    func opensOnce() {
        var barrier = barrier([task("a", .success), task("b", .success)])
        let actions = barrier.handle(.evaluate(now: start))
        guard case .complete(let degraded, let reasons, _) = actions.first else {
            Issue.record("no completion in \(actions)")
            return
        }
        #expect(!degraded)
        #expect(reasons.isEmpty)
        #expect(barrier.handle(.evaluate(now: start)).isEmpty)
        #expect(barrier.handle(.evaluate(now: start.addingTimeInterval(9000))).isEmpty)
    }

    @Test(
        "A finished delta waits for siblings of its date, and not a moment longer",
        arguments: [(-1, true), (0, false), (1, false)] as [(Double, Bool)]
    )
    func absorbs(offset: Double, holds: Bool) {
        let until = start.addingTimeInterval(2)
        var state = barrier([task("a", .success), task("b", .failed)]).state
        state.absorbsUntil = until
        var barrier = Barrier(state: state, policy: .standard)
        let actions = barrier.handle(.evaluate(now: until.addingTimeInterval(offset)))
        if holds {
            #expect(actions == [.hold(until: until, reasons: ["b"])])
        } else {
            #expect(actions.contains { if case .complete(true, ["b"], _) = $0 { true } else { false } })
        }
        #expect(barrier.state.isOpen == holds)
        var unfinished = state
        unfinished.tasks[0].state = .running
        var working = Barrier(state: unfinished, policy: .standard)
        #expect(working.handle(.evaluate(now: until)).isEmpty)
    }

    @Test("It waits for every task", arguments: [BarrierTask.State.pending, .running])
    func waits(state: BarrierTask.State) {
        var barrier = barrier([task("a", .success), task("b", state)])
        #expect(barrier.handle(.evaluate(now: start.addingTimeInterval(7199))).isEmpty)
    }

    @Test("A failed task is judged by its requirement", arguments: Requirement.allCases)
    func requirements(requirement: Requirement) {
        var barrier = barrier([task("a", .success), task("b", .failed, requirement: requirement)])
        let actions = barrier.handle(.evaluate(now: start))
        switch requirement {
        case .critical:
            #expect(actions.contains { if case .fail(.failed, _) = $0 { true } else { false } })
        case .required:
            #expect(actions.contains { if case .complete(true, ["b"], _) = $0 { true } else { false } })
        case .optional:
            #expect(actions.contains { if case .complete(false, [], _) = $0 { true } else { false } })
        }
    }

    @Test("A critical failure ends the phase although others still run")
    func failsEarly() {
        var barrier = barrier([task("a", .running), task("b", .failed, requirement: .critical)])
        let actions = barrier.handle(.evaluate(now: start))
        #expect(actions.contains { if case .fail = $0 { true } else { false } })
        #expect(!barrier.state.isOpen)
    }

    @Test("no_data satisfies only when the schedule agrees", arguments: [true, false])
    func noData(agrees: Bool) {
        var barrier = barrier([task("a", .noData, requirement: .critical, empty: agrees)])
        let actions = barrier.handle(.evaluate(now: start))
        #expect(actions.contains { if case .complete(false, _, _) = $0 { true } else { false } } == agrees)
    }

    @Test("A partial task counts from its minimum coverage on", arguments: [(0.79, false), (0.8, true), (1.0, true)])
    func coverage(coverage: Double, counts: Bool) {
        var barrier = barrier([task("a", .partial, requirement: .critical, coverage: coverage)])
        let actions = barrier.handle(.evaluate(now: start))
        #expect(actions.contains { if case .complete = $0 { true } else { false } } == counts)
    }

    @Test("A phase with rows in quarantine goes on degraded and says where")
    func quarantine() {
        var kept = task("a", .partial, unit: "1", requirement: .critical, coverage: 0.98)
        kept.hasQuarantinedRows = true
        var barrier = barrier([kept, task("a", .success, unit: "2", requirement: .critical), task("b", .partial)])
        let actions = barrier.handle(.evaluate(now: start))
        let reasons = actions.compactMap { if case .complete(true, let reasons, _) = $0 { reasons } else { nil } }
        #expect(reasons == [["rows in quarantine: a (1 of 2: 1)"]])
    }

    @Test("Rows in quarantine degrade no phase that does not need their source", arguments: Requirement.allCases)
    func quarantineOfASource(requirement: Requirement) {
        var kept = task("a", .partial, requirement: requirement)
        kept.hasQuarantinedRows = true
        var barrier = barrier([kept, task("b", .success, requirement: .critical)])
        let actions = barrier.handle(.evaluate(now: start))
        let degraded = actions.compactMap { if case .complete(let degraded, _, _) = $0 { degraded } else { nil } }
        #expect(degraded == [requirement != .optional])
    }

    @Test("Coverage is judged unit by unit", arguments: [(9, true), (7, false)])
    func units(satisfied: Int, opens: Bool) {
        let tasks = (0..<10).map {
            task("box", $0 < satisfied ? .success : .failed, unit: "\($0)", requirement: .critical)
        }
        var barrier = barrier(tasks)
        let actions = barrier.handle(.evaluate(now: start))
        #expect(actions.contains { if case .complete(true, _, _) = $0 { true } else { false } } == opens)
    }

    @Test("At the deadline it alerts once with the names, then the policy decides", arguments: [true, false])
    func deadline(criticalDone: Bool) {
        var barrier = barrier([
            task("a", criticalDone ? .success : .pending, requirement: .critical), task("b", .success),
            task("c", .pending),
        ])
        let actions = barrier.handle(.evaluate(now: start.addingTimeInterval(7200)))
        let alerts = actions.filter { if case .alert = $0 { true } else { false } }
        #expect(alerts == [.alert(.error, "deadline passed", criticalDone ? ["c"] : ["a", "c"])])
        #expect(actions.contains { if case .fail(.expired, _) = $0 { true } else { false } } == !criticalDone)
        #expect(
            actions.contains(.markLate([.init(phase: .raw, processor: "c", unit: "*")])) == criticalDone
        )
        #expect(barrier.handle(.evaluate(now: start.addingTimeInterval(9999))).isEmpty)
    }

    @Test("A policy step lets the phase go on early with its must-haves", arguments: [(1700.0, false), (1800, true)])
    func policy(elapsed: Double, opens: Bool) {
        let policy = BarrierPolicy(steps: [.init(after: .seconds(1800), minimumDone: 0.5, mustHave: ["a"])])
        var barrier = barrier([task("a", .success), task("b", .pending)], policy: policy)
        let actions = barrier.handle(.evaluate(now: start.addingTimeInterval(elapsed)))
        #expect(actions.contains { if case .complete(true, _, _) = $0 { true } else { false } } == opens)
    }

    @Test("History that is still coming holds the phase; history that is not marks it")
    func history() {
        var waiting = barrier([task("a", .success)], history: .waiting(["g1"]))
        #expect(waiting.handle(.evaluate(now: start)).contains { if case .wait = $0 { true } else { false } })
        #expect(waiting.state.isOpen)
        var missing = barrier([task("a", .success)], history: .missing(["g1", "g2", "g3", "g4", "g5", "g6"]))
        let actions = missing.handle(.evaluate(now: start))
        #expect(
            actions.contains {
                if case .complete(true, ["history incomplete: g1, g2, g3, g4, g5 and 1 more games"], _) = $0 {
                    true
                } else {
                    false
                }
            }
        )
    }

    @Test("Levels start in order, each once")
    func levels() {
        var tasks = [task("a", .running, level: 1), task("b", .pending, level: 2), task("c", .pending, level: 3)]
        var started: Set<Int> = [1]
        for _ in 0..<3 {
            var barrier = barrier(tasks, levels: started)
            let actions = barrier.handle(.evaluate(now: start))
            for case .triggerLevel(let level) in actions { started.insert(level) }
            #expect(barrier.handle(.evaluate(now: start)).isEmpty)
            if let next = tasks.firstIndex(where: { $0.state == .running }) {
                tasks[next].state = .success
            } else if let next = tasks.firstIndex(where: { $0.state == .pending && started.contains($0.level) }) {
                tasks[next].state = .success
            }
        }
        #expect(started == [1, 2, 3])
    }

    @Test("An operator opens a phase without the named processors only")
    func force() {
        let tasks = [task("a", .success), task("b", .pending), task("c", .pending)]
        var partly = barrier(tasks)
        #expect(
            partly.handle(.force(without: ["b"], actor: "ops")).contains { if case .wait = $0 { true } else { false } }
        )
        var whole = barrier(tasks)
        let actions = whole.handle(.force(without: ["b", "c"], actor: "ops"))
        #expect(
            actions.contains { if case .complete(true, ["forced by ops without b, c"], _) = $0 { true } else { false } }
        )
    }
}
