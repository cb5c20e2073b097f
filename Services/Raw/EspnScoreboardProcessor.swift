import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.espn_scoreboard`: the league games of a date by ESPN.
struct EspnScoreboardProcessor: RawReader {
    static let name = "espn_scoreboard"
    static let needs: RawNeeds = .games

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        WriteScope.date(date(location, subject)).headKey
    }

    private func date(_ location: RawInput.Location, _ subject: RawSubject) -> GameDate {
        location.key?.gameDate ?? subject.gameDate
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<EspnScoreboardGame> {
        let date = date(location, subject)
        let payload = try ESPNScoreboard.parse(body)
        var content = RawContent<EspnScoreboardGame>(
            rows: [],
            scope: .date(date),
            minimumShareOfHead: 0.9,
            notes: payload.notes,
            listedCount: payload.listedCount
        )
        for game in payload.games {
            guard game.date == date else {
                content.notes.drop("other_date")
                continue
            }
            let gameID = try GameID(date: date, away: game.away, home: game.home)
            do throws(PayloadNotes.Unwanted) {
                let nbaGameID = try content.notes.admit(gameID, by: subject.games)
                content.rows.append(EspnScoreboardGame(game: game, gameID: gameID, nbaGameID: nbaGameID))
            } catch {
                // Noted there.
                continue
            }
        }
        return content
    }
}
