import Basketball
import Testing

@Suite struct HistoryTests {
    static func day(_ text: String) -> GameDate {
        do { return try GameDate(text) } catch { preconditionFailure("not a day: \(text)") }
    }

    static func game(
        _ date: String,
        points: Int,
        minutes: Double = 30,
        team: String = "BOS",
        opponent: String = "NYK",
        usage: Double? = 20,
        line: Double? = nil
    ) -> PlayerGame {
        PlayerGame(
            date: day(date),
            team: team,
            opponent: opponent,
            points: points,
            minutes: minutes,
            usagePercent: usage,
            trueShooting: 0.5,
            freeThrowsMade: 3,
            pointsLine: line
        )
    }

    /// Target 2025-01-20 after games on 11, 13, 15, 17 and 19 January.
    static let five = PlayerHistory(
        [
            game("2025-01-11", points: 24), game("2025-01-13", points: 27), game("2025-01-15", points: 22),
            game("2025-01-17", points: 28), game("2025-01-19", points: 25),
        ],
        before: day("2025-01-20")
    )

    @Test func nothingOfTheDayOrLaterGetsIn() {
        let games = ["2025-01-18", "2025-01-20", "2025-01-21", "2025-01-19"].map { Self.game($0, points: 99) }
        let history = PlayerHistory(games, before: Self.day("2025-01-20"))
        #expect(history.games.map(\.date.description) == ["2025-01-18", "2025-01-19"])
        let team = TeamHistory(games.map { TeamGame(date: $0.date, opponent: "NYK") }, before: Self.day("2025-01-20"))
        #expect(team.games.map(\.date.description) == ["2025-01-18", "2025-01-19"])
    }

    @Test func aGameWithoutMinutesIsNoGame() {
        let history = PlayerHistory(
            [Self.game("2025-01-10", points: 20), Self.game("2025-01-12", points: 0, minutes: 0)],
            before: Self.day("2025-01-20")
        )
        #expect(PlayerForm(history).gamesPlayed == 1)
        #expect(PlayerForm(history).pointsAverageSeason == 20)
    }

    @Test func restAndLoadCountStrictWindows() {
        let load = RestAndLoad(Self.five)
        #expect(load.daysRest == 1, "analytics 45")
        #expect(load.isBackToBack == true, "analytics 45")
        #expect(load.daysRestBeforeLastGame == 2)
        #expect(load.gamesLast7 == 3, "analytics 50")
        #expect(load.gamesLast14 == 5, "analytics 46")
        #expect(load.minutesLast7 == 90)
        #expect(load.minutesLast14 == 150)
        #expect(load.minutesPerGameLast7 == 30)
        #expect(load.backToBacksLast14 == 0)
        #expect(PlayerForm(Self.five).pointsAverageLast5 == 25.2, "analytics 47")
        // The study says what the five games before came to together, and not the games.
        let older = ["2025-01-01", "2025-01-03", "2025-01-05", "2025-01-07", "2025-01-09"]
        let ten = PlayerHistory(
            zip(older, [24, 25, 25, 25, 25]).map { Self.game($0, points: $1) } + Self.five.games,
            before: Self.day("2025-01-20")
        )
        #expect(PlayerForm(ten).pointsAverageLast10 == 25, "analytics 47")
        #expect(PlayerForm(ten).pointsAverageLast5 == 25.2, "analytics 47")
    }

    // analytics 48 says how many pairs there are and not on which days: two pairs, and one whose first day is outside.
    @Test func pairsOfConsecutiveDaysAreCounted() {
        let days = ["2025-01-06", "2025-01-07", "2025-01-09", "2025-01-10", "2025-01-16", "2025-01-17"]
        let history = PlayerHistory(days.map { Self.game($0, points: 1) }, before: Self.day("2025-01-20"))
        #expect(RestAndLoad(history).backToBacksLast14 == 2, "analytics 48")
    }

    @Test func windowsEndBeforeTheirFirstDay() {
        let history = PlayerHistory(
            [
                Self.game("2025-01-06", points: 1), Self.game("2025-01-07", points: 1),
                Self.game("2025-01-13", points: 1), Self.game("2025-01-14", points: 1),
            ],
            before: Self.day("2025-01-20")
        )
        let load = RestAndLoad(history)
        #expect(load.gamesLast7 == 1)
        #expect(load.gamesLast14 == 3)
        #expect(load.backToBacksLast14 == 1)
    }

