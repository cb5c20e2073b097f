import Basketball

@testable import Models

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The finished games of a date.
struct LeagueDate {
    var date: GameDate
    var players: [PlayerBox]
    var teams: [TeamBox]

    /// What is asked before the games: everybody who will have a row.
    var requests: [PointsRequest] { players.map { PointsRequest(player: $0.player, side: $0.side) } }
}

/// A league of six teams over the end of one season and the start of the next, with absences and trades.
struct SmallLeague {
    var dates: [LeagueDate] = []

    static let teams = Array(Team.all.prefix(6))

    init(seed: Int, datesPerSeason: Int = 20) throws {
        var random = SeededGenerator(seed: seed)
        var teamOf = (0..<60).map { $0 % Self.teams.count }
        var number = 0
        for start in [try GameDate(year: 2023, month: 2, day: 1), try GameDate(year: 2023, month: 10, day: 24)] {
            var date = start
            for _ in 0..<datesPerSeason {
                if Int.random(in: 0..<4, using: &random) == 0 {
                    teamOf[Int.random(in: 0..<60, using: &random)] = Int.random(in: 0..<6, using: &random)
                }
                var day = LeagueDate(date: date, players: [], teams: [])
                let order = Array(0..<6).shuffled(using: &random)
                for game in 0..<Int.random(in: 1...3, using: &random) {
                    number += 1
                    try day.addGame(number, order[2 * game], order[2 * game + 1], teamOf, &random)
                }
                dates.append(day)
                date = date.adding(days: Int.random(in: 1...3, using: &random))
            }
        }
    }
}

extension LeagueDate {
    fileprivate mutating func addGame(
        _ number: Int,
        _ home: Int,
        _ away: Int,
        _ teamOf: [Int],
        _ random: inout SeededGenerator
    ) throws {
        let id = try NBAGameID(season: Season(containing: date), type: .regular, number: number)
        for (own, other, isHome) in [(home, away, true), (away, home, false)] {
            let side = GameSide(
                game: id,
                date: date,
                team: SmallLeague.teams[own],
                opponent: SmallLeague.teams[other],
                isHome: isHome
            )
            var rows: [PlayerBox] = []
            for player in teamOf.indices where teamOf[player] == own {
                guard rows.isEmpty || Int.random(in: 0..<6, using: &random) > 0 else { continue }
                rows.append(.random(player: player, side: side, &random))
            }
            players += rows
            let overtimes = Int.random(in: 0..<8, using: &random) == 0 ? 1.0 : 0
            teams.append(
                TeamBox(
                    side: side,
                    minutes: 240 + 25 * overtimes,
                    points: 90 + Int.random(in: 0..<40, using: &random),
                    fieldGoalsAttempted: 80 + Int.random(in: 0..<15, using: &random),
                    threePointersAttempted: 25 + Int.random(in: 0..<15, using: &random),
                    freeThrowsAttempted: 15 + Int.random(in: 0..<15, using: &random),
                    offensiveRebounds: 6 + Int.random(in: 0..<8, using: &random),
                    steals: Int.random(in: 3..<12, using: &random),
                    blocks: Int.random(in: 2..<9, using: &random),
                    turnovers: 8 + Int.random(in: 0..<10, using: &random)
                )
            )
        }
    }
}

extension PlayerBox {
    static func random(player: Int, side: GameSide, _ random: inout SeededGenerator) -> PlayerBox {
        // Whole minutes of equal players tie, as in real box scores.
        let minutes = (player * 7) % 30 + Int.random(in: 0..<10, using: &random)
        func count(_ most: Int) -> Int { Int.random(in: 0...most, using: &random) }
        return PlayerBox(
            player: player,
            side: side,
            minutes: Double(minutes),
            points: count(minutes),
            fieldGoalsMade: count(8),
            fieldGoalsAttempted: 8 + count(10),
            threePointersMade: count(3),
            threePointersAttempted: 3 + count(4),
            freeThrowsMade: count(4),
            freeThrowsAttempted: 4 + count(4),
            offensiveRebounds: count(3),
            rebounds: 3 + count(8),
            assists: count(8),
            steals: count(2),
            blocks: count(2),
            turnovers: count(4),
            personalFouls: count(6),
            plusMinus: count(30) - 15
        )
    }
}

extension PointsFeatureState {
    /// A state that has absorbed the dates.
    init(_ dates: some Sequence<LeagueDate>) throws {
        self.init()
        for date in dates { try absorb(players: date.players, teams: date.teams) }
    }
}

/// Equal values, those that are not known included.
func isSame(_ left: [PointsFeatureRow], _ right: [PointsFeatureRow]) -> Bool {
    left.count == right.count
        && zip(left, right).allSatisfy { left, right in
            left.player == right.player && left.values.map(\.bitPattern) == right.values.map(\.bitPattern)
                && left.profile == right.profile
        }
}
