import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// ESPN's scoreboard of an Eastern day.
///
/// success: every game that the schedule has. partial: a scheduled game is missing, or a game was refused. no_data: no
/// league game; expected only when the schedule has none either. failed: everything else. Each final game becomes a unit of
/// the box score.
struct EspnScoreboard: Scraper {
    static let name = "espn_scoreboard"
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) -> ScrapeRequest {
        ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.espnAPI),
                    "/apis/site/v2/sports/basketball/nba/scoreboard",
                    ["dates": execution.gameDate.compact, "limit": "100"]
                ),
                headers: [("Accept", "application/json")]
            )
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> ESPNScoreboard { try ESPNScoreboard.parse(body) }

    func judge(_ content: ESPNScoreboard, _ execution: Execution) async throws -> Finding {
        let day = try await days.knownOrAsked(execution)
        var notes = content.notes
        let games = content.games.filter { game in
            let isListed = !day.isKnown || day.includes(game.home, game.away)
            if game.date != execution.gameDate {
                notes.drop("other_date")
            } else if !isListed {
                notes.drop("not_in_schedule")
            }
            return game.date == execution.gameDate && isListed
        }
        let units = execution.registry.units(
            discoveredBy: Self.name,
            for: execution,
            games.filter { $0.status == .final }.map { game in
                (
                    game.id,
                    [
                        "game_date": .string(game.date.description), "home": .string(game.home.tricode),
                        "away": .string(game.away.tricode),
                    ]
                )
            }
        )
        var finding = Finding(
            status: games.isEmpty ? .noData : .success,
            count: games.count,
            discovered: units,
            notes: notes
        )
        let missing = day.games.filter { known in
            !known.isPostponed && !games.contains { $0.home == known.home && $0.away == known.away }
        }
        if notes.rejectedCount > 0 {
            finding.status = .partial(reason: notes.examples.joined(separator: "; "))
        } else if !games.isEmpty, !missing.isEmpty {
            finding.status = .partial(
                reason: "scheduled games are missing: \(missing.map(\.id.rawValue).joined(separator: ", "))"
            )
        }
        return finding
    }

    func isNothingExpected(_ execution: Execution) async throws -> Bool {
        try await days.current(execution).isWithoutGames
    }
}
