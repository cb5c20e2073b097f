import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// The gamebook of one game, the scorer's report as a PDF file. The schedule that names the game hands its code over,
/// which the file is called by.
///
/// success: statistics of players. partial: a gamebook that was issued before its statistics, or lines that break a
/// rule. no_data: not there yet; expected only for a game that does not count. failed: everything else.
struct NbacGamebookPDF: Scraper {
    static let name = "nbac_gamebook_pdf"
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) async throws -> ScrapeRequest {
        let game = try await game(execution)
        let (date, teams) = (game.date.compact, game.away.tricode + game.home.tricode)
        return ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(settings.url(.gamebooks), "/pdfs/\(date)/\(date)_\(teams).pdf", [:]),
                headers: [("Accept", "application/pdf")]
            ),
            absentStatuses: [204, 404]
        )
    }

    private static func id(_ execution: Execution) throws -> NBAGameID {
        let unit = execution.task.unit
        do { return try NBAGameID(unit) } catch {
            throw TaskError(.permanent, type: "invalid_unit", "\"\(unit.prefix(40))\" is no NBA game id")
        }
    }

    /// The game by its code; for a task made by hand, by the schedule.
    private func game(_ execution: Execution) async throws -> GameID {
        let id = try Self.id(execution)
        if let code = execution.task.input?["game_code"]?.stringValue {
            do { return try GameID(gameCode: code) } catch {
                throw TaskError(.permanent, type: "invalid_input", "game_code is \"\(code.prefix(40))\"")
            }
        }
        guard let game = try await days.current(execution).games.first(where: { $0.id == id }) else {
            throw TaskError(.permanent, type: "unknown_game", "the schedule of \(execution.gameDate) has no \(id)")
        }
        return try GameID(date: execution.gameDate, away: game.away, home: game.home)
    }

    func validate(_ body: [UInt8], _ execution: Execution) async throws -> GamebookPayload {
        let payload = try await GamebookPayload.parse(body, game: try await game(execution))
        guard !payload.active.isEmpty || payload.isRosterOnly else {
            throw PayloadError(.noUsableRow, "no player: \(payload.notes.examples.joined(separator: "; "))")
        }
        return payload
    }

    func subject(of content: GamebookPayload, _ execution: Execution) throws -> PayloadSubject {
        PayloadSubject(
            Self.name,
            unit: try Self.id(execution).rawValue,
            date: content.game.date,
            teams: TeamPair(away: content.game.away, home: content.game.home)
        )
    }

    func judge(_ content: GamebookPayload, _ execution: Execution) -> Finding {
        var finding = Finding(status: .success, count: content.players.count, notes: content.notes)
        if content.isRosterOnly {
            finding.status = .partial(reason: "players without statistics")
            finding.count = content.players.count + content.bareNames
        } else if content.notes.rejectedCount > 0 {
            finding.status = .partial(reason: "\(content.notes.rejectedCount) lines break a rule")
        }
        return finding
    }

    func isNothingExpected(_ execution: Execution) throws -> Bool {
        let type = try Self.id(execution).seasonType
        return type == .preseason || type == .allStar
    }
}
