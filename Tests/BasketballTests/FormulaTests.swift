import Basketball
import Testing

@Suite struct MinutesTests {
    @Test(arguments: [
        ("35", 2_100), ("35:12", 2_112), ("PT35M12.00S", 2_112), ("PT00M05.90S", 5), ("240:00", 14_400),
        ("265:00", 15_900),
        ("0:11:17", 677), ("34.000000:12", 2_052), ("0", 0), ("0:42", 42), ("00:00", 0),
    ])
    func everyFormatOfTheSourcesIsRead(_ text: String, _ seconds: Int) throws {
        #expect(try Minutes.parse(text)?.seconds == seconds)
    }

    // analytics 1 and 2. No source writes 36.5, a decimal number of minutes: it is refused with the other nonsense.
    @Test(arguments: [("40:11", 40.18), ("35:00", 35), ("36", 36), ("48:00", 48)])
    func minutesAndSecondsBecomeANumber(_ text: String, _ minutes: Double) throws {
        let read = try #require(try Minutes.parse(text))
        #expect(abs(read.minutes - minutes) < 0.01)
    }

    // analytics 3
    @Test(arguments: [nil, "", "-", "00"] as [String?])
    func didNotPlayIsNotZero(_ text: String?) throws {
        #expect(try Minutes.parse(text) == nil)
    }

    @Test(arguments: [
        "35:60", "35:1x", "-5", "35:", ":12", "35.5", "34.5:12", "1:2:3:4", "PT35M", "PTxM1S", "DNP", "99999", "+5",
    ])
    func nonsenseIsAnError(_ text: String) {
        #expect(throws: MinutesError.malformed(text)) { try Minutes.parse(text) }
    }

    @Test func playingTimePrints() {
        #expect(Minutes(seconds: 2_112).description == "35:12")
        #expect(Minutes(seconds: 65).description == "1:05")
        #expect(Minutes(seconds: 90).minutes == 1.5)
    }
}

@Suite struct BoxScoreTests {
    @Test func teamFormulas() throws {
        let possessions = BoxScore.possessions(
            fieldGoalsAttempted: 91,
            freeThrowsAttempted: 21,
            turnovers: 21,
            offensiveRebounds: 16
        )
        #expect(Rounding.halfAway(possessions, places: 2) == 105.24)
        #expect(
            Rounding.halfAway(try #require(BoxScore.rating(points: 120, possessions: possessions)), places: 2) == 114.03
        )
        #expect(
            Rounding.halfAway(try #require(BoxScore.pace(possessions: possessions, teamMinutes: 265)), places: 1)
                == 95.3
        )
        #expect(BoxScore.rating(points: 0, possessions: 0) == nil)
        #expect(BoxScore.pace(possessions: 100, teamMinutes: 0) == nil)
    }

    @Test(
        arguments: [
            ("analytics 5", 25, 20, 4, 0.574), ("analytics 23", 110, 85, 20, 0.586),
            ("analytics 24", 120, 80, 15, 0.693),
            ("analytics 24", 85, 90, 25, 0.421), ("analytics 25", 100, 85, 0, 0.588),
            ("analytics 25", 15, 0, 15, 1.136),
            ("analytics 25", 100, 50, 0, 1), ("analytics 26", 0, 0, 0, nil), ("analytics 26", 3, 0, 0, nil),
        ] as [(String, Int, Int, Int, Double?)]
    )
    func trueShootingCountsBothKindsOfAttempts(name: String, points: Int, field: Int, free: Int, share: Double?) {
        let value = BoxScore.trueShooting(points: points, fieldGoalsAttempted: field, freeThrowsAttempted: free)
        #expect(value.map { Rounding.halfAway($0, places: 3) } == share, "\(name)")
    }

    @Test func aThreeCountsHalfAGoalMore() {
        let share = BoxScore.effectiveFieldGoal(fieldGoalsMade: 10, threePointersMade: 2, fieldGoalsAttempted: 20)
        #expect(share == 0.55, "analytics 6")
    }

