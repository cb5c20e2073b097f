import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// The league's scoreboard of a day, a second word on which games were played and how they ended. The older form is asked
/// when the newer one gives no usable answer.
///
/// success: every game of the schedule, with its scores. partial: a game is missing, a score differs from the schedule's,
/// or games were refused. no_data: no league game; expected only when the schedule has none. failed: everything else.
struct NbacScoreboard: Scraper {
    static let name = "nbac_scoreboard_v2"
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) -> ScrapeRequest {
        let date = execution.gameDate.description
        func question(_ path: String, _ parameters: KeyValuePairs<String, String>) -> HTTPRequest {
            HTTPRequest(
                url: SourceClient.url(settings.url(.stats), path, parameters),
                headers: [("Accept", "application/json")]
            )
        }
        return ScrapeRequest(
            http: question("/stats/scoreboardv3", ["GameDate": date, "LeagueID": "00"]),
            alternatives: [
                question("/stats/scoreboardV2", ["DayOffset": "0", "GameDate": date, "LeagueID": "00"])
            ]
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> ScoreboardPayload {
        let payload = try ScoreboardPayload.parse(body)
        guard payload.date == execution.gameDate else {
            throw PayloadError(.wrongSubject, "asked for \(execution.gameDate), got \(payload.date)")
        }
        return payload
    }

    func judge(_ content: ScoreboardPayload, _ execution: Execution) async throws -> Finding {
        var finding = Finding(status: .success, count: content.games.count, notes: content.notes)
        finding.details["final_scores"] = .object(
            JSONObject(content.games.compactMap { game in game.finalScore.map { (game.id.rawValue, .string($0)) } })
        )
        guard !content.games.isEmpty else {
            finding.status = content.notes.rejectedCount > 0 ? .partial(reason: "every game was refused") : .noData
            return finding
        }
        let problems = problems(content, try await days.known(execution))
        if !problems.isEmpty { finding.status = .partial(reason: problems.joined(separator: "; ")) }
        return finding
    }

    private func problems(_ content: ScoreboardPayload, _ day: LeagueDay) -> [String] {
        let known = Dictionary(content.games.map { ($0.id, $0) }) { first, _ in first }
        var problems: [String] = []
        let missing = day.games.filter { !$0.isPostponed && known[$0.id] == nil }.map(\.id.rawValue)
        if !missing.isEmpty { problems.append("games that are missing: \(missing.joined(separator: ", "))") }
        let differing = day.games.filter { game in
            guard let shown = known[game.id], let home = shown.homeScore, let away = shown.awayScore,
                let homeScore = game.homeScore, let awayScore = game.awayScore
            else { return false }
            return home != homeScore || away != awayScore
        }
        if !differing.isEmpty {
            problems.append(
                "scores that the schedule has otherwise: \(differing.map(\.id.rawValue).joined(separator: ", "))"
            )
        }
        if content.notes.rejectedCount > 0 { problems.append("\(content.notes.rejectedCount) games were refused") }
        return problems
    }

    func isNothingExpected(_ execution: Execution) async throws -> Bool {
        try await days.current(execution).isWithoutGames
    }
}
