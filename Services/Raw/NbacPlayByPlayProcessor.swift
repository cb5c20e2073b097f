import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.nbac_play_by_play`: the events of one game. The feed knows people by id and last name, and never says who
/// was at home: names come from the box scores and the player list, home and away from the schedule.
struct NbacPlayByPlayProcessor: RawReader {
    static let name = "nbac_play_by_play"
    static let needs: RawNeeds = [.games, .players]
    /// The live feed has a row for each man of a substitution and for stoppages; the statistics site has about a quarter
    /// fewer rows of the same game.
    static let minimumShareOfHead = 0.7

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        location.gameScope?.headKey
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<NbacPlayByPlay> {
        let id = try subject.nbaGameID()
        let payload = try PlayByPlayPayload.parse(body, game: id)
        guard !payload.isOutsideLeague, !payload.events.isEmpty else {
            return RawContent(
                rows: [],
                scope: nil,
                minimumShareOfHead: 0,
                notes: payload.notes,
                listedCount: payload.listedCount,
                isNothingToExpect: payload.isOutsideLeague
            )
        }
        let game = try subject.scheduledGame(id)
        let strangers = payload.teams.subtracting([game.home, game.away])
        guard strangers.isEmpty else {
            let names = strangers.map(\.tricode).sorted().joined(separator: ", ")
            throw PayloadError(.wrongSubject, "\(names) in the game \(game)")
        }
        let people = people(payload.events, subject.players)
        return RawContent(
            rows: payload.events.enumerated().map { place, event in
                NbacPlayByPlay(
                    nbaGameID: id,
                    gameID: game,
                    sequence: place + 1,
                    event: event,
                    people: people
                )
            },
            scope: .game(game.date, id.rawValue),
            minimumShareOfHead: Self.minimumShareOfHead,
            notes: payload.notes,
            listedCount: payload.listedCount,
            isIncomplete: people.values.contains { $0.lookup == nil }
        )
    }

    /// Everybody whom the events name. Who acts, acts for the team of the event.
    private func people(_ events: [PlayByPlayEvent], _ book: PlayerBook) -> [Int: NbacPlayByPlay.Person] {
        var people: [Int: NbacPlayByPlay.Person] = [:]
        for event in events {
            let named = [
                event.player, event.fouledPlayer, event.jumpBallWinner, event.jumpBallLoser, event.assistant,
                event.blocker, event.stealer,
            ]
            for id in named.compactMap({ $0 }) where people[id] == nil {
                people[id] = .init(lookup: book.lookup(id), team: nil)
            }
            if let player = event.player, let team = event.team { people[player]?.team = team }
        }
        return people
    }
}
