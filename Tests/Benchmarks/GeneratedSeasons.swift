import Basketball
import Models

/// Seasons of the league's size, made up from a seed: 30 teams of 13 players, 82 games a team, ten players a game and side.
struct GeneratedSeasons {
    private(set) var days: [GameDay] = []

    init(_ count: Int, seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let skills = (0..<30 * 13).map { _ in Double.random(in: 0.15...0.75, using: &random) }
        for year in 2018..<2018 + count {
            let season = Season(startYear: year)
            var date = season.firstDay.adding(days: 110)
            for round in 0..<82 {
                let teams = Team.all.shuffled(using: &random)
                var day = GameDay(date: date, players: [], teams: [])
                for game in 0..<15 {
                    let id = try NBAGameID(season: season, type: .regular, number: round * 15 + game + 1)
                    let pair = [teams[2 * game], teams[2 * game + 1]]
                    for side in 0..<2 {
                        let side = GameSide(
                            game: id,
                            date: date,
                            season: season,
                            team: pair[side],
                            opponent: pair[1 - side],
                            isHome: side == 0
                        )
                        Self.play(side, skills, &random, into: &day)
                    }
                }
                days.append(day)
                date = date.adding(days: 2)
            }
        }
    }

    private static func play(
        _ side: GameSide,
        _ skills: [Double],
        _ random: inout SeededRandom,
        into day: inout GameDay
    ) {
        let place = (Team.all.firstIndex(of: side.team) ?? 0) * 13
        var box = TeamBox(
            side: side,
            minutes: 240,
            points: 0,
            fieldGoalsAttempted: 0,
            threePointersAttempted: 0,
            freeThrowsAttempted: 0,
            offensiveRebounds: 10,
            steals: 7,
            blocks: 5,
            turnovers: 13
        )
        for number in Array(0..<13).shuffled(using: &random).prefix(10) {
            let minutes = Double(Int.random(in: 8...38, using: &random))
            let shots = Int(minutes * Double.random(in: 0.2...0.6, using: &random))
            let made = (0..<shots).count { _ in Double.random(in: 0...1, using: &random) < skills[place + number] }
            let threes = made / 3
            let free = Int.random(in: 0...4, using: &random)
            day.players.append(
                PlayerBox(
                    player: place + number + 1,
                    side: side,
                    minutes: minutes,
                    points: 2 * made + threes + free,
                    fieldGoalsMade: made,
                    fieldGoalsAttempted: shots,
                    threePointersMade: threes,
                    threePointersAttempted: shots / 3,
                    freeThrowsMade: free,
                    freeThrowsAttempted: free + 1,
                    offensiveRebounds: 1,
                    rebounds: 5,
                    assists: 2,
                    steals: 1,
                    blocks: 1,
                    turnovers: 1,
                    personalFouls: 2
                )
            )
            box.points += 2 * made + threes + free
            box.fieldGoalsAttempted += shots
            box.threePointersAttempted += shots / 3
            box.freeThrowsAttempted += free + 1
        }
        day.teams.append(box)
    }

    /// Everybody's games with their features, and the state after them.
    func examples() throws -> (examples: PointsExamples, state: PointsFeatureState) {
        var examples = PointsExamples()
        var state = PointsFeatureState()
        for day in days {
            let requests = day.players.map { PointsRequest(player: $0.player, side: $0.side) }
            for (row, box) in zip(try state.features(for: requests), day.players) { examples.append(row, box) }
            try state.absorb(players: day.players, teams: day.teams)
        }
        return (examples, state)
    }
}
