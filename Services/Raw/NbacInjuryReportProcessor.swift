import Basketball
import Foundation
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.nbac_injury_report`: what a report says anew about players and about teams that have not submitted. Who is no
/// longer named gets a row that says so; the last row of a player and game is what holds.
struct NbacInjuryReportProcessor: RawReader {
    static let name = "nbac_injury_report"
    static let needs: RawNeeds = [.games, .names, .injuries]

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        guard let date = location.key?.gameDate, let time = (location.key?.subject.part).flatMap({ Int($0) }) else {
            return nil
        }
        return scope(LeagueClock.instant(date, hour: time / 100, minute: time % 100)).headKey
    }

    private func scope(_ reportedAt: Date) -> WriteScope {
        .rows([ScopeCondition("report_at", .instant(reportedAt))])
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) async throws -> RawContent<NbacInjuryReport> {
        let payload = try await InjuryReportPayload.parse(body)
        let report = rows(payload, subject)
        let games = Set(payload.teams.map(\.game))
        var content = RawContent(
            rows: [NbacInjuryReport](),
            scope: scope(payload.reportedAt),
            minimumShareOfHead: 0,
            notes: payload.notes,
            listedCount: payload.listedCount
        )
        content.repeatReason = "same_report"
        content.names = Set(
            payload.listings.map {
                SeenName(
                    name: $0.name,
                    lookup: subject.names.lookup($0.name),
                    team: $0.team,
                    season: Season(containing: $0.game.date)
                )
            }
        )
        guard !subject.injuries.isPast(payload.reportedAt, games) else {
            // Its changes were told by the reports after it; told now, they would undo what those said.
            for _ in report { content.notes.drop("older_than_stored") }
            content.isRepeat = true
            return content
        }
        content.rows = subject.injuries.news(in: report)
        for _ in content.rows.count..<report.count { content.notes.drop("unchanged") }
        // A line that could not be read may be about anybody.
        if payload.notes.rejectedCount == 0 {
            content.rows += subject.injuries.withdrawals(from: report, at: payload.reportedAt, games)
        }
        content.isRepeat = content.rows.isEmpty && !report.isEmpty
        return content
    }

    private func rows(_ payload: InjuryReportPayload, _ subject: RawSubject) -> [NbacInjuryReport] {
        func row(
            _ game: GameID,
            _ time: String?,
            _ team: Team,
            _ player: NbacInjuryReport.Player?,
            _ state: NbacInjuryReport.State
        ) -> NbacInjuryReport {
            NbacInjuryReport(
                reportedAt: payload.reportedAt,
                game: game,
                nbaGameID: subject.games.game(on: game.date, away: game.away, home: game.home)?.nbaGameID,
                gameTime: time,
                team: team,
                player: player,
                state: state
            )
        }
        let teams = payload.teams.map {
            row($0.game, $0.gameTime, $0.team, nil, .init(isListed: true, isTeamSubmitted: $0.isSubmitted))
        }
        let players = payload.listings.map { listing in
            row(
                listing.game,
                listing.gameTime,
                listing.team,
                .init(
                    lookup: subject.names.lookup(listing.name),
                    name: listing.name,
                    printedName: listing.printedName
                ),
                .init(isListed: true, injuryStatus: listing.status.rawValue, reason: listing.reason)
            )
        }
        return teams + players
    }
}
