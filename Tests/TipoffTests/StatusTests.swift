import Basketball
import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

@Suite struct StatusTests {
    static let date: GameDate = { GameDate(argument: "2024-01-15") ?? .earliest }()
    static func at(_ hour: Int, _ minute: Int) -> Date { LeagueClock.instant(date, hour: hour, minute: minute) }

    static func run(
        _ state: String,
        until: Phase = .publishing,
        degraded: Bool = false,
        reason: String? = nil,
        phases: [StatusSnapshot.PhaseStatus] = []
    ) -> StatusSnapshot.RunStatus {
        StatusSnapshot.RunStatus(
            runID: "6f1d2c80-6a0e-5d55-9c56-3f0f6f0b1a10",
            kind: .full,
            lane: .live,
            state: state,
            isDegraded: degraded,
            reason: reason,
            correlationID: "run-cli:1",
            openedBy: "tipoff:ann",
            openedAt: at(6, 10),
            finishedAt: state == "open" ? nil : at(6, 12),
            untilPhase: until,
            phases: phases
        )
    }

    static func phase(_ phase: Phase, _ state: String, _ done: Int, _ total: Int) -> StatusSnapshot.PhaseStatus {
        StatusSnapshot.PhaseStatus(phase: phase, state: state, done: done, total: total, deadline: at(10, 0))
    }

    static let good = StatusSnapshot.Published(
        kind: "predictions",
        key: "2024-01-15",
        path: "predictions/2024-01-15.json",
        version: 1,
        state: "good",
        at: at(6, 12)
    )

    static func snapshot(_ change: (inout StatusSnapshot) -> Void) -> StatusSnapshot {
        var snapshot = StatusSnapshot(date: date, now: at(8, 0), games: 11)
        change(&snapshot)
        return snapshot
    }

    static let cases: [(name: String, snapshot: StatusSnapshot)] = [
        (
            "status-slate",
            snapshot {
                $0.askedFor = "tonight"
                $0.games = 9
                $0.documents = [good]
                $0.documents[0].version = 14
                $0.documents[0].at = at(7, 57)
                $0.strip = SlateStrip(
                    games: 9,
                    parts: [
                        .init(name: "lines", found: 9, games: 9, missing: []),
                        .init(name: "features", found: 9, games: 9, missing: []),
                        .init(name: "predictions", found: 8, games: 9, missing: ["20240115_TOR_POR"]),
                    ]
                )
                $0.runs = [run("complete")]
            }
        ),
        (
            "status-ready",
            snapshot {
                $0.askedFor = "tonight"
                ($0.players, $0.predictions) = (231, 231)
                $0.builds = ["3a74d2e"]
                $0.documents = [good]
                $0.runs = [
                    run("complete", phases: Phase.allCases.map { phase($0, "complete", 3, 3) })
                ]
            }
        ),
        (
            "status-running",
            snapshot {
                var open = phase(.raw, "open", 1, 3)
                open.missing = [
                    .init(processor: "nbac_schedule", units: ["*"], total: 1, state: "running"),
                    .init(
                        processor: "nbac_team_boxscore",
                        units: ["1", "2", "3", "4\u{1B}[31m"],
                        total: 11,
                        state: "pending",
                        due: at(8, 5)
                    ),
                ]
                $0.runs = [
                    run(
                        "open",
                        phases: [phase(.scrapers, "open", 4, 4), open]
                            + [.analytics, .precompute].map { phase($0, "waiting", 0, 0) }
                    )
                ]
                $0.openAlerts = 1
            }
        ),
        (
            "status-stuck",
            snapshot {
                var open = phase(.raw, "open", 1, 3)
                open.missing = [
                    .init(
                        processor: "nbac_injury_report",
                        units: ["*"],
                        total: 1,
                        state: "stuck",
                        since: at(7, 50)
                    ),
                    .init(processor: "nbac_team_boxscore", units: ["4"], total: 11, state: "pending", due: at(8, 5)),
                ]
                $0.runs = [
                    run("open", phases: [phase(.scrapers, "open", 4, 4), open, phase(.analytics, "waiting", 0, 0)])
                ]
                $0.restart = "make restart SERVICE=raw"
                $0.openAlerts = 1
            }
        ),
        (
            "status-unclosed",
            snapshot {
                var open = phase(.raw, "open", 3, 3)
                open.unclosedBy = "phase2-to-phase3"
                $0.runs = [run("open", phases: [open])]
            }
        ),
        (
            "status-late",
            snapshot {
                $0.now = at(12, 0)
                var open = phase(.raw, "open", 2, 3)
                open.missing = [
                    .init(processor: "odds_api_game_lines", units: ["*"], total: 1, state: "late", due: at(9, 30))
                ]
                $0.runs = [run("open", phases: [phase(.scrapers, "open", 4, 4), open])]
            }
        ),
        (
            "status-degraded",
            snapshot {
                ($0.players, $0.predictions) = (231, 200)
                var document = good
                document.state = "degraded"
                document.reasons = ["odds_api_game_lines (2 of 11: a, b)"]
                $0.documents = [document]
                var raw = phase(.raw, "complete", 5, 5)
                raw.degradedReasons = ["odds_api_game_lines (2 of 11: a, b)"]
                $0.runs = [
                    run("complete", degraded: true, reason: "odds_api_game_lines (2 of 11: a, b)", phases: [raw])
                ]
            }
        ),
        (
            "status-failed",
            snapshot {
                var raw = phase(.raw, "failed", 5, 5)
                raw.failed = ["nbac_schedule"]
                $0.runs = [
                    run("failed", reason: "critical processor nbac_schedule did not deliver", phases: [raw]),
                    run("cancelled"),
                ]
                $0.runs[1].runID = "other"
                $0.newDeadLetters = 2
            }
        ),
        (
            "status-nothing-yet",
            snapshot { $0.firstTipoff = at(13, 0) }
        ),
        ("status-schedule-unknown", snapshot { $0.games = nil }),
        ("status-no-games", snapshot { $0.games = 0 }),
        (
            "status-suppressed",
            snapshot {
                $0.players = 231
                $0.runs = [
                    run(
                        "complete",
                        until: .precompute,
                        phases: [phase(.precompute, "complete", 2, 2), phase(.predictions, "suppressed", 0, 0)]
                    )
                ]
            }
        ),
    ]

