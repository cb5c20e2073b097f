import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// The league's game log of the players of a date: one request a date, only players who appeared.
///
/// success: players of every game that the schedule calls final. partial: a final game is missing, or rows were
/// refused. no_data: no player; expected only when the schedule has no final game on the date. failed: everything else.
struct NbacPlayerBoxscore: Scraper {
    static let name = "nbac_player_boxscore"
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) async throws -> ScrapeRequest {
        let date = execution.gameDate
        var day = try await days.known(execution)
        if day.games.isEmpty { day = try await days.current(execution) }
        let slashed = Self.slashed(date)
        return ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.stats),
                    "/stats/leaguegamelog",
                    [
                        "Counter": "1000", "DateFrom": slashed, "DateTo": slashed, "Direction": "DESC",
                        "LeagueID": "00", "PlayerOrTeam": "P", "Season": Season(containing: date).label,
                        "SeasonType": Self.seasonType(day).statsName, "Sorter": "DATE",
                    ]
                ),
                headers: [("Accept", "application/json")]
            )
        )
    }

    /// The source answers for one kind of game at a time: the most frequent one of the day.
    static func seasonType(_ day: LeagueDay) -> SeasonType {
        var counts: [SeasonType: Int] = [:]
        for game in day.games { counts[game.id.seasonType, default: 0] += 1 }
        return counts.max { ($0.value, $1.key.prefix) < ($1.value, $0.key.prefix) }?.key ?? .regular
    }

    /// `MM/DD/YYYY`
    private static func slashed(_ date: GameDate) -> String {
        let parts = date.description.split(separator: "-")
        return "\(parts[1])/\(parts[2])/\(parts[0])"
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> GameLogPayload {
        try GameLogPayload.parse(body, date: execution.gameDate)
    }

    func judge(_ content: GameLogPayload, _ execution: Execution) async throws -> Finding {
        var finding = Finding(status: .success, count: content.lines.count, notes: content.notes)
        guard !content.lines.isEmpty else {
            // All rows refused is the raw processor's to report, with the payload in its hands.
            finding.status = content.notes.rejectedCount > 0 ? .partial(reason: "every row was refused") : .noData
            return finding
        }
        let games = content.games
        let missing = try await days.known(execution).finals.map(\.id).filter { !games.contains($0) }
        if !missing.isEmpty {
            finding.status = .partial(
                reason: "final games without players: \(missing.map(\.rawValue).joined(separator: ", "))"
            )
        } else if content.notes.rejectedCount > 0 {
            finding.status = .partial(reason: "\(content.notes.rejectedCount) rows were refused")
        }
        return finding
    }

    func isNothingExpected(_ execution: Execution) async throws -> Bool {
        try await days.current(execution).isWithoutFinals
    }
}
