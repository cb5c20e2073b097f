public import Basketball
public import Foundation
public import Pipeline
import Postgres

/// How long a live delta waits for others of its date, so that sources that change together are worked on once.
public struct DeltaWait: Sendable, Hashable {
    /// This close to the deadline nothing waits, in seconds.
    static let hurry: TimeInterval = 30 * 60

    /// The setting; zero waits for nobody.
    public var limit: Duration
    public var deadline: PredictionDeadline

    public init(_ limit: Duration, deadline: PredictionDeadline = .standard) {
        self.limit = limit
        self.deadline = deadline
    }

    /// The wait of a delta of `date` at an instant of the services' clock.
    public func duration(for date: GameDate, at now: Date) -> Duration {
        let isNear = abs(deadline.instant(of: date).timeIntervalSince(now)) <= Self.hurry
        return isNear ? .zero : limit
    }
}

extension BarrierShell {
    private var joinsDeltas: Bool { definition.joinsDeltas && deltaWait.limit > .zero }

    /// The runs and, of those that are live deltas, the other open ones of the same date that go as far: a decision
    /// about one is a decision about all of them.
    func withSiblings(_ runIDs: [UUID]) -> SQL {
        guard joinsDeltas else { return "\(runIDs)::uuid[]" }
        return """
            \(runIDs)::uuid[] || ARRAY(
                SELECT s.run_id FROM nba_orchestration.run AS r
                JOIN nba_orchestration.run AS s ON s.game_date = r.game_date AND s.until_phase = r.until_phase
                WHERE r.run_id = ANY(\(runIDs)::uuid[]) AND r.kind = 'delta' AND r.lane = 'live' AND r.state = 'open'
                    AND s.kind = 'delta' AND s.lane = 'live' AND s.state = 'open')
            """
    }

    /// Until when a live delta with something to carry on waits, counted from the end of its last task. What an operator
    /// has said waits for nobody: it is urgent, and no source changes together with it.
    func absorbsUntil(_ candidate: Candidate, _ pending: PendingProcessors, now: Date) -> Date? {
        let run = candidate.run
        guard joinsDeltas, run.kind == .delta, run.lane == .live, candidate.asked == nil,
            !candidate.tasks.allSatisfy(isOperators), !pending.of(run, after: definition.lastPhase).isEmpty
        else { return nil }
        let ended = candidate.tasks.compactMap(\.endedAt).max() ?? candidate.row.readAt
        return ended.addingTimeInterval(deltaWait.duration(for: run.gameDate, at: now).seconds)
    }

    /// Whether a task reads an operator's word, which no scraper fetches.
    private func isOperators(_ task: BarrierTask) -> Bool {
        if task.id.phase == .scrapers { return isOperators(scraper: task.id.processor) }
        return registry.processor(task.id.processor, in: .raw)?.scraper.map(isOperators(scraper:)) ?? false
    }

    private func isOperators(scraper: String) -> Bool {
        registry.processor(scraper, in: .scrapers).map { !$0.isEnabled } ?? false
    }

    /// What a phase that waits for siblings shows, and what its orchestrator finds it by.
    static func holding(_ until: Date) -> JSONObject {
        [
            "waiting": .string("other changes of the date may come until \(Instant.text(until))"),
            "absorbing_until": .string(Instant.text(until)),
        ]
    }

    /// What comes out of one run's barrier.
    struct Verdict: Sendable {
        var candidate: Candidate
        /// Nil for a run that neither waits for siblings nor joins one.
        var absorbsUntil: Date?
        var actions: [BarrierAction]

        /// Where one of several siblings goes on, it takes the others that could go on along: its next phase reads the
        /// markers of the date, theirs among them. The one that has waited longest leads.
        static func joined(_ verdicts: [Verdict]) -> [Verdict] {
            struct Key: Hashable {
                var date: GameDate
                var until: Phase
            }
            var verdicts = verdicts
            let siblings = Dictionary(grouping: verdicts.indices.filter { verdicts[$0].absorbsUntil != nil }) {
                Key(date: verdicts[$0].candidate.run.gameDate, until: verdicts[$0].candidate.run.untilPhase)
            }
            for group in siblings.values {
                let ready = group.filter { index in verdicts[index].actions.contains { $0.isCompletion } }
                guard let leader = ready.min(by: { verdicts[$0].order < verdicts[$1].order }) else { continue }
                let runID = verdicts[leader].candidate.run.runID
                var reasons: [String] = []
                for index in group where index != leader {
                    reasons += verdicts[index].join(runID)
                }
                verdicts[leader].carry(reasons)
            }
            return verdicts
        }

        private var order: (Date, String) { (absorbsUntil ?? .distantFuture, candidate.run.runID.uuidString) }

        /// Ends with the leader's run what could have gone on; returns what it would have been degraded for.
        private mutating func join(_ leader: UUID) -> [String] {
            var carried: [String] = []
            actions = actions.map { action in
                switch action {
                case .complete(_, let reasons, _), .hold(_, let reasons):
                    carried += reasons
                    return .join(leader, reasons: reasons)
                default: return action
                }
            }
            return carried
        }

        private mutating func carry(_ others: [String]) {
            actions = actions.map { action in
                guard case .complete(let degraded, let own, let report) = action else { return action }
                var reasons = own
                for reason in others where !reasons.contains(reason) { reasons.append(reason) }
                return .complete(degraded: degraded || !others.isEmpty, reasons: reasons, report: report)
            }
        }
    }
}

extension BarrierAction {
    fileprivate var isCompletion: Bool { if case .complete = self { true } else { false } }
}
