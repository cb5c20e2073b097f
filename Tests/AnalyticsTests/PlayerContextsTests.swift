import Basketball
import Foundation
import Testing
import Warehouse

@testable import Analytics

@Suite struct PlayerContextsTests {
    static let date = LeagueClock.gameDate(of: Date(timeIntervalSince1970: 1705341600))
    static let tipoff = LeagueClock.instant(date, hour: 19, minute: 0)

    static func record(
        _ team: String,
        daysAgo: [Int],
        points: Int = 20,
        minutes: Double = 30
    ) -> PlayerHistories.Record {
        let games = daysAgo.map {
            PlayerGame(
                date: date.adding(days: -$0),
                team: team,
                opponent: "LAL",
                points: points,
                minutes: minutes,
                usagePercent: 20
            )
        }
        return .init(
            nbaPlayerID: 1,
            fullName: "Some One",
            team: team,
            lastSeen: date.adding(days: -(daysAgo.min() ?? 0)),
            history: PlayerHistory(games, before: date)
        )
    }

    static func inputs(_ records: [String: PlayerHistories.Record]) -> PlayerContexts.Inputs {
        var inputs = PlayerContexts.Inputs(date: date)
        var game = TeamOffenseTests.game(isFinal: false)
        game.tipoffAt = tipoff
        inputs.games = [game]
        inputs.players = PlayerHistories(date: date, records: records)
        inputs.candidates = Set(records.keys)
        func history(_ pace: Double) -> TeamHistory {
            TeamHistory([TeamGame(date: date.adding(days: -2), opponent: "LAL", pace: pace)], before: date)
        }
        inputs.teams = ["BOS": history(101), "TOR": history(98.5)]
        return inputs
    }

    static func line(_ value: Double, minutesBefore: Double = 30, home: String = "BOS", away: String = "TOR")
        -> PlayerLineQuotes.Entry
    {
        .init(
            home: home,
            away: away,
            startsAt: tipoff,
            quote: PointsLineQuote(
                bookmaker: "draftkings",
                line: value,
                seenAt: tipoff.addingTimeInterval(-60 * minutesBefore)
            )
        )
    }

    @Test func expectedIsWhoWasSeenForOneOfTheTeamsInThirtyDays() throws {
        var inputs = Self.inputs([
            "inside": Self.record("BOS", daysAgo: [30]), "outside": Self.record("BOS", daysAgo: [31]),
            "visitor": Self.record("TOR", daysAgo: [2]), "elsewhere": Self.record("LAL", daysAgo: [2]),
        ])
        #expect(try PlayerContexts.compute(inputs).rows.map(\.playerLookup) == ["inside", "visitor"])
        // After a long break of the whole team the window begins at the team's last game.
        inputs.teams["BOS"] = TeamHistory(
            [TeamGame(date: Self.date.adding(days: -31), opponent: "LAL")],
            before: Self.date
        )
        #expect(try PlayerContexts.compute(inputs).rows.map(\.playerLookup) == ["inside", "outside", "visitor"])
    }

    @Test func aLineBringsAPlayerWhoseTeamHisHistoryTells() throws {
        var inputs = Self.inputs(["old": Self.record("BOS", daysAgo: [60]), "traded": Self.record("LAL", daysAgo: [2])])
        inputs.lastKnown["newseason"] = .init(
            nbaPlayerID: 9,
            fullName: "New Season",
            team: "TOR",
            lastSeen: Self.date.adding(days: -300),
            history: PlayerHistory([], before: Self.date)
        )
        inputs.candidates = ["old", "traded", "newseason", "unknown"]
        for player in inputs.candidates { inputs.lines.byPlayer[player] = [Self.line(20.5)] }
        let result = try PlayerContexts.compute(inputs)
        #expect(result.rows.map(\.playerLookup) == ["newseason", "old"])
        #expect(result.linesWithoutTeam == ["traded", "unknown"])
        let fresh = result.rows[0]
        #expect(fresh.daysRest == nil && fresh.backToBack == nil && fresh.gamesInLast7Days == nil)
        #expect(fresh.historyGames == 0 && fresh.historyLastGameDate == nil && fresh.propOverStreak == nil)
        #expect(fresh.dataQualityTier == "poor")
    }

    @Test func theRowHoldsRestLinesAndPace() throws {
        var inputs = Self.inputs(["one": Self.record("BOS", daysAgo: [1, 3, 4, 9])])
        inputs.lines.byPlayer["one"] = [
            Self.line(18.5), Self.line(17.5, minutesBefore: 300), Self.line(30.5, minutesBefore: -1),
        ]
        inputs.gameLines = GameLineQuotes([
            .init(
                home: "BOS",
                away: "TOR",
                startsAt: Self.tipoff,
                quote: GameLineQuote(
                    bookmaker: "fanduel",
                    market: .spread(team: "BOS"),
                    point: -8.5,
                    seenAt: Self.tipoff.addingTimeInterval(-60)
                )
            )
        ])
        let row = try #require(try PlayerContexts.compute(inputs).rows.first)
        #expect(row.daysRest == 1 && row.backToBack == true && row.daysRestBeforeLastGame == 2)
        #expect(row.gamesInLast7Days == 3 && row.gamesInLast14Days == 4 && row.backToBacksLast14Days == 1)
        #expect(row.currentPointsLine == 18.5 && row.openingPointsLine == 17.5 && row.lineMovement == 1)
        #expect(row.hasPropLine && row.currentPointsLineSource == "draftkings" && row.pointsLineBooks == 1)
        #expect(row.propOverStreak == 4 && row.propUnderStreak == 0)
        #expect(row.gameLines?.spread == -8.5 && row.gameLines?.total == nil && row.gameLines?.source == "fanduel")
        #expect(row.paceDifferential == 2.5 && row.opponentPaceLast10 == 98.5)
        #expect(row.starTeammatesOut == nil && row.seasonPhase == "mid" && row.homeGame)
        #expect(row.historyGames == 4 && row.historyLastGameDate == Self.date.adding(days: -1))
    }

