import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Synchronization
import Testing

@testable import Alerting
@testable import Postgres

/// What the watch makes of its monitors' answers, and who watches the watch.
@Suite struct WatchTests {
    /// A monitor whose answer a test sets.
    private final class Answer: Sendable {
        private let state = Mutex<Result<[Finding], any Error>>(.success([]))

        func set(_ findings: [Finding]) { state.withLock { $0 = .success(findings) } }
        func fail() { state.withLock { $0 = .failure(TimeLimitExceeded(limit: .seconds(1))) } }

        func monitor(_ name: String) -> Monitor {
            Monitor(name: name) { _ in try self.state.withLock { try $0.get() } }
        }
    }

    private static func finding(_ title: String, _ level: Alerts.Level = .error, names: [String] = []) -> Finding {
        Finding(signature: "service:raw", level: level, title: title, names: names, next: "restart raw")
    }

    private static func watch(_ monitors: [Monitor], graces: [String: Duration] = [:]) -> Watch {
        Watch(
            monitors: monitors,
            role: "publishing",
            graces: graces,
            metrics: AlertMetrics(MetricsRegistry()),
            logger: quiet
        )
    }

    @Test func whatSeveralMonitorsSeeOfOneServiceIsOneIncident() async throws {
        try await TaskHarness.with { harness in
            let (work, readers) = (Answer(), Answer())
            var watch = Self.watch([work.monitor("work"), readers.monitor("readers")])
            work.set([Self.finding("no progress", names: ["nbac_schedule"])])
            readers.set([Self.finding("reads nothing", names: ["topic"])])
            for _ in 0..<3 { try await watch.round(harness.watchContext()) }
            let alert = try await harness.pool.query(
                "SELECT title, detail, occurrences FROM nba_orchestration.alert"
            ).one()
            let detail = try JSONValue(parsing: alert.decode("detail", as: PostgresJSON.self).bytes)
            #expect(try alert.decode("title") == "no progress")
            #expect(detail["names"] == ["nbac_schedule", "topic"])
            #expect(detail["also"] == ["reads nothing"])
            #expect(try alert.decode("occurrences", as: Int32.self) == 1, "it is seen again and not counted again")
            work.set([])
            try await watch.round(harness.watchContext())
            var open = try await harness.openAlerts()
            #expect(open == ["service:raw"], "the readers are still missing")
            readers.set([])
            try await watch.round(harness.watchContext())
            open = try await harness.openAlerts()
            #expect(open.isEmpty)
        }
    }

    @Test("Unknown is never fine: a monitor without an answer is an alert and resolves nothing")
    func unknownIsNeverFine() async throws {
        try await TaskHarness.with { harness in
            let work = Answer()
            var watch = Self.watch([work.monitor("work")])
            work.set([Self.finding("no progress")])
            try await watch.round(harness.watchContext())
            work.fail()
            try await watch.round(harness.watchContext())
            var open = try await harness.openAlerts()
            #expect(open == ["service:raw", "watch:monitor:work"])
            work.set([])
            try await watch.round(harness.watchContext())
            open = try await harness.openAlerts()
            #expect(open.isEmpty)
        }
    }

    @Test func whatLooksAmissForAMomentIsNoneWhereTheMonitorAsksForAWhile() async throws {
        try await TaskHarness.with { harness in
            let readers = Answer()
            readers.set([Self.finding("reads nothing")])
            var watch = Self.watch([readers.monitor("readers")], graces: ["readers": .seconds(3600)])
            try await watch.round(harness.watchContext())
            let open = try await harness.openAlerts()
            #expect(open.isEmpty)
            var hasty = Self.watch([readers.monitor("readers")], graces: ["readers": .zero])
            let standing = try await hasty.round(harness.watchContext())
            #expect(standing == ["service:raw"])
        }
    }

    @Test func moreOfTheSameIsSeenAgainAndLessIsNot() async throws {
        try await TaskHarness.with { harness in
            let letters = Answer()
            var watch = Self.watch([letters.monitor("letters")])
            for (size, occurrences) in [(2, 1), (2, 1), (3, 2), (1, 2), (2, 3)] {
                var finding = Self.finding("\(size) wait")
                finding.size = size
                letters.set([finding])
                try await watch.round(harness.watchContext())
                let alert = try await harness.pool.query("SELECT title, occurrences FROM nba_orchestration.alert").one()
                #expect(try alert.decode("occurrences", as: Int32.self) == occurrences)
                #expect(try alert.decode("title") == "\(size) wait")
            }
        }
    }