    // Attempts, free throws, turnovers, offensive rebounds. Nonsense is not bent into sense, and it has no rating.
    @Test(
        arguments: [
            ("analytics 18", 85, 25, 15, 10, 101), ("analytics 19", 80, 20, 12, 0, 100.8),
            ("analytics 20", 75, 40, 10, 8, 94.6), ("analytics 21", 90, 15, 5, 12, 89.6),
            ("analytics 22", 10, 5, 2, 50, -35.8),
        ] as [(String, Int, Int, Int, Int, Double)]
    )
    func possessionsAreCountedFromTheBox(
        name: String,
        field: Int,
        free: Int,
        turnovers: Int,
        rebounds: Int,
        possessions: Double
    ) {
        let value = BoxScore.possessions(
            fieldGoalsAttempted: field,
            freeThrowsAttempted: free,
            turnovers: turnovers,
            offensiveRebounds: rebounds
        )
        #expect(Rounding.halfAway(value, places: 1) == possessions, "\(name)")
        #expect((BoxScore.rating(points: 100, possessions: value) == nil) == (possessions < 0), "\(name)")
    }

    // Of 240 minutes, where the real team minutes and the study's fixed 48 are the same.
    @Test(
        arguments: [
            ("analytics 13", (20, 8, 3), 36, (90, 25, 15), 26.52, 116, 30.5),
            ("analytics 14", (18, 5, 2), 30, (85, 20, 12), 22.2, 105.8, 33.6),
            ("analytics 15", (15, 10, 2), 12, (50, 15, 8), 21.4, 64.6, 132.5),
            ("analytics 16", (15, 10, 2), 0, (50, 15, 8), 21.4, 64.6, nil),
        ] as [(String, (Int, Int, Int), Double, (Int, Int, Int), Double, Double, Double?)]
    )
    func usageIsThePlayersShareOfTheTeamsPlays(
        name: String,
        player: (Int, Int, Int),
        minutes: Double,
        team: (Int, Int, Int),
        plays: Double,
        teamPlays: Double,
        usage: Double?
    ) {
        let own = UsageCounts(fieldGoalsAttempted: player.0, freeThrowsAttempted: player.1, turnovers: player.2)
        let all = UsageCounts(fieldGoalsAttempted: team.0, freeThrowsAttempted: team.1, turnovers: team.2)
        #expect(Rounding.halfAway(own.plays, places: 2) == plays, "\(name)")
        #expect(Rounding.halfAway(all.plays, places: 2) == teamPlays, "\(name)")
        let value = BoxScore.usagePercent(player: own, playerMinutes: minutes, team: all, teamMinutes: 240)
        #expect(value.map { Rounding.halfAway($0, places: 1) } == usage, "\(name)")
    }

    @Test func aScorelessShooterHasZeroNotNil() {
        #expect(BoxScore.trueShooting(points: 0, fieldGoalsAttempted: 3, freeThrowsAttempted: 0) == 0)
        #expect(BoxScore.effectiveFieldGoal(fieldGoalsMade: 0, threePointersMade: 0, fieldGoalsAttempted: 4) == 0)
        #expect(BoxScore.trueShooting(points: 0, fieldGoalsAttempted: 0, freeThrowsAttempted: 0) == nil)
        #expect(BoxScore.effectiveFieldGoal(fieldGoalsMade: 0, threePointersMade: 0, fieldGoalsAttempted: 0) == nil)
    }

    @Test func freeThrowsAloneStillGiveTrueShooting() throws {
        let value = try #require(BoxScore.trueShooting(points: 2, fieldGoalsAttempted: 0, freeThrowsAttempted: 2))
        #expect(Rounding.halfAway(value, places: 3) == 1.136)
    }

