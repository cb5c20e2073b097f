import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Postgres
import Testing
import Upstream
import Warehouse

@testable import Raw

/// Snapshots of the past are read by the processors of the present ones; their moment is the envelope's.
@Suite struct OddsHistoryRowsTests {
    static func wrapped(_ body: [UInt8], at timestamp: String) -> [UInt8] {
        Array(
            """
            {"timestamp":"\(timestamp)","previous_timestamp":"2024-02-22T23:45:38Z",
             "next_timestamp":"2024-02-22T23:55:38Z","data":
            """.utf8
        ) + body + Array("}".utf8)
    }

    @Test func theEnvelopesTimestampIsTheSnapshots() throws {
        let body = OddsRowsTests.payload([OddsRowsTests.outcome("Over", "A B", "1.91", "9.5")])
        let content = try OddsRowsTests.props(Self.wrapped(body, at: "2024-02-22T23:50:38Z"))
        let row = try #require(content.rows.first)
        // The book's own update came before: the snapshot says when somebody looked.
        #expect(LeagueClock.formatUTC(row.snapshotTimestamp) == "2024-02-22T23:50:38Z")
        #expect(row.minutesBeforeTipoff == 9 && !row.isAfterTipoff && row.overPriceAmerican == -110)
    }

    @Test func aSnapshotAfterTheTipIsMarked() throws {
        let body = OddsRowsTests.payload([OddsRowsTests.outcome("Over", "A B", "-110", "9.5")])
        let content = try OddsRowsTests.props(Self.wrapped(body, at: "2024-02-23T00:00:00Z"))
        #expect(content.rows.map(\.isAfterTipoff) == [true])
    }

    @Test func theCapturedLinesOfThePastBecomeMarkedRows() async throws {
        guard let body = try ReferencePayload.bytes("payloads/oddsa_game_lines_his/2024-01-24_ATL_GSW.json") else {
            return
        }
        let date = try GameDate("2024-01-24")
        try await RawContract.read(
            [body, body],
            PayloadSubject(
                "oddsa_game_lines_his",
                unit: "cd0bc7d0c238f4446ce1c03d0cea7ec4",
                date: date,
                teams: TeamPair("ATLGSW")
            ),
            date: date
        ) { results, harness in
            // Only the lines have a history of this payload: the players' processor is not asked.
            #expect(results.map(\.task.processor) == ["odds_api_game_lines", "odds_api_game_lines"])
            #expect(results.map(\.state) == ["success", "success"])
            let changed = results.map(\.changed)
            #expect(changed[0] > 0 && changed[1] == 0)
            // Taken 35 minutes into the game.
            let late = try await harness.count(
                """
                nba_raw.odds_api_game_lines WHERE is_after_tipoff AND game_id = '20240124_ATL_GSW'
                    AND snapshot_timestamp = '2024-01-25T03:55:40Z'
                    AND snapshot_timestamp - game_start_time BETWEEN '35 minutes' AND '36 minutes'
                """
            )
            #expect(late == 8)
        }
    }

    @Test func aRealPayloadInAnEnvelopeIsReadByThePlayersProcessor() async throws {
        guard let body = try ReferencePayload.bytes("payloads/oddsa_player_props/2024-02-22_ORL_CLE.json") else {
            return
        }
        let date = try GameDate("2024-02-22")
        try await RawContract.read(
            [Self.wrapped(body, at: "2024-02-22T23:50:38Z")],
            PayloadSubject(
                "oddsa_player_props_his",
                unit: OddsRowsTests.event,
                date: date,
                teams: TeamPair("ORLCLE")
            ),
            date: date
        ) { results, harness in
            #expect(results.map(\.task.processor) == ["odds_api_player_points_props"])
            #expect(results.map(\.state) == ["success"])
            let rows = try await harness.count("nba_raw.odds_api_player_points_props")
            #expect(rows == results.first?.recordCount && rows > 50)
            // Lines are exact, prices American in either notation, and alternates stay apart.
            let found1 = try await harness.count(
                """
                nba_raw.odds_api_player_points_props WHERE abs(over_price_american) < 100
                    OR abs(under_price_american) < 100 OR points_line * 2 <> trunc(points_line * 2)
                """
            )
            #expect(found1 == 0)
        }
    }

    @Test(arguments: [
        // (start in UTC, Eastern day): across midnight UTC, and in the nights in which the clocks change.
        ("2024-02-23T00:00:00Z", "2024-02-22"), ("2024-02-23T04:59:00Z", "2024-02-22"),
        ("2024-02-23T05:00:00Z", "2024-02-23"), ("2024-03-10T04:30:00Z", "2024-03-09"),
        ("2024-03-11T03:30:00Z", "2024-03-10"), ("2024-03-11T04:00:00Z", "2024-03-11"),
        ("2024-11-03T03:30:00Z", "2024-11-02"), ("2024-11-04T04:30:00Z", "2024-11-03"),
        ("2024-11-04T05:00:00Z", "2024-11-04"),
    ])
    func theGameDateIsTheEasternDay(start: String, day: String) throws {
        let text = String(
            decoding: OddsRowsTests.payload([OddsRowsTests.outcome("Over", "A B", "-110", "9.5")]),
            as: UTF8.self
        )
        let body = Array(text.replacing("2024-02-23T00:00:00Z", with: start).utf8)
        let row = try #require(try OddsRowsTests.props(body).rows.first)
        #expect(row.gameDate.description == day)
        #expect(row.gameID == "\(row.gameDate.compact)_ORL_CLE")
    }

    @Test func alternatesAreToldByTheirLine() throws {
        // The order of outcomes pairs nothing: over and under of a line find each other.
        let content = try OddsRowsTests.props(
            OddsRowsTests.payload([
                OddsRowsTests.outcome("Under", "Franz Wagner", "2.1", "24.5"),
                OddsRowsTests.outcome("Over", "Franz Wagner", "1.87", "19.5"),
                OddsRowsTests.outcome("Over", "Franz Wagner", "3.3", "24.5"),
                OddsRowsTests.outcome("Under", "Franz Wagner", "1.95", "19.5"),
            ])
        )
        let lines = content.rows.sorted { $0.pointsLine < $1.pointsLine }
        #expect(lines.map(\.pointsLine) == [19.5, 24.5])
        #expect(lines.map(\.overPriceAmerican) == [-115, 230])
        #expect(lines.map(\.underPriceAmerican) == [-105, 110])
        #expect(content.notes == PayloadNotes())
    }
}
