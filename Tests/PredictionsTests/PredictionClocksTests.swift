import Basketball
import Foundation
import Postgres
import Serving
import Testing

@testable import Pipeline
@testable import Predictions

@Suite("Times of the clocks")
struct PredictionClockTimesTests {
    private typealias Time = EasternTimeOfDay

    private func read(_ text: String?, deadline: String? = nil) throws -> (clocks: [Time], shown: String?) {
        var environment: [String: String] = [:]
        environment["TIPOFF_PREDICTION_CLOCKS"] = text
        environment["TIPOFF_PREDICTION_DEADLINE"] = deadline
        var reader = ConfigurationReader(environment: environment)
        let settings = PredictionSettings(&reader)
        try reader.finish()
        let shown = reader.description.settings.first { $0.name == "TIPOFF_PREDICTION_CLOCKS" }?.value
        return (settings.clocks, shown)
    }

    @Test func withoutASettingTheyAreAtSixAndTwiceAfterIt() throws {
        let known = try read(nil)
        #expect(known.clocks == [Time(hour: 6, minute: 0), Time(hour: 6, minute: 15), Time(hour: 6, minute: 30)])
        #expect(known.shown == "06:00,06:15,06:30")
    }

    @Test func timesOfOnesOwnAndOff() throws {
        #expect(try read("05:30, 09:59").clocks == [Time(hour: 5, minute: 30), Time(hour: 9, minute: 59)])
        #expect(try read("off").clocks == [])
    }

    @Test(
        "Refused at start",
        arguments: [
            " ", ",", "06:00,", "6:00", "06:60", "24:00", "06:15,06:00", "06:00,06:00", "10:00", "early", "+6:00",
        ]
    )
    func refused(text: String) {
        #expect(throws: ConfigurationError.self) { try read(text) }
    }

    @Test func clocksEndBeforeTheDeadlineThatIsSet() throws {
        #expect(try read("06:00,11:30", deadline: "12:00").clocks.count == 2)
        #expect(throws: ConfigurationError.self) { try read("06:00,11:30", deadline: "11:30") }
        #expect(try read(nil, deadline: "06:10").clocks == [Time(hour: 6, minute: 0)])
    }

    @Test(arguments: ["10", "24:00", "25:00", "noon", "10:60"])
    func aDeadlineThatIsNoTimeIsRefusedOnce(text: String) {
        do {
            _ = try read("06:00", deadline: text)
            Issue.record("\(text) was taken")
        } catch let error as ConfigurationError {
            #expect(error.problems.map(\.variable) == ["TIPOFF_PREDICTION_DEADLINE"])
        } catch { Issue.record(error) }
    }

    @Test("A clock means Eastern time on both days that daylight saving changes")
    func daylightSaving() throws {
        let time = Time(hour: 6, minute: 0)
        for (day, instant) in [
            ("2024-03-09", "2024-03-09T11:00:00Z"), ("2024-03-10", "2024-03-10T10:00:00Z"),
            ("2024-11-02", "2024-11-02T10:00:00Z"), ("2024-11-03", "2024-11-03T11:00:00Z"),
        ] {
            #expect(try time.instant(on: GameDate(day)) == LeagueClock.parseUTC(instant), "\(day)")
        }
    }
}

