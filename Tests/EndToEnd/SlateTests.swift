import Foundation
import Pipeline
import Postgres
import Testing

@Suite("A slate through the real executables", .serialized)
struct SlateTests {
    @Test("A full run goes from scraped files to published documents")
    func fullRun() async throws {
        let stack = try await Stack.start()
        for day in ["2023-10-24", "2023-10-25", "2023-10-26", "2023-10-27", "2023-10-28", "2023-10-29"] {
            let history = try await stack.open(.full, day, until: .precompute)
            #expect(try await stack.wait(history) == "complete")
        }
        let run = try await stack.open(.full, "2023-10-30")
        #expect(try await stack.wait(run) == "complete")
        #expect(try await stack.count("SELECT count(*) FROM nba_predictions.player_prop_predictions") > 50)
        #expect(try await stack.count("SELECT count(*) FROM nba_publishing.document_pointer") >= 2)
        #expect(try await stack.count("SELECT count(*) FROM nba_orchestration.dead_letter") == 0)
        try await stack.stop()
    }
}