    @Test func foreignAlertsAreLeftAlone() async throws {
        try await TaskHarness.with { harness in
            try await harness.raise("source:silent:x")
            var watch = Self.watch([])
            try await watch.round(harness.watchContext())
            let open = try await harness.openAlerts()
            #expect(open == ["source:silent:x"])
        }
    }

    @Test("Everything that the two services ask and write, their own roles may", arguments: ["publishing", "scrapers"])
    func everythingIsAllowedToItsService(_ service: String) async throws {
        try await Roles.with(service) { pool in
            var watch = Self.watch(Monitor.standard + [Monitor(name: "raises") { _ in [Self.finding("amiss")] }])
            var context = WatchContext(
                pool: pool,
                now: .now,
                settings: WatchSettings(),
                alerts: AlertSettings(),
                admin: nil,
                topicPrefix: ""
            )
            let standing = try await watch.round(context)
            #expect(standing == ["service:raw"], "otherwise an empty database is a quiet one")
            context.now = LeagueClock.instant(.known("2024-01-15"), hour: 9, minute: 0)
            _ = try await AllWell(pool: pool, owner: "p").tell(
                at: EasternTimeOfDay(hour: 7, minute: 0),
                now: context.now
            )
            let lease = RoleLease(pool: pool, role: AlertRole.lease, owner: "a", duration: .seconds(30))
            _ = try await lease.acquire()
            try await DeadMan(pool: pool, settings: .init(), alerts: AlertSettings(), role: service)
                .look(now: context.now, awakeSince: .distantPast)
            let desk = AlertDesk(pool: pool, owner: "a", settings: AlertSettings(), sinks: [.log, .webhook])
            try await desk.round()
            try await desk.forget(days: 0)
            try await desk.round()
            let sink = CollectingSink()
            sink.fail(times: 5, isRefusal: true)
            await AlertSender(
                pool: pool,
                sinks: [sink],
                owner: "a",
                claim: .seconds(1),
                metrics: AlertMetrics(MetricsRegistry()),
                logger: quiet
            ).round()
        }
    }

    // MARK: Signs of life

    static let morning = LeagueClock.instant(GameDate.known("2024-01-15"), hour: 7, minute: 0)

    @Test func theDailySignOfLifeComesOnceAndNotBeforeItsTime() async throws {
        try await TaskHarness.with { harness in
            let time = EasternTimeOfDay(hour: 7, minute: 0)
            let (one, other) = (AllWell(pool: harness.pool, owner: "a"), AllWell(pool: harness.pool, owner: "b"))
            #expect(try await !one.tell(at: time, now: Self.morning.addingTimeInterval(-1)))
            async let first = one.tell(at: time, now: Self.morning)
            async let second = other.tell(at: time, now: Self.morning)
            let told = try await [first, second]
            #expect(told.filter { $0 }.count == 1)
            #expect(try await !one.tell(at: time, now: Self.morning.addingTimeInterval(3600)))
            #expect(try await one.tell(at: time, now: Self.morning.addingTimeInterval(86_400)))
            let sink = CollectingSink()
            try await harness.desk([.webhook]).round()
            await harness.sender([sink]).round()
            #expect(sink.messages.map(\.kind) == [.allWell, .allWell])
            #expect(sink.messages.first?.title == "all well on 2024-01-15")
        }
    }

    private static func facts(_ change: (inout AllWell.Facts) -> Void) -> AllWell.Facts {
        var facts = AllWell.Facts(
            today: .known("2024-01-15"),
            gamesYesterday: 9,
            predicted: 200,
            graded: 200,
            gamesToday: 11,
            nextDate: nil,
            serious: 0,
            warnings: 3,
            deadLetters: 0
        )
        change(&facts)
        return facts
    }

