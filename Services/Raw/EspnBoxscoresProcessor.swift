import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.espn_boxscores`: the players of one final game by ESPN. Whoever did not play has a status, where ESPN gives
/// one a reason, and no statistics.
struct EspnBoxscoresProcessor: RawReader {
    static let name = "espn_boxscores"
    static let needs: RawNeeds = [.games, .names]

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        guard let date = location.key?.gameDate, let game = location.key?.unit else { return nil }
        return scope(date, game).headKey
    }

    private func scope(_ date: GameDate, _ game: String) -> WriteScope {
        .rows([ScopeCondition("game_date", .date(date)), ScopeCondition("espn_game_id", .text(game))])
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<EspnBoxscore> {
        let box = try ESPNBoxScore.parse(body, game: subject.unit)
        let game = box.game
        var content = RawContent<EspnBoxscore>(
            rows: [],
            scope: scope(game.date, game.id),
            minimumShareOfHead: 0.9,
            notes: box.notes,
            listedCount: box.listedCount
        )
        guard game.status == .final else {
            for _ in box.lines { content.notes.drop("not_final") }
            return content
        }
        let gameID = try GameID(date: game.date, away: game.away, home: game.home)
        do throws(PayloadNotes.Unwanted) {
            let nbaGameID = try content.notes.admit(gameID, by: subject.games, rows: box.lines.count)
            for line in box.lines {
                let lookup = subject.names.lookup(line.name)
                content.rows.append(
                    EspnBoxscore(game: game, line: line, gameID: gameID, nbaGameID: nbaGameID, playerLookup: lookup)
                )
                content.names.insert(SeenName(name: line.name, lookup: lookup, team: line.team, season: game.season))
            }
        } catch {
            // Noted there: a game that does not count.
            content.isNothingToExpect = content.notes.rejectedCount == 0
        }
        return content
    }
}