    @Test func usageKnowsOvertime() throws {
        let player = UsageCounts(fieldGoalsAttempted: 20, freeThrowsAttempted: 5, turnovers: 3)
        let team = UsageCounts(fieldGoalsAttempted: 90, freeThrowsAttempted: 20, turnovers: 12)
        let regulation = try #require(
            BoxScore.usagePercent(player: player, playerMinutes: 36, team: team, teamMinutes: 240)
        )
        let overtime = try #require(
            BoxScore.usagePercent(player: player, playerMinutes: 36, team: team, teamMinutes: 265)
        )
        #expect(abs(overtime / regulation - 53.0 / 48.0) < 1e-12)
        #expect(Rounding.halfAway(regulation, places: 1) == 30.3)
        #expect(BoxScore.usagePercent(player: player, playerMinutes: 0, team: team, teamMinutes: 240) == nil)
    }

    // analytics 27: 240, 265, 290, 315 and 250.
    @Test(arguments: [
        (240.0, 0), (265, 1), (290, 2), (315, 3), (250, 0), (239, 0), (244, 0), (264, 1), (266, 1),
    ])
    func overtimeToleratesRoundedMinutes(_ minutes: Double, _ periods: Int) {
        #expect(BoxScore.overtimePeriods(teamMinutes: minutes) == periods)
    }
}

@Suite struct NumbersTests {
    @Test(arguments: [
        (0.5, 0, 1.0), (-0.5, 0, -1), (2.5, 0, 3), (-2.5, 0, -3), (0.285, 2, 0.29), (2.675, 2, 2.68), (1.005, 2, 1.01),
        (0.4449, 2, 0.44), (-0.125, 2, -0.13), (120, 1, 120), (0.49999999, 0, 0), (1e300, 2, 1e300),
    ])
    func halvesRoundAwayFromZero(_ value: Double, _ places: Int, _ expected: Double) {
        #expect(Rounding.halfAway(value, places: places) == expected)
    }

    @Test(arguments: [(1.91, -110), (1.87, -115), (1.83, -120), (2.05, 105), (3.3, 230), (2.0, 100), (1.5, -200)])
    func decimalOddsAreRoundedNotTruncated(_ decimal: Double, _ american: Int) {
        #expect(Odds.american(decimal: decimal) == american)
    }

    @Test func oddsConvertAndRefuse() throws {
        #expect(Odds.decimal(american: 150) == 2.5)
        #expect(Odds.decimal(american: -200) == 1.5)
        #expect(Odds.decimal(american: 50) == nil)
        #expect(Odds.american(decimal: 1) == nil)
        #expect(Odds.american(decimal: .nan) == nil)
        #expect(Odds.impliedProbability(american: -200) == 2.0 / 3.0)
        #expect(Odds.impliedProbability(decimal: 4) == 0.25)
        #expect(Odds.fairProbability(decimal: 1.91, against: 1.91) == 0.5)
        for american in [-1_000, -250, -110, -105, 100, 105, 230, 900] {
            #expect(Odds.american(decimal: try #require(Odds.decimal(american: american))) == american)
        }
    }

    @Test func sampleStatistics() throws {
        #expect(SampleStatistics.mean([Double]()) == nil)
        #expect(SampleStatistics.mean([1, 2, 3, 4]) == 2.5)
        #expect(SampleStatistics.standardDeviation([5]) == nil)
        let deviation = try #require(SampleStatistics.standardDeviation([2, 4, 4, 4, 5, 5, 7, 9]))
        #expect(abs(deviation - 2.138_089_935_299_395) < 1e-12)
        let shifted = try #require(SampleStatistics.standardDeviation([1e9 + 1, 1e9 + 2, 1e9 + 3]))
        #expect(shifted == 1)
        #expect(SampleStatistics.slope([10, 12, 14]) == 2)
        #expect(SampleStatistics.slope([10]) == nil)
        #expect(SampleStatistics.slope(x: [1, 1], y: [2, 3]) == nil)
    }
}
