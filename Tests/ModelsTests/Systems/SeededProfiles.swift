import Basketball

@testable import Models

extension PointsProfile {
    /// A starter at home after two days of rest, against an opponent like the league.
    static func starter(history: [PastGame] = []) -> PointsProfile {
        PointsProfile(
            games: 100,
            seasonGames: 20,
            pointsLast5: 20,
            pointsLast10: 22,
            seasonPoints: 24,
            previousSeasonPoints: 18,
            recentPoints: 21,
            deviationLast10: 6,
            pointsDeviation: 6.5,
            minutesLast10: 33,
            usualMinutes: 34,
            zones: [
                ZonePoints(zone: .twoPointers, points: 12), ZonePoints(zone: .threePointers, points: 6),
                ZonePoints(zone: .freeThrows, points: 3),
            ],
            isHome: true,
            restDays: 2,
            gamesLast7Days: 3,
            opponent: .unknown,
            opponentRolePoints: 1,
            vacatedMinutesChange: 0,
            vacatedPointsChange: 0,
            vacatedUsage: 10,
            history: history
        )
    }

    /// Anything that a profile can be.
    static func random(_ random: inout SeededGenerator) throws -> PointsProfile {
        func unit(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
        var profile = PointsProfile.starter()
        profile.pointsLast5 = unit(0...40)
        profile.pointsLast10 = unit(0...40)
        profile.seasonPoints = Bool.random(using: &random) ? unit(0...40) : nil
        profile.previousSeasonPoints = Bool.random(using: &random) ? unit(0...40) : nil
        profile.recentPoints = unit(0...40)
        profile.zones = PointsZone.allCases.map { PointsProfile.ZonePoints(zone: $0, points: unit(0...15)) }
        profile.isHome = Bool.random(using: &random)
        profile.restDays = Int.random(in: 1...PointsProfile.longestRest, using: &random)
        profile.opponent = OpponentAllowances(
            games: 20,
            pace: unit(0.9...1.1),
            defense: unit(0.9...1.1),
            twoPointers: unit(0.9...1.1),
            threePointers: unit(0.9...1.1),
            freeThrows: unit(0.9...1.1)
        )
        let first = try GameDate(year: 2023, month: 10, day: 25)
        profile.history = (0..<Int.random(in: 0...80, using: &random)).map { index in
            PastGame(
                date: first.adding(days: 2 * index),
                season: Season(startYear: 2023),
                isHome: Bool.random(using: &random),
                restDays: index == 0 ? nil : Int.random(in: 1...5, using: &random),
                opponentScoring: Double.random(in: 0.9...1.1, using: &random),
                form: Bool.random(using: &random) ? Double.random(in: -8...8, using: &random) : nil,
                minutes: 30,
                points: Int.random(in: 0...45, using: &random)
            )
        }
        return profile
    }
}

extension RuleEstimate {
    /// Empty where the rule says nothing.
    var terms: [PointsTerm] { if case .terms(let terms) = self { terms } else { [] } }

    func points(_ name: String) -> Double? { terms.first { $0.name == name }?.points }
}
