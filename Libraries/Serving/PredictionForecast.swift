import Basketball
public import Foundation

/// When the predictions of a date will be there, by how long earlier runs of the same kind took.
public enum PredictionForecast: Sendable, Hashable {
    /// A batch of the date is complete.
    case arrived
    /// Seconds from the moment of reading until the run has predicted, at least 0.
    case coming(runID: UUID, secondsLeft: Double)
    /// Nobody can say; the text says why.
    case unknown(String)

    /// One phase of a run that has predicted, or of one that is about to. Phases 1 and 2 open together, so that a phase
    /// begins to count when the one before it has closed.
    public struct Step: Sendable, Hashable {
        /// 1 … 5.
        public var phase: Int
        /// Nil while it is open or waits.
        public var closedAt: Date?

        public init(phase: Int, closedAt: Date?) { (self.phase, self.closedAt) = (phase, closedAt) }
    }

    /// A run and its phases up to the predictions, in order.
    public struct Course: Sendable, Hashable {
        public var openedAt: Date
        public var steps: [Step]

        public init(openedAt: Date, steps: [Step]) { (self.openedAt, self.steps) = (openedAt, steps) }
    }

    /// Runs that are looked back on, the latest ones.
    public static let pastRuns = 10
    /// With fewer of them nothing is known.
    public static let fewestRuns = 3

    /// Seconds until a run has closed its last step: for each phase to come the median of what it took before, less what the
    /// current one has taken already. A phase that takes longer than ever counts as about to end.
    ///
    /// - Parameters:
    ///   - course: the run, by the clock of `now`.
    ///   - past: runs of its kind that have predicted.
    /// - Returns: at least 0; nil when a phase to come was closed by fewer than ``fewestRuns`` of them.
    public static func secondsLeft(of course: Course, at now: Date, after past: [Course]) -> Double? {
        var durations: [Int: [Double]] = [:]
        for run in past {
            var before = run.openedAt
            for step in run.steps {
                guard let closedAt = step.closedAt else { break }
                durations[step.phase, default: []].append(max(0, closedAt.timeIntervalSince(before)))
                before = max(before, closedAt)
            }
        }
        var left = 0.0
        var before = course.openedAt
        var isCurrent = true
        for step in course.steps {
            if let closedAt = step.closedAt {
                before = max(before, closedAt)
                continue
            }
            guard let known = durations[step.phase], known.count >= fewestRuns,
                let median = SampleStatistics.median(known)
            else { return nil }
            left += isCurrent ? max(0, median - max(0, now.timeIntervalSince(before))) : median
            isCurrent = false
        }
        return left
    }

    /// Whole minutes, rounded up, by which the predictions come after the deadline; nil when they do not, or nobody knows.
    ///
    /// - Parameter now: the moment of reading, by the clock of the deadline.
    public func minutesLate(at now: Date, deadline: Date) -> Int? {
        guard case .coming(_, let secondsLeft) = self else { return nil }
        let late = now.addingTimeInterval(secondsLeft).timeIntervalSince(deadline)
        return late > 0 ? Int((late / 60).rounded(.up)) : nil
    }
}