    @Test func withoutAGameRestIsUnknownAndAveragesAreNil() {
        let history = PlayerHistory([], before: Self.day("2025-01-20"))
        let load = RestAndLoad(history)
        let form = PlayerForm(history)
        #expect(load.daysRest == nil && load.isBackToBack == nil && load.minutesPerGameLast7 == nil)
        #expect(form.gamesPlayed == 0 && form.lastGameDate == nil && form.pointsAverageLast5 == nil)
        #expect(form.pointsDeviationLast10 == nil && form.usagePercentLast10 == nil)
        #expect(history.lastDate == nil)
    }

    @Test func averagesTakeTheLatestGames() {
        // Points 35 (oldest) down to 26 (newest).
        let games = (0..<10).map {
            PlayerGame(
                date: Self.day("2025-01-01").adding(days: $0),
                team: "BOS",
                opponent: "NYK",
                points: 35 - $0,
                minutes: 30 + Double($0),
                usagePercent: $0 == 9 ? nil : 20 + Double($0)
            )
        }
        let form = PlayerForm(PlayerHistory(games, before: Self.day("2025-02-01")))
        #expect(form.pointsAverageLast5 == 28, "analytics 83")
        #expect(form.pointsAverageLast10 == 30.5, "analytics 83")
        #expect(form.pointsDeviationLast10 == 3.0277, "analytics 83")
        #expect(form.minutesAverageLast10 == 34.5)
        #expect(form.usagePercentLast10 == 24)
        let used = games.map { game in
            var game = game
            game.usagePercent = Double(game.points)
            return game
        }
        let usage = PlayerForm(PlayerHistory(used, before: Self.day("2025-02-01"))).usagePercentLast10
        #expect(usage == 30.5, "analytics 83")
        let older = PlayerGame(
            date: Self.day("2024-12-01"),
            team: "BOS",
            opponent: "NYK",
            points: 0,
            minutes: 12
        )
        let longer = PlayerForm(PlayerHistory([older] + games, before: Self.day("2025-02-01")))
        #expect(longer.pointsAverageLast10 == 30.5)
        #expect(longer.pointsAverageSeason == 27.7273)
        #expect(longer.minutesAverageSeason == 32.4545)
    }

    // analytics 49: fifteen games, seven and three.
    @Test(arguments: [
        (15, "gold"), (7, "silver"), (3, "bronze"), (0, "poor"), (2, "poor"), (4, "bronze"), (5, "silver"),
        (9, "silver"), (10, "gold"),
    ])
    func tiersFollowTheNumberOfGames(games: Int, tier: String) {
        #expect(SampleTier(games: games).rawValue == tier)
    }

    @Test func teamFiguresNeedEnoughGames() {
        func history(_ count: Int) -> TeamHistory {
            TeamHistory(
                (0..<count).map {
                    TeamGame(
                        date: Self.day("2025-01-01").adding(days: $0),
                        opponent: "NYK",
                        pace: 95 + Double($0),
                        offensiveRating: 110 + Double($0),
                        defensiveRating: 120 - Double($0),
                        isWin: $0 % 4 != 0,
                        margin: $0 == 0 ? -15 : $0 == 1 ? 15 : 14
                    )
                },
                before: Self.day("2025-02-01")
            )
        }
        // The study's predecessor says 0.5 of a team that has hardly played; nothing is known of it here.
        #expect(history(4).winShare == nil && history(4).blowoutShareLast10 == nil, "analytics 79")
        #expect(history(8).winShare == 0.75, "analytics 79")
        let losers = (0..<8).map {
            TeamGame(date: Self.day("2025-01-01").adding(days: $0), opponent: "NYK", isWin: $0 % 4 == 0)
        }
        #expect(TeamHistory(losers, before: Self.day("2025-02-01")).winShare == 0.25, "analytics 79")
        #expect(history(8).blowoutShareLast10 == 0.25)
        #expect(history(12).paceLast10 == 101.5)
        #expect(history(12).offensiveRatingLast10 == 116.5)
        #expect(history(16).defensiveRatingLast15 == 112)
        #expect(history(0).paceLast10 == nil && history(0).daysRest == nil)
        #expect(history(3).daysRest == 29)
    }

    @Test(arguments: [
        (237.0, 240.0), (244, 240), (250, 240), (263, 265), (267, 265), (291, 290), (315, 315),
    ])
    func addedUpMinutesBecomeTheRealOnes(summed: Double, real: Double) {
        #expect(BoxScore.nominalTeamMinutes(summed) == real)
    }

    @Test func noMinutesAreNoMinutes() { #expect(BoxScore.nominalTeamMinutes(0) == nil) }
}
