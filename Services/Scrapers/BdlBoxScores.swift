import Basketball
import Pipeline
import Upstream

/// balldontlie's box scores of a date.
///
/// success: players of every game that the schedule calls final. partial: a final game is missing, or something does not
/// add up. no_data: no final game; expected only when the schedule has none on the date. failed: everything else.
struct BdlBoxScores: Scraper {
    static let name = "bdl_box_scores"
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) throws -> ScrapeRequest {
        try BallDontLieAPI(settings: settings).request("/v1/box_scores", ["date": execution.gameDate.description])
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> BallDontLieBoxScores {
        try BallDontLieBoxScores.parse(body, date: execution.gameDate)
    }

    func judge(_ content: BallDontLieBoxScores, _ execution: Execution) async throws -> Finding {
        try await Self.judge(content, days.knownOrAsked(execution))
    }

    /// What lines amount to on a day; the list of statistics is judged the same.
    static func judge(_ content: BallDontLieBoxScores, _ day: LeagueDay) -> Finding {
        var finding = Finding(status: .success, count: content.lines.count, notes: content.notes)
        guard !content.lines.isEmpty else {
            // All rows refused is the raw processor's to report, with the payload in its hands.
            finding.status = content.notes.rejectedCount > 0 ? .partial(reason: "every line was refused") : .noData
            return finding
        }
        let missing = day.finals.filter { final in
            !content.games.contains { $0.home == final.home && $0.away == final.away }
        }
        if !missing.isEmpty {
            finding.status = .partial(
                reason: "final games without players: \(missing.map(\.id.rawValue).joined(separator: ", "))"
            )
        } else if content.notes.rejectedCount > 0 {
            finding.status = .partial(reason: content.notes.examples.joined(separator: "; "))
        }
        return finding
    }

    func isNothingExpected(_ execution: Execution) async throws -> Bool {
        try await days.current(execution).isWithoutFinals
    }
}