@Suite("Clocks of Phase 5 on a real PostgreSQL")
struct PredictionClocksTests {
    @Test func aClockStartsWhatNothingHasBegunAndTellsIt() async throws {
        try await PhaseHarness.with("predictions") { harness in
            try await SlateFixture(games: 2).write(harness.pool)
            let fixture = SlateWatchFixture(harness: harness)
            let before = try await fixture.watch.askForPredictions(at: fixture.at(5, 59))
            #expect(before.isEmpty)
            #expect(try await fixture.decisions() == [])
            let messages = try await fixture.watch.askForPredictions(at: fixture.at(6, 0))
            #expect(messages.map(\.topic) == [.phase4PrecomputeComplete])
            let run = try #require(try await fixture.runs().first)
            #expect(run.kind == .manual && run.correlationID == "run-clock:predictions:2024-01-15:06:00")
            #expect(
                try await fixture.alerts("clock")
                    == [.init(signature: "predictions:clock:2024-01-15", level: "error", isOpen: true)]
            )
            await fixture.work(run)
            #expect(try await harness.count("SELECT count(*) FROM nba_predictions.shown_prediction") == 52)
            // It fired, however often it is looked at.
            let again = try await fixture.watch.askForPredictions(at: fixture.at(6, 1))
            #expect(again.isEmpty)
            #expect(try await fixture.decisions() == ["06:00 run"])
        }
    }

    @Test func theAlertOfAStartGoesWhenALaterDateBeginsByItself() async throws {
        try await PhaseHarness.with("predictions") { harness in
            try await SlateFixture(games: 2).write(harness.pool)
            let fixture = SlateWatchFixture(harness: harness)
            _ = try await fixture.watch.askForPredictions(at: fixture.at(6, 0))
            let tomorrow = SlateFixture.date.adding(days: 1)
            let next = SlateFixture(date: tomorrow, games: 2)
            try await next.writeSchedule(harness.pool)
            try await next.writeContext(harness.pool)
            try await next.writeFeatures(harness.pool)
            let later = SlateWatchFixture(harness: harness, date: tomorrow)
            try await later.predict()
            #expect(try await fixture.alerts("clock").map(\.isOpen) == [true])
            _ = try await later.watch.askForPredictions(at: later.at(6, 0))
            #expect(try await fixture.alerts("clock").map(\.isOpen) == [false])
        }
    }

    @Test func twoReplicasFireAClockOnce() async throws {
        try await PhaseHarness.with("predictions") { harness in
            try await SlateFixture(games: 2).write(harness.pool)
            let fixture = SlateWatchFixture(harness: harness)
            async let one = fixture.watch.askForPredictions(at: fixture.at(6, 0))
            async let other = fixture.watch.askForPredictions(at: fixture.at(6, 0))
            let messages = try await [one, other]
            #expect(messages.map(\.count).sorted() == [0, 1])
            #expect(try await fixture.runs().count == 1)
            #expect(try await fixture.alerts("clock").count == 1)
        }
    }

    @Test func whereEverythingIsDoneTheClocksStaySilent() async throws {
        try await PhaseHarness.with("predictions") { harness in
            try await SlateFixture(games: 2).write(harness.pool)
            let fixture = SlateWatchFixture(harness: harness)
            try await fixture.predict()
            for minute in [0, 15, 30] {
                let messages = try await fixture.watch.askForPredictions(at: fixture.at(6, minute))
                #expect(messages.isEmpty)
            }
            #expect(try await fixture.decisions() == ["06:00 skip", "06:15 skip", "06:30 skip"])
            #expect(try await fixture.runs().isEmpty)
            #expect(try await fixture.alerts("clock").isEmpty)
        }
    }

    @Test func aLaterClockAsksForTheMissingWhoseFeaturesAreComplete() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let fixture = SlateWatchFixture(harness: harness)
            try await fixture.predict()
            let missing = slate.players.prefix(3).map(\.lookup)
            try await fixture.withdraw(missing)
            try await slate.writeFeatures(harness.pool, only: [missing[0]], isReady: false)
            // The first clock starts dates and asks for nobody.
            _ = try await fixture.watch.askForPredictions(at: fixture.at(6, 0))
            #expect(try await fixture.runs().isEmpty)
            _ = try await fixture.watch.askForPredictions(at: fixture.at(6, 15))
            let run = try #require(try await fixture.runs().first)
            #expect(run.kind == .delta)
            let markers: [String] = try await harness.pool.query(
                """
                SELECT entity FROM nba_orchestration.change_marker WHERE processor = 'prediction_coordinator' ORDER BY entity
                """
            ).column("entity")
            #expect(markers == missing.dropFirst().sorted())
            // While that run predicts, the next clock leaves it alone.
            _ = try await fixture.watch.askForPredictions(at: fixture.at(6, 30))
            #expect(try await fixture.runs().count == 1)
            await fixture.work(run)
            #expect(try await harness.count("SELECT count(*) FROM nba_predictions.shown_prediction") == 51)
            #expect(try await fixture.decisions() == ["06:00 skip", "06:15 run", "06:30 skip"])
            #expect(try await fixture.alerts("clock").isEmpty)
        }
    }

    @Test func aRunOnItsWayIsLeftAloneAndTheNextClockStartsWhenItIsGone() async throws {
        try await PhaseHarness.with("predictions") { harness in
            try await SlateFixture(games: 2).write(harness.pool)
            let fixture = SlateWatchFixture(harness: harness)
            let coming = try await harness.open(fixture.date, from: .precompute, marking: ["ml_feature_store_v2"])
            #expect(try await harness.phaseState(coming, .predictions) == "waiting")
            _ = try await fixture.watch.askForPredictions(at: fixture.at(6, 0))
            #expect(try await fixture.decisions() == ["06:00 skip"])
            try await harness.pool.execute(
                "UPDATE nba_orchestration.run SET state = 'failed', finished_at = now() WHERE run_id = \(coming.runID)"
            )
            let messages = try await fixture.watch.askForPredictions(at: fixture.at(6, 15))
            #expect(messages.count == 1)
            #expect(try await fixture.decisions() == ["06:00 skip", "06:15 run"])
            #expect(try await fixture.alerts("clock").count == 1)
        }
    }

    @Test func withoutGamesOrFeaturesNothingIsAskedFor() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            let fixture = SlateWatchFixture(harness: harness)
            _ = try await fixture.watch.askForPredictions(at: fixture.at(6, 0))
            #expect(try await fixture.decisions() == [])
            try await slate.writeSchedule(harness.pool)
            _ = try await fixture.watch.askForPredictions(at: fixture.at(6, 0))
            #expect(try await fixture.decisions() == ["06:00 skip"])
            #expect(try await fixture.runs().isEmpty)
            #expect(try await fixture.alerts("clock").isEmpty)
        }
    }

    @Test func aMissedClockFiresLateTheSameDayAndOnlyBeforeTheDeadline() async throws {
        try await PhaseHarness.with("predictions") { harness in
            try await SlateFixture(games: 2).write(harness.pool)
            let fixture = SlateWatchFixture(harness: harness)
            let messages = try await fixture.watch.askForPredictions(at: fixture.at(9, 59))
            #expect(messages.count == 1)
            #expect(try await fixture.decisions() == ["06:00 run", "06:15 skip", "06:30 skip"])
        }
        try await PhaseHarness.with("predictions") { harness in
            try await SlateFixture(games: 2).write(harness.pool)
            let fixture = SlateWatchFixture(harness: harness)
            let tomorrow = SlateWatchFixture(harness: harness, date: SlateFixture.date.adding(days: 1))
            _ = try await tomorrow.watch.askForPredictions(at: tomorrow.at(7, 0))
            #expect(try await fixture.decisions() == [])
            let messages = try await fixture.watch.askForPredictions(at: fixture.at(10, 0))
            #expect(messages.isEmpty)
            #expect(try await fixture.decisions() == ["06:00 missed", "06:15 missed", "06:30 missed"])
            #expect(try await fixture.runs().isEmpty)
        }
    }

    @Test(
        "It fires at six Eastern on a day that changes the clocks",
        arguments: ["2024-03-10T10:00:00Z", "2024-11-03T11:00:00Z"]
    )
    func daylightSaving(instant: String) async throws {
        try await PhaseHarness.with("predictions") { harness in
            let six = try LeagueClock.parseUTC(instant)
            let slate = SlateFixture(date: LeagueClock.gameDate(of: six), games: 1)
            try await slate.writeSchedule(harness.pool)
            try await slate.writeFeatures(harness.pool)
            let fixture = SlateWatchFixture(harness: harness, date: slate.date)
            let early = try await fixture.watch.askForPredictions(at: six.addingTimeInterval(-1))
            #expect(early.isEmpty)
            let due = try await fixture.watch.askForPredictions(at: six)
            #expect(due.count == 1)
        }
    }

    @Test func theServiceItselfAsksByItsOwnClockAndHoldsTheLease() async throws {
        try await PhaseHarness.with("predictions", clock: "2024-01-15T11:00:00Z") { harness in
            try await SlateFixture(games: 2).write(harness.pool)
            var reader = ConfigurationReader(environment: [:])
            let clocks = PredictionClocks(context: harness.context, settings: PredictionSettings(&reader))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await clocks.run() }
                let limit = ContinuousClock.now + .seconds(20)
                while try await harness.count("SELECT count(*) FROM nba_orchestration.run") == 0,
                    ContinuousClock.now < limit
                { try await Task.sleep(for: .milliseconds(20)) }
                group.cancelAll()
            }
            #expect(try await SlateWatchFixture(harness: harness).decisions() == ["06:00 run"])
            let holder: String = try await harness.scalar(
                "SELECT owner FROM nba_orchestration.lease WHERE role = 'prediction-clocks'"
            )
            #expect(holder == harness.context.instance)
        }
    }
}
