import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.bigdataball_play_by_play`: the plays of one game with the lineups. The file does not say who was at home, and
/// spells names its own way: home and away come from the schedule, lookups through the league's other spellings.
struct BigDataBallPlayByPlayProcessor: RawReader {
    static let name = "bigdataball_play_by_play"
    static let needs: RawNeeds = [.games, .names]

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        location.gameScope?.headKey
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<BigDataBallPlayByPlay> {
        let id = try subject.nbaGameID()
        var payload = try BigDataBallPayload.parse(body, game: id)
        let game = try subject.scheduledGame(id)
        if let date = payload.date, date != game.date {
            throw PayloadError(.wrongSubject, "plays of \(date) for the game \(game)")
        }
        let plays = payload.plays.filter { play in
            guard let team = play.team, team != game.home, team != game.away else { return true }
            payload.notes.reject(RowRejection("unknown_team", "play \(play.number): \(team) in the game \(game)"))
            return false
        }
        let names = Set(plays.flatMap(\.people))
        let lookups = Dictionary(uniqueKeysWithValues: names.map { ($0, subject.names.lookup($0)) })
        var content = RawContent(
            rows: plays.map { play in
                BigDataBallPlayByPlay(
                    nbaGameID: id,
                    gameID: game,
                    dataSet: payload.dataSet,
                    play: play,
                    lookups: lookups
                )
            },
            scope: .game(game.date, id.rawValue),
            minimumShareOfHead: 0.9,
            notes: payload.notes,
            listedCount: payload.listedCount
        )
        content.names = seen(plays, game, lookups, id.season)
        return content
    }

    /// The names with their teams, which the lineups tell.
    private func seen(
        _ plays: [BigDataBallPlay],
        _ game: GameID,
        _ lookups: [String: String],
        _ season: Season
    ) -> Set<SeenName> {
        var teams: [String: Team] = [:]
        for play in plays {
            for name in play.away.compactMap({ $0 }) { teams[name] = game.away }
            for name in play.home.compactMap({ $0 }) { teams[name] = game.home }
        }
        return Set(
            lookups.map { SeenName(name: $0.key, lookup: $0.value, team: teams[$0.key], season: season) }
        )
    }
}