    @Test(arguments: cases)
    func statusReadsAsAgreed(_ name: String, _ snapshot: StatusSnapshot) throws {
        try expectGolden(StatusRenderer(snapshot: snapshot).lines, name)
    }

    @Test func failedRunAfterAPublishedPageIsDegradedAndNotReady() {
        let snapshot = Self.snapshot {
            $0.documents = [Self.good]
            $0.runs = [Self.run("failed"), Self.run("complete")]
        }
        #expect(snapshot.verdict == .degraded)
    }

    @Test func openDeltaOfAPublishedSlateIsRunning() {
        let snapshot = Self.snapshot {
            $0.documents = [Self.good]
            $0.runs = [Self.run("open", phases: [Self.phase(.analytics, "open", 0, 1)]), Self.run("complete")]
        }
        #expect(snapshot.verdict == .running)
    }

    @Test func databaseIsReadInTheServicesTime() async throws {
        try await Database.with { database, pool in
            let runID = UUID()
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.run
                    (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, opened_by)
                VALUES (\(runID), 'full', '2024-01-15', 'live', 1, 6, 'c', 'k', 'tipoff:ann')
                """
            )
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.run_phase (run_id, phase, state, deadline_at, opened_at)
                VALUES (\(runID), 1, 'open', now() + interval '2 hours', now())
                """
            )
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.task (run_id, processor, unit, game_date, phase, requirement, state)
                VALUES (\(runID), 'nbac_schedule_api', '*', '2024-01-15', 1, 'critical', 'success'),
                       (\(runID), 'oddsa_events', '*', '2024-01-15', 1, 'required', 'pending')
                """
            )
            let environment = ["TIPOFF_DATABASE_URL": database.url, "TIPOFF_CLOCK": "2024-01-15T14:00:00Z"]
            let result = await tipoff("status", environment: environment)
            result.expect(0)
            #expect(result.output.hasPrefix("2024-01-15 · RUNNING · schedule not loaded\n"))
            // The statement that filed the deadline ran a moment before the one that reads it.
            #expect(result.output.contains(/1 of 2 +deadline 1[01]:\d\d ET \(in 2 h\)/))
            #expect(result.output.contains("pending: oddsa_events"))
            let json = try await tipoff("status", "--json", environment: environment).json()
            #expect(json["verdict"]?.stringValue == "RUNNING")
            for field in ["date", "games", "players", "predictions", "published", "runs"] {
                #expect(json[field] != nil)
            }
            #expect(json["runs"]?[0]?["phases"]?[0]?["missing"]?[0]?["processor"]?.stringValue == "oddsa_events")
        }
    }
}
