import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Postgres
import Raw
import Testing
import Upstream

@testable import SourceSim

/// A poll of the injury report changes the players of whom it says something new, and nobody else.
@Suite struct InjuryReportRowsTests {
    static let schedule = RawContract.schedule(
        [(id: "0022300480", date: "2024-01-04", away: "MIL", home: "SAS")],
        status: 1
    )

    static func subject(_ part: String = "1230") throws -> PayloadSubject {
        PayloadSubject("nbac_injury_report", date: try GameDate("2024-01-04"), part: part)
    }

    @Test func theCapturedReportBecomesRowsOnce() async throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_injury_report/2024-01-04_12PM.pdf") else { return }
        try await RawContract.read(
            [body, body],
            try Self.subject(),
            date: try GameDate("2024-01-04"),
            prepare: Self.schedule
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success"])
            // Fourteen players and thirty-two teams.
            #expect(results.map(\.changed) == [46, 0])
            #expect(results[1].outcome?.skipReason == "same_payload")
            let rows = try await harness.pool.query(
                """
                SELECT player_lookup, nba_game_id, injury_status, reason, reason_category,
                       to_char(report_at AT TIME ZONE 'America/New_York', 'HH24:MI') AS at
                FROM nba_raw.nbac_injury_report
                WHERE game_id = '20240104_MIL_SAS' AND player_lookup IS NOT NULL ORDER BY player_lookup
                """
            )
            #expect(
                try rows.column("player_lookup", as: String.self) == [
                    "charlesbassey", "daviddukejr", "dominickbarlow", "dougmcdermott", "malakibranham", "mamadidiakite",
                    "sidycissoko", "zachcollins",
                ]
            )
            #expect(try Set(rows.column("nba_game_id", as: String?.self)) == ["0022300480"])
            #expect(try Set(rows.column("at", as: String.self)) == ["12:30"])
            #expect(
                try rows.column("reason_category", as: String.self) == [
                    "injury", "g_league", "g_league", "injury", "injury", "g_league", "g_league", "injury",
                ]
            )
            #expect(
                try await harness.count("nba_raw.nbac_injury_report WHERE listed_as = '*' AND NOT is_team_submitted")
                    == 29
            )
            // Nobody of the report is in a box score or a list yet.
            #expect(try await harness.count("nba_reference.unresolved_player_name") == 14)
        }
    }

    /// A report of one game by its players; a team without a list has not submitted.
    static func report(_ hour: Int, _ spurs: [(String, String)]?, _ bucks: [(String, String)]? = nil) throws -> [UInt8]
    {
        let date = try GameDate("2024-01-04")
        let game = try game(date)
        var sheet = InjuryReportSheet(date: date, hour: hour, minute: 30)
        for (side, players) in [(game.away, bucks), (game.home, spurs)] {
            sheet.add(
                game,
                side,
                players?.map { .init(name: $0.0, status: $0.1, reason: "Injury/Illness - Left Ankle; Sprain") }
            )
        }
        return sheet.document.serialized()
    }

    static func game(_ date: GameDate) throws -> Game {
        Game(
            id: try NBAGameID("0022300480"),
            date: date,
            tip: LeagueClock.instant(date, hour: 19, minute: 30),
            home: Side(try Team(tricode: "SAS")),
            away: Side(try Team(tricode: "MIL")),
            arenaName: "",
            arenaCity: "",
            seriesText: "",
            recordedPhase: .scheduled
        )
    }

    /// Reads reports one after the other, each under the path of its own time.
    static func read(
        _ reports: [(hour: Int, body: [UInt8])],
        _ check: @Sendable ([TaskResult], TaskHarness) async throws -> Void
    ) async throws {
        try await TaskHarness.with { harness in
            try await schedule(harness)
            var results: [TaskResult] = []
            for (number, report) in reports.enumerated() {
                let captured = RawContract.captured.addingTimeInterval(Double(60 * number))
                let run = try await harness.open(.delta, try GameDate("2024-01-04"), only: [])
                let key = PayloadKey(try subject("\(report.hour)30"), capturedAt: captured)
                try await harness.handOver(
                    report.body,
                    at: key.path.string,
                    scraper: "nbac_injury_report",
                    run: run,
                    capturedAt: captured
                )
                results += try await harness.work(run, .raw, RawService.processors)
            }
            try await check(results, harness)
        }
    }

    @Test func onlyWhatIsNewIsAChange() async throws {
        let morning = [("Collins, Zach", "Out"), ("Bassey, Charles", "Questionable")]
        let noon = [("Collins, Zach", "Out"), ("Bassey, Charles", "Available")]
        try await Self.read([
            (10, try Self.report(10, morning)), (11, try Self.report(11, morning)), (12, try Self.report(12, noon)),
            // Bassey is named no more, and the Bucks submit.
            (13, try Self.report(13, [("Collins, Zach", "Out")], [("Lopez, Brook", "Probable")])),
            (14, try Self.report(14, morning, [("Lopez, Brook", "Probable")])),
        ]) { results, harness in
            #expect(results.map(\.state) == ["success", "success", "success", "success", "success"])
            #expect(results.map(\.changed) == [4, 0, 1, 3, 1])
            #expect(results[1].outcome?.skipReason == "same_report")
            let history = try await harness.pool.query(
                """
                SELECT coalesce(injury_status, '-') AS status FROM nba_raw.nbac_injury_report
                WHERE player_lookup = 'charlesbassey' ORDER BY report_at
                """
            )
            #expect(
                try history.column("status", as: String.self) == ["questionable", "available", "-", "questionable"]
            )
            let teams = try await harness.pool.query(
                """
                SELECT is_team_submitted FROM nba_raw.nbac_injury_report
                WHERE listed_as = '*' AND team_abbr = 'MIL' ORDER BY report_at
                """
            )
            #expect(try teams.column("is_team_submitted", as: Bool.self) == [false, true])
        }
    }

    @Test func aReportThatComesAfterLaterOnesChangesNothing() async throws {
        let out = [("Collins, Zach", "Out")]
        try await Self.read([
            (10, try Self.report(10, out)), (12, try Self.report(12, [("Collins, Zach", "Available")])),
            (11, try Self.report(11, [("Collins, Zach", "Doubtful")])),
            // A report of its own time is read again, as after a correction of the reading.
            (12, try Self.report(12, [("Collins, Zach", "Probable")])),
        ]) { results, harness in
            #expect(results.map(\.changed) == [3, 1, 0, 1])
            let rows = try await harness.pool.query(
                "SELECT injury_status FROM nba_raw.nbac_injury_report WHERE player_lookup IS NOT NULL ORDER BY report_at"
            )
            #expect(try rows.column("injury_status", as: String.self) == ["out", "probable"])
        }
    }

    @Test func aLineThatCannotBeReadWithdrawsNobody() async throws {
        try await Self.read([
            (10, try Self.report(10, [("Collins, Zach", "Out"), ("Bassey, Charles", "Out")])),
            (11, try Self.report(11, [("Collins, Zach", "Resting")])),
        ]) { results, harness in
            #expect(results.map(\.state) == ["success", "partial"] || results.map(\.state) == ["success", "failed"])
            let withdrawn = try await harness.count("nba_raw.nbac_injury_report WHERE NOT is_listed")
            #expect(withdrawn == 0)
        }
    }
}
