import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.bdl_player_boxscores`: the players of a date's final games by balldontlie, from its box scores or from its
/// list of statistics. Whoever did not play has a status and no statistics.
struct BdlPlayerBoxscoresProcessor: RawReader {
    static let name = "bdl_player_boxscores"
    static let needs: RawNeeds = [.games, .names]

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
    ) throws -> RawContent<BdlPlayerBoxscore> {
        let date = date(location, subject)
        let payload = try BallDontLieBoxScores.parse(body, date: date)
        var content = RawContent<BdlPlayerBoxscore>(
            rows: [],
            scope: .date(date),
            minimumShareOfHead: 0.9,
            notes: payload.notes,
            listedCount: payload.listedCount
        )
        let lines = Dictionary(grouping: payload.lines, by: \.game)
        for (game, lines) in lines.sorted(by: { $0.key.home.tricode < $1.key.home.tricode }) {
            let gameID = try GameID(date: game.date, away: game.away, home: game.home)
            do throws(PayloadNotes.Unwanted) {
                let nbaGameID = try content.notes.admit(gameID, by: subject.games, rows: lines.count)
                for line in lines {
                    let lookup = subject.names.lookup(line.player.name)
                    content.rows.append(
                        BdlPlayerBoxscore(line: line, gameID: gameID, nbaGameID: nbaGameID, playerLookup: lookup)
                    )
                    content.names.insert(
                        SeenName(name: line.player.name, lookup: lookup, team: line.team, season: game.season)
                    )
                }
            } catch {
                // Noted above.
                continue
            }
        }
        return content
    }
}
