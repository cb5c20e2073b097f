import Basketball

/// The boxes of one date, checked and in the order in which they are absorbed.
struct FinishedDate {
    /// One team's side of a finished game.
    struct Side {
        var box: TeamBox
        var opponent: TeamBox
        /// By player id.
        var players: [PlayerBox]

        /// The ids of the players with the most minutes: the likely starters. Of equals the lower id comes first.
        var likelyStarters: Set<Int> {
            let starters = 5
            let ranked = players.sorted { ($1.minutes, $0.player) < ($0.minutes, $1.player) }
            return Set(ranked.prefix(starters).map(\.player))
        }
    }

    let date: GameDate
    let season: Season
    /// By game id, then by team id.
    let sides: [Side]

    /// Nil without any rows. Throws ``PointsStateError``.
    init?(players: [PlayerBox], teams: [TeamBox]) throws(PointsStateError) {
        guard let first = teams.first?.side ?? players.first?.side else { return nil }
        (date, season) = (first.date, first.season)
        for side in teams.map(\.side) + players.map(\.side) where side.date != date || side.season != season {
            throw .mixedDates
        }

        var rows: [GameSide: [PlayerBox]] = [:]
        var seen: Set<Int> = []
        for box in players {
            guard box.minutes.isFinite, box.minutes >= 0 else { throw .badMinutes(box.side.game, box.side.team) }
            guard seen.insert(box.player).inserted else { throw .duplicatePlayer(box.player) }
            rows[box.side, default: []].append(box)
        }

        var sides: [Side] = []
        var teamsSeen: Set<Team> = []
        let games = Dictionary(grouping: teams, by: \.side.game).sorted { $0.key < $1.key }
        for (game, boxes) in games {
            let pair = boxes.sorted { $0.side.team.id < $1.side.team.id }
            guard pair.count == 2, pair[0].side.opponent == pair[1].side.team,
                pair[1].side.opponent == pair[0].side.team, pair[0].side.team != pair[1].side.team
            else { throw .notTwoSides(game) }
            for (box, opponent) in [(pair[0], pair[1]), (pair[1], pair[0])] {
                let team = box.side.team
                guard box.minutes.isFinite, box.minutes > 0 else { throw .badMinutes(game, team) }
                guard teamsSeen.insert(team).inserted else { throw .contradictorySides(team) }
                guard let players = rows.removeValue(forKey: box.side) else { throw .noPlayers(game, team) }
                sides.append(
                    Side(box: box, opponent: opponent, players: players.sorted { $0.player < $1.player })
                )
            }
        }
        if let stray = rows.values.first?.first { throw .strayPlayer(stray.player) }
        self.sides = sides
    }
}
