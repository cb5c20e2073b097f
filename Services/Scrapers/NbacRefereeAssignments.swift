import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// The officials of a date's games; the league names them at about nine in the morning.
///
/// success: officials of every game that the schedule lists. partial: some games have none. no_data: not named yet;
/// expected only when the schedule has no game on the date. failed: everything else.
struct NbacRefereeAssignments: Scraper {
    static let name = "nbac_referee_assignments"
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) -> ScrapeRequest {
        ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.officials),
                    "/wp-json/api/v1/get-game-officials",
                    ["date": execution.gameDate.description]
                ),
                headers: [("Accept", "application/json")]
            )
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> RefereePayload {
        try RefereePayload.parse(body, date: execution.gameDate)
    }

    func subject(of content: RefereePayload, _ execution: Execution) -> PayloadSubject {
        PayloadSubject(Self.name, date: content.date)
    }

    func judge(_ content: RefereePayload, _ execution: Execution) async throws -> Finding {
        let named = Set(content.assignments.map(\.game))
        guard !named.isEmpty else { return Finding(status: .noData, count: 0, notes: content.notes) }
        let listed = try await days.known(execution).games.filter { !$0.isPostponed }
        let missing = listed.filter { !named.contains($0.id) }.map(\.id.rawValue)
        return Finding(
            status: missing.isEmpty
                ? .success : .partial(reason: "no officials of \(missing.joined(separator: ", "))"),
            count: named.count,
            notes: content.notes
        )
    }

    func isNothingExpected(_ execution: Execution) async throws -> Bool {
        try await days.current(execution).isWithoutGames
    }
}
