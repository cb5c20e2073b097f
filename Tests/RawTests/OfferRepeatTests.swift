import Basketball
import Pipeline
import PipelineTestKit
import Postgres
import Testing
import Upstream

/// A poll that finds what the last one found changes nothing; one that finds one new price changes one player.
@Suite struct OfferRepeatTests {
    static func props(_ prices: [String: Int], updated: String) -> [UInt8] {
        let outcomes = prices.sorted { $0.key < $1.key }.flatMap { player, price in
            [
                OddsRowsTests.outcome("Over", player, "\(price)", "20.5"),
                OddsRowsTests.outcome("Under", player, "-110", "20.5"),
            ]
        }
        return OddsRowsTests.payload(outcomes, updated: updated)
    }

    static func subject() throws -> PayloadSubject {
        PayloadSubject(
            "oddsa_player_props",
            unit: OddsRowsTests.event,
            date: try GameDate("2024-02-22"),
            teams: TeamPair("ORLCLE")
        )
    }

    @Test func onlyAChangedOfferIsAChange() async throws {
        let before = ["Paolo Banchero": -110, "Darius Garland": -115]
        let after = ["Paolo Banchero": -110, "Darius Garland": -120]
        try await RawContract.read(
            [
                Self.props(before, updated: "2024-02-22T20:00:00Z"),
                Self.props(before, updated: "2024-02-22T20:15:00Z"),
                Self.props(after, updated: "2024-02-22T20:30:00Z"), Self.props(before, updated: "2024-02-22T20:45:00Z"),
            ],
            try Self.subject(),
            date: try GameDate("2024-02-22")
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success", "success", "success"])
            // A price that goes back to what it was is a change as well.
            #expect(results.map(\.changed) == [2, 0, 1, 1])
            #expect(results[1].outcome?.skipReason == "same_offers")
            let marked = try await harness.pool.query(
                """
                SELECT DISTINCT entity FROM nba_orchestration.change_marker
                WHERE kind = 'player' AND processor = 'upcoming_player_game_context' ORDER BY entity
                """
            )
            #expect(try marked.column("entity", as: String.self) == ["dariusgarland", "paolobanchero"])
        }
    }

    @Test func aLineThatIsReadAgainIsNotItsOwnRepeat() async throws {
        let body = Self.props(["Paolo Banchero": -110], updated: "2024-02-22T20:00:00Z")
        let other = Self.props(["Paolo Banchero": -105], updated: "2024-02-22T20:00:00Z")
        try await RawContract.read([body, other], try Self.subject(), date: try GameDate("2024-02-22")) { results, _ in
            #expect(results.map(\.changed) == [1, 1])
        }
    }
}
