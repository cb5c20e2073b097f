import Basketball
import Foundation
import PipelineTestKit
import Postgres
import Raw
import Testing
import Upstream

@testable import Pipeline
@testable import SourceSim

/// Payloads that once went through as if nothing were wrong, or that stopped others.
@Suite struct BadPayloadTests {
    static let playByPlay = Array(
        """
        {"game":{"gameId":"0022300561","actions":[
        {"actionNumber":4,"clock":"?","period":1,"teamTricode":"NYK","actionType":"foul"},
        {"actionNumber":9,"clock":"?","period":1,"teamTricode":"PHI","actionType":"foul"}]}}
        """.utf8
    )

    /// Both teams' points are others than their shots.
    static let box = Array(
        String(decoding: RawProcessorTests.box(), as: UTF8.self)
            .replacing("\"points\":119", with: "\"points\":118").replacing("\"points\":125", with: "\"points\":124")
            .utf8
    )

    @Test(arguments: [
        ("nbac_play_by_play", playByPlay, "nbac_play_by_play"), ("nbac_team_boxscore", box, "nbac_team_boxscore"),
    ])
    func rowsThatAreAllRefusedAreAFailureAndNoEmptySuccess(
        scraper: String,
        body: [UInt8],
        table: String
    ) async throws {
        let date = try GameDate("2024-01-15")
        try await RawContract.read(
            [body],
            PayloadSubject(scraper, unit: "0022300561", date: date),
            date: date,
            prepare: RawContract.schedule([("0022300561", "2024-01-15", "NYK", "PHI")])
        ) { results, harness in
            #expect(results.map(\.state) == ["failed"])
            #expect(results.first?.error?.type == "no_usable_row")
            let letters = try await harness.count("nba_orchestration.dead_letter")
            #expect(letters == 1)
            let rows = try await harness.count("nba_raw.\(identifier: table)")
            #expect(rows == 0)
        }
    }

    /// A gamebook of one visitor who is listed, with or without his line, and one who is inactive.
    static func gamebook(_ line: GamebookSheet.Line?) throws -> [UInt8] {
        var away = GamebookSheet.Side(name: "New York Knicks", nickname: "Knicks")
        away.players = [.init(name: "Jalen Brunson", played: line)]
        away.inactive = [(name: "Robinson", reason: "Injury/Illness - Left Ankle; Surgery")]
        return GamebookSheet(
            date: try GameDate("2024-01-15"),
            place: "Wells Fargo Center, Philadelphia, PA",
            visitor: away,
            home: .init(name: "Philadelphia 76ers", nickname: "76ers")
        ).document.serialized()
    }

    @Test func aGamebookOfNamesIsPartialAndTheWholeOneTakesItsPlace() async throws {
        let date = try GameDate("2024-01-15")
        let subject = PayloadSubject(
            "nbac_gamebook_pdf",
            unit: "0022300561",
            date: date,
            teams: TeamPair("NYKPHI")
        )
        let line = GamebookSheet.Line(
            minutes: "30:10",
            numbers: [5, 10, 1, 3, 2, 2, 1, 4, 5, 6, 2, 1, 3, 0, -4, 13]
        )
        try await TaskHarness.with { harness in
            try await RawContract.schedule([("0022300561", "2024-01-15", "NYK", "PHI")])(harness)
            let steps: [(line: GamebookSheet.Line?, status: String, players: [String])] = [
                (nil, "partial", ["robinson"]), (line, "success", ["jalenbrunson", "robinson"]),
            ]
            for (number, step) in steps.enumerated() {
                let captured = RawContract.captured.addingTimeInterval(Double(3600 * number))
                let run = try await harness.open(.postgame, date, only: [])
                try await harness.handOver(
                    try Self.gamebook(step.line),
                    at: PayloadKey(subject, capturedAt: captured).path.string,
                    scraper: subject.scraper,
                    unit: subject.unit,
                    run: run,
                    capturedAt: captured,
                    status: step.status
                )
                let results = try await harness.work(run, .raw, RawService.processors)
                #expect(results.map(\.state) == [step.status])
                let rows = try await harness.pool.query(
                    """
                    SELECT listed_as FROM nba_raw.nbac_gamebook_player_stats
                    WHERE removed_at IS NULL ORDER BY listed_as
                    """
                )
                let players = try rows.column("listed_as", as: String.self)
                #expect(players == step.players)
            }
            let points = try await harness.count(
                "nba_raw.nbac_gamebook_player_stats WHERE listed_as = 'jalenbrunson' AND points = 13"
            )
            #expect(points == 1)
        }
    }

    /// The odds of one of ten events, each of two teams of its own.
    static func odds(_ number: Int, _ price: Int, updated: String) -> [UInt8] {
        let (away, home) = (Team.all[2 * number], Team.all[2 * number + 1])
        let text = String(
            decoding: OddsRowsTests.payload(
                [OddsRowsTests.outcome("Over", "A B", "\(price)", "9.5")],
                updated: updated
            ),
            as: UTF8.self
        )
        let named = text.replacing(OddsRowsTests.event, with: event(number))
            .replacing(
                #""home_team":"Cleveland Cavaliers""#,
                with: #""home_team":"\#(home.oddsAPIName)""#
            )
            .replacing(#""away_team":"Orlando Magic""#, with: #""away_team":"\#(away.oddsAPIName)""#)
        return Array(named.utf8)
    }

    static func event(_ number: Int) -> String { String(OddsRowsTests.event.dropLast()) + String(number, radix: 16) }

    @Test func everyEventOfADayIsTakenAndASnapshotThatComesLateAsWell() async throws {
        let date = try GameDate("2024-02-22")
        try await TaskHarness.with { harness in
            func read(_ numbers: Range<Int>, _ price: Int, updated: String, at captured: Date) async throws {
                let run = try await harness.open(.delta, date, only: [])
                for number in numbers {
                    let subject = PayloadSubject(
                        "oddsa_player_props",
                        unit: Self.event(number),
                        date: date,
                        teams: TeamPair(away: Team.all[2 * number], home: Team.all[2 * number + 1])
                    )
                    try await harness.handOver(
                        Self.odds(number, price, updated: updated),
                        at: PayloadKey(subject, capturedAt: captured).path.string,
                        scraper: subject.scraper,
                        unit: subject.unit,
                        run: run,
                        capturedAt: captured
                    )
                }
                let results = try await harness.work(run, .raw, RawService.processors)
                #expect(results.map(\.state) == numbers.map { _ in "success" })
                #expect(results.map(\.changed) == numbers.map { _ in 1 })
            }
            try await read(0..<10, -110, updated: "2024-02-22T22:00:00Z", at: RawContract.captured)
            let events = try await harness.count(
                "(SELECT DISTINCT odds_api_event_id FROM nba_raw.odds_api_player_points_props) AS events"
            )
            #expect(events == 10)
            // Of an hour before, and read an hour after.
            try await read(
                3..<4,
                -120,
                updated: "2024-02-22T21:00:00Z",
                at: RawContract.captured.addingTimeInterval(-3600)
            )
            let snapshots = try await harness.count(
                "nba_raw.odds_api_player_points_props WHERE odds_api_event_id = \(Self.event(3)) AND removed_at IS NULL"
            )
            #expect(snapshots == 2)
        }
    }
}
