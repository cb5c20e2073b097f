import Basketball
import Pipeline
import PipelineTestKit
import Postgres
import Testing
import Upstream

/// The events that the payload begins with are in the captured form; the offers are in the form that is described.
@Suite struct BettingProsRowsTests {
    static func payload(_ prices: [(book: Int, side: String, line: Double, cost: Int)], event: Int = 1) -> [UInt8] {
        let selections = Dictionary(grouping: prices, by: \.side).sorted { $0.key < $1.key }.map { side, prices in
            let books = prices.map { #"{"id":\#($0.book),"lines":[{"id":1,"line":\#($0.line),"cost":\#($0.cost)}]}"# }
            return #"{"selection":"\#(side)","books":[\#(books.joined(separator: ","))]}"#
        }
        return Array(
            """
            {"events":[{"id":1,"home":"PHI","visitor":"NYK","scheduled":"2024-01-16 00:30:00"}]}
            {"offers":[{"id":70,"event_id":\(event),"market_id":156,
            "participants":[{"id":"3473","name":"Joel Embiid","player":{"team":"FA"}}],
            "selections":[\(selections.joined(separator: ","))]}]}
            """.utf8
        )
    }

    static func subject() throws -> PayloadSubject {
        PayloadSubject("bp_player_props", date: try GameDate("2024-01-15"), part: "points")
    }

    @Test func onlyAChangedOfferAddsARow() async throws {
        let first = Self.payload([(0, "over", 33.5, -110), (10, "over", 33.5, -115), (10, "under", 33.5, -105)])
        let moved = Self.payload([(0, "over", 33.5, -110), (10, "over", 34.5, -115), (10, "under", 33.5, -105)])
        try await RawContract.read(
            [first, first, moved],
            try Self.subject(),
            date: try GameDate("2024-01-15"),
            prepare: RawContract.schedule([("0022300561", "2024-01-15", "NYK", "PHI")])
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success", "success"])
            #expect(results[1].outcome?.skipReason == "same_offers")
            let rows = try await harness.pool.query(
                """
                SELECT book_id, bet_side, points_line, is_consensus, bookmaker, player_team_at_scrape, game_id
                FROM nba_raw.bettingpros_player_points_props ORDER BY snapshot_timestamp, book_id, bet_side
                """
            )
            #expect(try rows.column("book_id", as: Int64.self) == [0, 10, 10, 10])
            #expect(try rows.column("points_line", as: Double.self) == [33.5, 33.5, 33.5, 34.5])
            #expect(try rows.column("is_consensus", as: Bool.self) == [true, false, false, false])
            #expect(try rows.column("bookmaker", as: String.self) == ["consensus", "fanduel", "fanduel", "fanduel"])
            // The source's own word about his team says nothing about the game.
            #expect(try Set(rows.column("player_team_at_scrape", as: String.self)) == ["FA"])
            #expect(try Set(rows.column("game_id", as: String.self)) == ["20240115_NYK_PHI"])
        }
    }

    @Test func anOfferAfterTheTipSaysSo() async throws {
        // The contract's first capture is hours after this tip-off.
        try await RawContract.read(
            [Self.payload([(10, "over", 33.5, -115)])],
            try Self.subject(),
            date: try GameDate("2024-01-15")
        ) { results, harness in
            #expect(results.map(\.state) == ["success"])
            let late = try await harness.count(
                "nba_raw.bettingpros_player_points_props WHERE is_after_tipoff AND minutes_before_tipoff < 0"
            )
            #expect(late == 1)
        }
    }

    @Test func anOfferWithoutItsEventOrOutsideTheScheduleIsNoRow() async throws {
        let date = try GameDate("2024-01-15")
        try await RawContract.read(
            [Self.payload([(10, "over", 33.5, -115)], event: 2)],
            try Self.subject(),
            date: date
        ) { results, _ in
            #expect(results.map(\.state) == ["failed"])
        }
        try await RawContract.read(
            [Self.payload([(10, "over", 33.5, -115)])],
            try Self.subject(),
            date: date,
            prepare: RawContract.schedule([("0022300562", "2024-01-15", "HOU", "BOS")])
        ) { results, harness in
            #expect(results.map(\.state) == ["no_data"])
            let found1 = try await harness.count("nba_raw.bettingpros_player_points_props")
            #expect(found1 == 0)
        }
    }
}
