import Basketball
import PipelineTestKit
import Postgres
import Testing
import Upstream

@testable import Pipeline
@testable import Scrapers

@Suite struct ScheduleFileScraperTests {
    static let path = "/static/json/staticData/scheduleLeagueV2_1.json"

    @Test(
        arguments: [
            (ScriptedSource.Answer(200, ScraperTests.schedule()), "2024-01-15", "success", nil),
            (.init(200, #"{"leagueSchedule":{"seasonYear":"2023-24","gameDates":[]}}"#), "2024-01-15", "no_data", nil),
            (.init(200, ScraperTests.schedule()), "2025-01-15", "failed", "wrong_subject"),
            (.init(200, "<html><title>Access Denied</title></html>"), "2024-01-15", "pending", "blocked"),
            (.init(200, "{}"), "2024-01-15", "pending", "unexpected_structure"),
        ] as [(ScriptedSource.Answer, String, String, String?)]
    )
    func theFileIsJudgedByItsSeason(
        answer: ScriptedSource.Answer,
        date: String,
        state: String,
        type: String?
    ) async throws {
        try await ScraperTests.scrape("nbac_schedule_cdn", date: date) {
            $0.answer(Self.path, answer)
        } _: { result, _, harness in
            #expect(result.state == state && result.error?.type == type && !result.isExpectedEmpty)
            guard state == "success" else { return }
            let path = try #require(result.outcome?.rawInput?["object_path"]?.stringValue)
            #expect(path.hasPrefix("nba-com/schedule-cdn/2023-24/"))
            let handed = try await harness.count(
                "nba_orchestration.task WHERE processor = 'nbac_schedule' AND input->>'object_path' = \(path)"
            )
            #expect(handed == 1)
        }
    }
}
