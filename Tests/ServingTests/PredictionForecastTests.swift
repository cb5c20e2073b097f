import Foundation
import Serving
import Testing

/// How long a run still takes, by what runs before it took.
@Suite struct PredictionForecastTests {
    private static let start = Date(timeIntervalSince1970: 1_705_300_000)

    /// A run whose phases closed so many minutes after it was opened; nil has not.
    private func course(_ minutes: [Double?], from first: Int = 1) -> PredictionForecast.Course {
        PredictionForecast.Course(
            openedAt: Self.start,
            steps: minutes.enumerated().map { index, minute in
                .init(phase: first + index, closedAt: minute.map { Self.start.addingTimeInterval($0 * 60) })
            }
        )
    }

    private func minutesLeft(
        _ run: PredictionForecast.Course,
        after minutes: Double,
        _ past: [PredictionForecast.Course]
    ) -> Double? {
        let now = Self.start.addingTimeInterval(minutes * 60)
        return PredictionForecast.secondsLeft(of: run, at: now, after: past).map { $0 / 60 }
    }

    /// Phases of 4, 1, 10, 20 and 5 minutes, one a minute slower in each phase than the next.
    private var past: [PredictionForecast.Course] {
        [
            course([4, 5, 15, 35, 40]), course([5, 7, 18, 39, 45]), course([3, 3, 12, 31, 35]),
        ]
    }

    @Test func theMediansOfThePhasesToComeAreAdded() {
        #expect(minutesLeft(course([nil, nil, nil, nil, nil]), after: 0, past) == 40)
        #expect(minutesLeft(course([4, 5, 15, nil, nil]), after: 15, past) == 25)
    }

    @Test func whatTheCurrentPhaseHasTakenIsLessToWaitForAndNeverLessThanNothing() {
        #expect(minutesLeft(course([4, 5, nil, nil, nil]), after: 8, past) == 32)
        #expect(minutesLeft(course([4, 5, nil, nil, nil]), after: 500, past) == 25)
        #expect(minutesLeft(course([4, 5, 15, 35, nil]), after: 500, past) == 0)
    }

    @Test func aRunThatBeginsLateWaitsForItsOwnPhasesAlone() {
        #expect(minutesLeft(course([nil], from: 5), after: 2, past) == 3)
    }

    @Test func withFewerThanThreeRunsNothingIsKnown() {
        #expect(minutesLeft(course([nil, nil, nil, nil, nil]), after: 0, Array(past.prefix(2))) == nil)
        // Enough runs, but only one of them had the first phases.
        let late = past.prefix(1) + [course([5], from: 5), course([6], from: 5)]
        #expect(minutesLeft(course([nil, nil, nil, nil, nil]), after: 0, Array(late)) == nil)
        #expect(minutesLeft(course([nil], from: 5), after: 0, Array(late)) == 5)
    }

    @Test func lateIsWhatEndsAfterTheDeadlineInWholeMinutes() {
        let deadline = Self.start.addingTimeInterval(600)
        func late(_ seconds: Double) -> Int? {
            PredictionForecast.coming(runID: UUID(), secondsLeft: seconds)
                .minutesLate(at: Self.start, deadline: deadline)
        }
        #expect([late(599), late(600), late(601), late(660), late(661)] == [nil, nil, 1, 1, 2])
        #expect(PredictionForecast.arrived.minutesLate(at: Self.start, deadline: deadline) == nil)
        #expect(PredictionForecast.unknown("r").minutesLate(at: Self.start, deadline: deadline) == nil)
    }
}