    @Test func theSchedulesEarlierTipoffEndsTheLinesToo() throws {
        var inputs = Self.inputs(["one": Self.record("BOS", daysAgo: [1])])
        inputs.games[0].tipoffAt = Self.tipoff.addingTimeInterval(-3600)
        inputs.lines.byPlayer["one"] = [Self.line(18.5), Self.line(17.5, minutesBefore: 61)]
        #expect(try PlayerContexts.compute(inputs).rows.first?.currentPointsLine == 17.5)
    }

    @Test func aNeutralSiteMayHaveTheTeamsTheOtherWayRound() throws {
        var inputs = Self.inputs(["one": Self.record("BOS", daysAgo: [1])])
        inputs.lines.byPlayer["one"] = [Self.line(18.5, home: "TOR", away: "BOS")]
        #expect(try PlayerContexts.compute(inputs).rows.first?.currentPointsLine == 18.5)
        inputs.lines.byPlayer["one"] = [Self.line(18.5, home: "LAL", away: "BOS")]
        #expect(try PlayerContexts.compute(inputs).rows.first?.currentPointsLine == nil)
    }

    @Test(arguments: [
        ("2023-10-24", SeasonType.regular, "early"), ("2023-12-09", .cupFinal, "mid"), ("2024-02-29", .regular, "mid"),
        ("2024-04-10", .regular, "late"), ("2021-05-16", .regular, "late"), ("2024-04-16", .playIn, "play_in"),
        ("2024-04-20", .playoffs, "playoffs"),
    ])
    func theKindOfGameDecidesThePhaseBeforeTheMonth(date: String, type: SeasonType, phase: String) throws {
        var game = TeamOffenseTests.game()
        game.date = try GameDate(date)
        game.seasonType = type
        #expect(PlayerContexts.seasonPhase(game) == phase)
    }

    // Who is a star: games, points a game, minutes a game.
    @Test(arguments: [
        (10, 18, 20.0, true), (10, 17, 27.0, false), (10, 12, 28.0, true), (10, 11, 40.0, false), (9, 30, 40.0, false),
    ])
    func aStarScoresOrPlaysMuchOverAtLeastTenGames(_ games: Int, _ points: Int, _ minutes: Double, _ isStar: Bool) {
        let record = Self.record("BOS", daysAgo: (1...games).map { 3 * $0 }, points: points, minutes: minutes)
        #expect(TeamAbsences.isStar(record.history) == isStar)
    }

    @Test func teammatesInDoubtAreCountedAndAnOperatorsWordStandsAboveTheReport() throws {
        let games = (1...12).map { 2 * $0 }
        var inputs = Self.inputs([
            "star": Self.record("BOS", daysAgo: games, points: 25),
            "other": Self.record("BOS", daysAgo: games, points: 5),
            "bench": Self.record("BOS", daysAgo: games, points: 4), "visitor": Self.record("TOR", daysAgo: games),
        ])
        inputs.availability = PlayerAvailability(
            reported: ["star": .init(.doubtful, reason: "knee"), "bench": .init(.questionable)],
            reportedTeams: ["BOS"]
        )
        func row(_ player: String) throws -> UpcomingPlayerGameContext {
            try #require(try PlayerContexts.compute(inputs).rows.first { $0.playerLookup == player })
        }
        #expect(try row("other").starTeammatesOut == 1 && row("other").questionableTeammates == 1)
        #expect(try row("other").probableTeammates == 0 && row("other").playerStatus == nil)
        #expect(try row("star").starTeammatesOut == 0 && row("star").playerStatus == .init(.doubtful, reason: "knee"))
        // Nobody has reported about Toronto: nothing is known, which is not the same as nobody.
        #expect(try row("visitor").starTeammatesOut == nil && row("visitor").questionableTeammates == nil)

        inputs.availability.enter("star", .available, at: Self.tipoff.addingTimeInterval(-60))
        #expect(try row("other").starTeammatesOut == 0)
        #expect(try row("star").playerStatus == .init(.available, source: .operator))
        // What was said after the game began was not known before it; taking a word back lets the report speak again.
        inputs.availability.enter("star", .out, at: Self.tipoff)
        #expect(try row("other").starTeammatesOut == 0)
        inputs.availability.enter("star", nil, at: Self.tipoff.addingTimeInterval(-30))
        #expect(try row("other").starTeammatesOut == 1)
        inputs.availability.enter("visitor", .probable, at: Self.tipoff.addingTimeInterval(-30))
        #expect(try row("visitor").starTeammatesOut == 0)
    }
}
