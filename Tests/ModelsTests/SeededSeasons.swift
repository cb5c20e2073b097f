import Basketball

@testable import Models

/// Box scores of a small league over several seasons, the same for a seed. A player's points are his minutes times his
/// own rate, with luck, so that there is something to learn.
struct SeededSeasons {
    static let teams = Array(Team.all.prefix(6))

    /// A multiplicative congruential generator (Lehmer 1951, 2³¹ − 1 and 48271): the same numbers everywhere.
    struct Random: RandomNumberGenerator {
        private var state: UInt64
        init(seed: UInt64) { state = seed % 2_147_483_646 + 1 }
        private mutating func step() -> UInt64 {
            state = state * 48_271 % 2_147_483_647
            return state
        }
        mutating func next() -> UInt64 { step() << 42 ^ step() << 21 ^ step() }
        /// Between 0 and 1.
        mutating func unit() -> Double { Double(step()) / 2_147_483_647 }
    }

    let days: [GameDay]

    init(seed: UInt64, seasons: ClosedRange<Int>, daysOfSeason: Int) throws {
        var random = Random(seed: seed)
        var days: [GameDay] = []
        var number = 0
        for year in seasons {
            let season = Season(startYear: year)
            let first = try GameDate(year: year, month: 11, day: 1)
            for day in 0..<daysOfSeason {
                let date = first.adding(days: 2 * day)
                let order = Self.teams.shuffled(using: &random)
                var played = GameDay(date: date, players: [], teams: [])
                for pair in 0..<order.count / 2 {
                    number += 1
                    let (home, away) = (order[2 * pair], order[2 * pair + 1])
                    let game = try NBAGameID("002\(year % 100)\(String(10_000 + number % 10_000).suffix(5))")
                    for (team, opponent) in [(home, away), (away, home)] {
                        let side = GameSide(
                            game: game,
                            date: date,
                            season: season,
                            team: team,
                            opponent: opponent,
                            isHome: team == home
                        )
                        let players = (0..<9).map { Self.box($0, side, &random) }
                        played.players += players
                        played.teams.append(Self.total(players, side))
                    }
                }
                days.append(played)
            }
        }
        self.days = days
    }

    private static func box(_ place: Int, _ side: GameSide, _ random: inout Random) -> PlayerBox {
        let minutes = (240.0 / 9 + Double(4 - place) * 3 + 4 * (random.unit() - 0.5)).rounded()
        let makes = Int(minutes * (0.35 - Double(place) * 0.02) * (0.5 + random.unit()) * 0.4)
        let freeThrows = Int(3 * random.unit())
        return PlayerBox(
            player: side.team.id % 1_000 * 100 + place,
            side: side,
            minutes: minutes,
            points: 2 * makes + freeThrows,
            fieldGoalsMade: makes,
            fieldGoalsAttempted: makes + Int(6 * random.unit()),
            freeThrowsMade: freeThrows,
            freeThrowsAttempted: freeThrows + Int(2 * random.unit()),
            offensiveRebounds: Int(2 * random.unit()),
            rebounds: 2 + Int(6 * random.unit()),
            assists: Int(6 * random.unit()),
            turnovers: Int(3 * random.unit())
        )
    }

    private static func total(_ players: [PlayerBox], _ side: GameSide) -> TeamBox {
        func sum(_ value: (PlayerBox) -> Int) -> Int { players.reduce(0) { $0 + value($1) } }
        return TeamBox(
            side: side,
            minutes: 240,
            points: sum(\.points),
            fieldGoalsAttempted: sum(\.fieldGoalsAttempted),
            threePointersAttempted: sum(\.threePointersAttempted),
            freeThrowsAttempted: sum(\.freeThrowsAttempted),
            offensiveRebounds: sum(\.offensiveRebounds),
            steals: sum(\.steals),
            blocks: sum(\.blocks),
            turnovers: sum(\.turnovers)
        )
    }
}