    @Test(arguments: [
        (facts { _ in }, true), (facts { $0.graded = 150 }, false), (facts { $0.serious = 1 }, false),
        (facts { $0.deadLetters = 1 }, false),
        (facts { ($0.gamesYesterday, $0.gamesToday, $0.nextDate) = (0, 0, .known("2024-10-22")) }, true),
    ])
    func wellIsOnlySaidWhereItIsTrue(_ facts: AllWell.Facts, _ isWell: Bool) {
        let message = facts.message(now: Self.morning, by: "publishing")
        #expect(message.title.hasPrefix("all well") == isWell)
        #expect(message.kind == .allWell)
        if facts.gamesToday == 0 { #expect(message.text.contains("the next are on 2024-10-22")) }
    }

    private static func deadMan(_ harness: TaskHarness) -> DeadMan {
        DeadMan(
            pool: harness.pool,
            settings: .init(),
            alerts: AlertSettings(restart: "restart {service}"),
            role: "scrapers"
        )
    }

    @Test func aWatchThatFallsSilentIsToldByAnotherProcessAndAgainWhenItIsBack() async throws {
        try await TaskHarness.with { harness in
            let deadMan = Self.deadMan(harness)
            let now = LeagueClock.instant(GameDate.known("2024-01-15"), hour: 3, minute: 0)
            try await deadMan.look(now: now, awakeSince: now.addingTimeInterval(-10))
            var open = try await harness.openAlerts()
            #expect(open.isEmpty, "it may still be starting")
            try await deadMan.look(now: now, awakeSince: now.addingTimeInterval(-600))
            open = try await harness.openAlerts()
            #expect(open == ["dead_man:watch"])
            let lease = RoleLease(pool: harness.pool, role: WatchRole.lease, owner: "p", duration: .seconds(30))
            _ = try await lease.acquire()
            try await deadMan.look(now: now, awakeSince: now.addingTimeInterval(-600))
            open = try await harness.openAlerts()
            #expect(open.isEmpty)
            try await harness.pool.execute("UPDATE nba_orchestration.lease SET seen_at = now() - interval '4 minutes'")
            try await deadMan.look(now: now, awakeSince: now.addingTimeInterval(-600))
            open = try await harness.openAlerts()
            #expect(open == ["dead_man:watch"])
        }
    }

    @Test func aSignOfLifeThatDoesNotComeIsToldAndItsComingEndsThat() async throws {
        try await TaskHarness.with { harness in
            let deadMan = Self.deadMan(harness)
            let lease = RoleLease(pool: harness.pool, role: WatchRole.lease, owner: "p", duration: .seconds(30))
            _ = try await lease.acquire()
            let awake = Self.morning.addingTimeInterval(-3600)
            try await deadMan.look(now: Self.morning.addingTimeInterval(800), awakeSince: awake)
            var open = try await harness.openAlerts()
            #expect(open.isEmpty)
            let late = Self.morning.addingTimeInterval(1000)
            try await deadMan.look(now: late, awakeSince: late)
            open = try await harness.openAlerts()
            #expect(open.isEmpty, "who has just started cannot know")
            try await deadMan.look(now: late, awakeSince: awake)
            open = try await harness.openAlerts()
            #expect(open == ["dead_man:all_well"])
            let time = EasternTimeOfDay(hour: 7, minute: 0)
            try await AllWell(pool: harness.pool, owner: "p").tell(at: time, now: late)
            try await deadMan.look(now: late, awakeSince: awake)
            open = try await harness.openAlerts()
            #expect(open.isEmpty)
        }
    }

    @Test("Without the database the one that delivered last says so, once, and its end")
    func anOutageIsToldOnce() throws {
        let error = PostgresError(.connection, "the server is gone")
        var holder = DatabaseOutage(patience: .seconds(60))
        var other = DatabaseOutage(patience: .seconds(60))
        #expect(holder.answered(isHolder: true, at: Self.morning, by: "publishing") == nil)
        #expect(other.answered(isHolder: false, at: Self.morning, by: "scrapers") == nil)
        var told: [AlertMessage] = []
        for second in stride(from: 0, through: 300, by: 10) {
            let now = Self.morning.addingTimeInterval(Double(second))
            told += [holder.failed(error, at: now, by: "publishing"), other.failed(error, at: now, by: "scrapers")]
                .compactMap { $0 }
        }
        #expect(told.map(\.kind) == [.first])
        #expect(told.first?.since == Self.morning)
        #expect(holder.failed(CancellationError(), at: Self.morning, by: "publishing") == nil)
        let end = holder.answered(isHolder: true, at: Self.morning.addingTimeInterval(310), by: "publishing")
        #expect(end?.kind == .resolve)
        #expect(holder.answered(isHolder: true, at: Self.morning.addingTimeInterval(320), by: "publishing") == nil)
    }
}
