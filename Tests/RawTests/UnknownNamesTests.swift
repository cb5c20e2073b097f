import Basketball
import Foundation
import PipelineTestKit
import Postgres
import Raw
import Synchronization
import Testing
import Upstream

@testable import Pipeline
@testable import SourceSim

/// A source that suddenly names nobody known has changed its way of writing.
@Suite struct UnknownNamesTests {
    private static func alerts(_ harness: TaskHarness) async throws -> Int {
        try await harness.count(
            "nba_orchestration.alert WHERE signature = 'unknown_names:nbac_injury_report' AND resolved_at IS NULL"
        )
    }

    /// A report of twelve players of the Spurs; those of the first `known` stand in box scores of the week before.
    private static func read(known: Int, isLoaded: Bool = true) async throws -> Int {
        let players = (0..<12).map { ("Player\(UnicodeScalar(UInt8(65 + $0))), Some", "Out") }
        let schedule = RawContract.schedule(
            [(id: "0022300480", date: "2024-01-04", away: "MIL", home: "SAS")],
            status: 1
        )
        let report = try InjuryReportRowsTests.report(12, players)
        let count = Mutex(0)
        try await RawContract.read(
            [report],
            try InjuryReportRowsTests.subject(),
            date: try GameDate("2024-01-04"),
            prepare: { harness in
                try await schedule(harness)
                let names =
                    players.prefix(known).map { PlayerLookup.normalize("Some \($0.0.prefix(7))") }
                    + (isLoaded ? ["somebodyelse"] : [])
                for (number, lookup) in names.enumerated() {
                    try await harness.pool.execute(
                        """
                        INSERT INTO nba_raw.nbac_player_boxscores
                            (game_id, nba_game_id, game_date, season_year, season_type, nba_player_id, player_lookup,
                             player_full_name, team_id, team_abbr, opponent_team_abbr, is_home)
                        VALUES ('20231220_SAS_MIL', '0022300400', '2023-12-20', 2023, 'regular', \(Int64(number)),
                                \(lookup), 'X', 1, 'SAS', 'MIL', false)
                        """
                    )
                }
            }
        ) { results, harness in
            #expect(results.map(\.state) == ["success"])
            let open = try await alerts(harness)
            count.withLock { $0 = open }
        }
        return count.withLock { $0 }
    }

    // Ten of twelve unknown are too many; nine are few enough. Without box scores of the week before nobody can be known.
    @Test(arguments: [(0, true, 1), (2, true, 1), (3, true, 0), (12, true, 0), (0, false, 0)])
    func manyUnknownNamesAtOnceAreTold(known: Int, isLoaded: Bool, alerts: Int) async throws {
        let open = try await Self.read(known: known, isLoaded: isLoaded)
        #expect(open == alerts)
    }
}
