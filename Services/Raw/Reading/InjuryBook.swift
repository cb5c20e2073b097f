import Basketball
import Foundation
import Pipeline
import Postgres
import Warehouse

/// What the injury reports said before. A report repeats nearly everything of the last one; only what it says anew is
/// stored, so that a poll names the changed players and no others.
struct InjuryBook: Sendable {
    private struct Subject: Hashable {
        var game: GameID
        var team: Team
        var listedAs: String

        init(_ row: NbacInjuryReport) { (game, team, listedAs) = (row.game, row.team, row.listedAs) }
    }

    private var rows: [Subject: [NbacInjuryReport]] = [:]

    init(_ rows: [NbacInjuryReport] = []) {
        self.rows = Dictionary(grouping: rows.sorted { $0.reportedAt < $1.reportedAt }, by: Subject.init)
    }

    /// The players that a team listed last for a game.
    func players(of team: Team, in game: GameID) -> [NbacInjuryReport.Player] {
        rows.filter { $0.key.team == team && $0.key.game == game }.values
            .compactMap { $0.last?.state.isListed == true ? $0.last?.player : nil }.sorted { $0.lookup < $1.lookup }
    }

    /// Whether the table has gone past a report: later ones about these games are there, and none of its own rows.
    func isPast(_ instant: Date, _ games: Set<GameID>) -> Bool {
        let known = rows.filter { games.contains($0.key.game) }.values.flatMap { $0 }.map(\.reportedAt)
        return known.contains { $0 > instant } && !known.contains(instant)
    }

    /// The rows of a report that say something new.
    func news(in report: [NbacInjuryReport]) -> [NbacInjuryReport] {
        report.filter { row in rows[Subject(row)]?.last(where: { $0.reportedAt < row.reportedAt })?.state != row.state }
    }

    /// Rows that say that whom the last report named for these games the report names no more.
    func withdrawals(from report: [NbacInjuryReport], at instant: Date, _ games: Set<GameID>) -> [NbacInjuryReport] {
        let named = Set(report.map(Subject.init))
        return rows.compactMap { subject, history in
            guard games.contains(subject.game), !named.contains(subject),
                var row = history.last(where: { $0.reportedAt < instant }), row.state.isListed
            else { return nil }
            row.reportedAt = instant
            row.state = .init(isListed: false)
            return row
        }
    }

    /// Reads what is stored about the games from the day before a date to three days after it: a report lists the games
    /// of its day and of the next.
    static func read(_ reader: SnapshotReader, around date: GameDate) async throws -> InjuryBook {
        let stored = try await reader.query(
            """
            SELECT report_at, game_id, nba_game_id, game_time_eastern, team_abbr, player_lookup, player_full_name,
                   player_name_printed, is_listed, is_team_submitted, injury_status, reason
            FROM nba_raw.nbac_injury_report
            WHERE removed_at IS NULL
                AND game_date BETWEEN \(date.adding(days: -1).postgres) AND \(date.adding(days: 3).postgres)
            """
        )
        return InjuryBook(
            try stored.map { row in
                let lookup: String? = try row.decode("player_lookup")
                let id: String? = try row.decode("nba_game_id")
                return NbacInjuryReport(
                    reportedAt: try row.decode("report_at"),
                    game: try GameID(try row.decode("game_id", as: String.self)),
                    nbaGameID: try id.map { try NBAGameID($0) },
                    gameTime: try row.decode("game_time_eastern"),
                    team: try Team(tricode: try row.decode("team_abbr", as: String.self)),
                    player: try lookup.map {
                        NbacInjuryReport.Player(
                            lookup: $0,
                            name: try row.decode("player_full_name"),
                            printedName: try row.decode("player_name_printed")
                        )
                    },
                    state: .init(
                        isListed: try row.decode("is_listed"),
                        isTeamSubmitted: try row.decode("is_team_submitted"),
                        injuryStatus: try row.decode("injury_status"),
                        reason: try row.decode("reason")
                    )
                )
            }
        )
    }
}
