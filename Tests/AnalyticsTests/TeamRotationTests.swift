import Basketball
import Foundation
import Pipeline
import Testing
import Warehouse

@testable import Analytics

@Suite struct TeamRotationTests {
    static let date = PlayerContextsTests.date
    static let tipoff = PlayerContextsTests.tipoff

    /// A player with the same minutes and usage in each of his games.
    static func record(
        usage: Double?,
        minutes: Double,
        team: String = "BOS",
        daysAgo: [Int] = [2, 4, 6, 8]
    ) -> PlayerHistories.Record {
        var record = PlayerContextsTests.record(team, daysAgo: daysAgo, minutes: minutes)
        let games = record.history.games.map { game in
            var game = game
            game.usagePercent = usage
            return game
        }
        record.history = PlayerHistory(games, before: date)
        return record
    }

    /// Three of Boston, one of Toronto, and what the reports say of them; nobody has reported with nil.
    static func inputs(
        _ records: [String: PlayerHistories.Record] = squad,
        out: [String: InjuryStatus]? = [:]
    ) -> PlayerContexts.Inputs {
        var inputs = PlayerContextsTests.inputs(records)
        if let out {
            inputs.availability = PlayerAvailability(
                reported: out.mapValues { .init($0) },
                reportedTeams: ["BOS", "TOR"]
            )
        }
        return inputs
    }

    static let squad = [
        "star": record(usage: 30, minutes: 36), "second": record(usage: 20, minutes: 30),
        "third": record(usage: 10, minutes: 24), "visitor": record(usage: 25, minutes: 30, team: "TOR"),
    ]

    static func rotation(_ inputs: PlayerContexts.Inputs, team: String = "BOS") -> TeamRotation {
        TeamRotation(team, before: tipoff, inputs)
    }

    @Test(arguments: [("star", 30.0), ("second", 20), ("third", 10)])
    func withEverybodyThereTheProjectionIsTheOwnUsage(player: String, usage: Double) {
        let rotation = Self.rotation(Self.inputs())
        #expect(rotation.projectedUsage(of: player) == usage)
        #expect(rotation.usageOut(besides: player) == 0)
    }

    // The whole rotation uses (36·30 + 30·20 + 24·10) / 90 = 21.3333 a minute, who is left (30·20 + 24·10) / 54 =
    // 15.5556: each of them gets 1.3714 times his own.
    @Test(arguments: [InjuryStatus.out, .doubtful]) func whoIsOutLeavesHisPlaysToTheOthers(status: InjuryStatus) {
        let rotation = Self.rotation(Self.inputs(out: ["star": status]))
        #expect(rotation.projectedUsage(of: "second") == 27.4286)
        #expect(rotation.projectedUsage(of: "third") == 13.7143)
        #expect(rotation.usageOut(besides: "second") == 30 && rotation.usageOut(besides: "third") == 30)
        // What he would do himself does not depend on his being out.
        #expect(rotation.projectedUsage(of: "star") == 30 && rotation.usageOut(besides: "star") == 0)
    }

    // The mean stays: without a man of little usage the others have less each.
    @Test func aRoleplayersAbsenceLowersTheOthers() throws {
        let rotation = Self.rotation(Self.inputs(out: ["third": .out]))
        #expect(try #require(rotation.projectedUsage(of: "star")) < 30)
        #expect(try #require(rotation.projectedUsage(of: "second")) < 20)
    }

    @Test(arguments: [InjuryStatus.questionable, .probable, .available])
    func whoMayPlayIsNotOut(status: InjuryStatus) {
        let rotation = Self.rotation(Self.inputs(out: ["star": status]))
        #expect(rotation.projectedUsage(of: "second") == 20 && rotation.usageOut(besides: "second") == 0)
    }

    @Test func withoutAReportNothingIsKnown() throws {
        let rotation = Self.rotation(Self.inputs(out: nil))
        #expect(!rotation.isReported && rotation.members.count == 3)
        #expect(rotation.projectedUsage(of: "second") == nil && rotation.usageOut(besides: "second") == nil)
        // One team's report says nothing of the other.
        var inputs = Self.inputs(out: nil)
        inputs.availability = PlayerAvailability(reportedTeams: ["TOR"])
        #expect(Self.rotation(inputs).projectedUsage(of: "second") == nil)
        #expect(Self.rotation(inputs, team: "TOR").projectedUsage(of: "visitor") == 25)
        // An operator's word is one as well.
        inputs.availability.enter("star", .out, at: Self.tipoff.addingTimeInterval(-60))
        #expect(Self.rotation(inputs).projectedUsage(of: "second") == 27.4286)
    }

    @Test(arguments: [(9.9, false), (10, true), (36, true)])
    func theRotationPlaysTenMinutes(minutes: Double, isMember: Bool) {
        var records = Self.squad
        records["fourth"] = Self.record(usage: 18, minutes: minutes)
        let rotation = Self.rotation(Self.inputs(records, out: ["star": .out]))
        #expect((rotation.members["fourth"] != nil) == isMember)
        #expect((rotation.projectedUsage(of: "fourth") != nil) == isMember)
        // Outside it or not: what is out for him is known.
        #expect(rotation.usageOut(besides: "fourth") == 30)
    }

    @Test func whoIsOutsideTheRotationMovesNobody() {
        var records = Self.squad
        records["bench"] = Self.record(usage: 40, minutes: 5)
        records["gone"] = Self.record(usage: 40, minutes: 30, daysAgo: [31, 33])
        records["traded"] = Self.record(usage: 40, minutes: 30, team: "LAL")
        records["unmeasured"] = Self.record(usage: nil, minutes: 30)
        let inputs = Self.inputs(
            records,
            out: ["bench": .out, "gone": .out, "traded": .out, "unmeasured": .out, "stranger": .out, "visitor": .out]
        )
        let rotation = Self.rotation(inputs)
        #expect(Set(rotation.members.keys) == ["star", "second", "third"])
        #expect(rotation.projectedUsage(of: "second") == 20 && rotation.usageOut(besides: "second") == 0)
        for player in ["bench", "gone", "traded", "unmeasured", "stranger", "visitor"] {
            #expect(rotation.projectedUsage(of: player) == nil, "\(player)")
        }
    }

    // As for who is expected: after a long break of the whole team the window begins at its last game.
    @Test func aLongBreakOfTheTeamTakesNobodyOut() {
        var inputs = Self.inputs(["one": Self.record(usage: 25, minutes: 30, daysAgo: [120, 122])])
        #expect(Self.rotation(inputs).members.isEmpty)
        inputs.teams["BOS"] = TeamHistory(
            [TeamGame(date: Self.date.adding(days: -120), opponent: "LAL")],
            before: Self.date
        )
        #expect(Self.rotation(inputs).projectedUsage(of: "one") == 25)
    }

    @Test func anOperatorsWordBeforeTheGameStandsAboveTheReport() {
        var inputs = Self.inputs(out: ["star": .out])
        inputs.availability.enter("star", .available, at: Self.tipoff.addingTimeInterval(-60))
        #expect(Self.rotation(inputs).projectedUsage(of: "second") == 20)
        inputs.availability.enter("second", .out, at: Self.tipoff)
        #expect(Self.rotation(inputs).usageOut(besides: "third") == 0)
        inputs.availability.enter("second", .out, at: Self.tipoff.addingTimeInterval(-1))
        #expect(Self.rotation(inputs).usageOut(besides: "third") == 20)
    }

    // Of the absent the mean of thirty days counts, of the player the mean of ten games.
    @Test func usageOutIsOfThirtyDays() {
        var records = Self.squad
        var star = Self.record(usage: 20, minutes: 36, daysAgo: [1, 3, 31, 35])
        star.history = PlayerHistory(
            star.history.games.map { game in
                var game = game
                if Self.date - game.date > 30 { game.usagePercent = 40 }
                return game
            },
            before: Self.date
        )
        records["star"] = star
        let rotation = Self.rotation(Self.inputs(records, out: ["star": .out, "third": .doubtful, "visitor": .out]))
        #expect(rotation.members["star"]?.usagePercent == 30 && rotation.members["star"]?.recentUsagePercent == 20)
        #expect(rotation.usageOut(besides: "second") == 30)
        #expect(rotation.usageOut(besides: "third") == 20 && rotation.usageOut(besides: "star") == 10)
        // (36·30 + 30·20 + 24·10) / 90 over the 20 of the only one left.
        #expect(rotation.projectedUsage(of: "second") == 21.3333)
    }

    @Test func noProjectionIsMoreThanAllPlays() {
        let rotation = Self.rotation(
            Self.inputs(
                [
                    "one": Self.record(usage: 80, minutes: 10), "two": Self.record(usage: 1, minutes: 40),
                    "three": Self.record(usage: 90, minutes: 40),
                ],
                out: ["three": .out]
            )
        )
        #expect(rotation.projectedUsage(of: "one") == 100)
    }

    @Test func theRowsOfThePlayersHoldTheProjection() throws {
        let rows = try PlayerContexts.compute(Self.inputs(out: ["star": .out])).rows
        let byPlayer = Dictionary(uniqueKeysWithValues: rows.map { ($0.playerLookup, $0) })
        #expect(byPlayer["second"]?.projectedUsageRate == 27.4286 && byPlayer["second"]?.teammateUsageOut == 30)
        #expect(byPlayer["second"]?.usageRateLast10 == 20)
        #expect(byPlayer["star"]?.projectedUsageRate == 30 && byPlayer["star"]?.teammateUsageOut == 0)
        #expect(byPlayer["visitor"]?.projectedUsageRate == 25 && byPlayer["visitor"]?.teammateUsageOut == 0)
        let silent = try PlayerContexts.compute(Self.inputs(out: nil)).rows
        #expect(silent.count == 4)
        #expect(silent.allSatisfy { $0.projectedUsageRate == nil && $0.teammateUsageOut == nil })
    }

    // Five men on the floor end all plays: whoever is out, those who are left use as much a minute as the whole rotation,
    // and each of them in the proportion that he always did.
    @Test func theMeanUsageStaysAndTheProportionsToo() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            var records: [String: PlayerHistories.Record] = [:]
            var out: [String: InjuryStatus] = [:]
            for number in 0..<Int.random(in: 2...12, using: &random) {
                records["player\(number)"] = Self.record(
                    usage: Double(Int.random(in: 120...300, using: &random)) / 10,
                    minutes: Double(Int.random(in: 40...144, using: &random)) / 4
                )
                if number > 0, Int.random(in: 0..<3, using: &random) == 0 {
                    out["player\(number)"] = InjuryStatus.allCases.randomElement(using: &random)
                }
            }
            let rotation = Self.rotation(Self.inputs(records, out: out))
            #expect(rotation.members.count == records.count, "seed \(seed)")
            func mean(_ members: [String], _ usage: (String) throws -> Double) throws -> Double {
                let minutes = members.compactMap { rotation.members[$0]?.minutes }
                let plays = try members.map { try #require(rotation.members[$0]?.minutes) * usage($0) }
                return plays.reduce(0, +) / minutes.reduce(0, +)
            }
            func own(_ player: String) throws -> Double { try #require(rotation.members[player]?.usagePercent) }
            func projected(_ player: String) throws -> Double { try #require(rotation.projectedUsage(of: player)) }
            let all = records.keys.sorted()
            let left = all.filter { out[$0]?.isExpectedToMiss != true }
            let (whole, rest) = (try mean(all, own), try mean(left, projected))
            #expect(abs(whole - rest) < 0.001, "seed \(seed)")
            let factor = try projected("player0") / own("player0")
            for player in left {
                #expect(abs(try projected(player) / own(player) - factor) < 0.0001, "seed \(seed)")
            }
            let absent = try all.filter { !left.contains($0) }.map(own).reduce(0, +)
            #expect(abs(try #require(rotation.usageOut(besides: "player0")) - absent) < 0.001, "seed \(seed)")
            if left.count == all.count { #expect(try projected("player0") == own("player0"), "seed \(seed)") }
        }
    }
}

@Suite struct UpcomingTeamContextsTests {
    typealias Contexts = UpcomingTeamGameContextProcessor

    static let date = PlayerContextsTests.date
    static let tipoff = PlayerContextsTests.tipoff

    /// Boston's seven by their minutes, and one of Toronto.
    static let members: [String: Contexts.Member] = [
        "first": .init(team: "BOS", minutes: 36), "second": .init(team: "BOS", minutes: 34),
        "third": .init(team: "BOS", minutes: 32), "fourth": .init(team: "BOS", minutes: 30),
        "aaron": .init(team: "BOS", minutes: 24), "bobby": .init(team: "BOS", minutes: 24),
        "seventh": .init(team: "BOS", minutes: 12), "visitor": .init(team: "TOR", minutes: 40),
    ]

    static func inputs(
        _ home: String = "BOS",
        _ away: String = "TOR",
        out: [String: InjuryStatus]? = nil,
        reportedTeams: Set<String> = ["BOS"]
    ) -> Contexts.Inputs {
        var inputs = Contexts.Inputs(date: date)
        var game = TeamOffenseTests.game(home, away, isFinal: false)
        game.tipoffAt = tipoff
        inputs.games = [game]
        inputs.members = members
        if let out {
            inputs.availability = PlayerAvailability(
                reported: out.mapValues { .init($0) },
                reportedTeams: reportedTeams
            )
        }
        return inputs
    }

    static func absences(_ inputs: Contexts.Inputs, of team: String = "BOS") -> UpcomingTeamGameContext.Absences? {
        Contexts.absences(of: team, in: inputs.games[0], inputs)
    }

    static func cell(_ column: String, of row: UpcomingTeamGameContext) -> Cell {
        row.cells[UpcomingTeamGameContext.table.index(of: column)]
    }

    @Test func everyGameHasTwoRowsBeTheirHistoryEmpty() throws {
        var inputs = Self.inputs()
        inputs.games.append(TeamOffenseTests.game("DEN", "LAL", isFinal: false, id: "0022300562"))
        let rows = try Contexts.compute(inputs)
        #expect(rows.map(\.team) == ["TOR", "BOS", "LAL", "DEN"])
        for row in rows {
            #expect(row.cells.count == UpcomingTeamGameContext.table.columns.count)
            for column in [
                "days_rest", "back_to_back", "last_game_margin", "last_game_result", "game_spread", "game_total",
                "game_lines_source", "players_out", "starters_out", "questionable_players", "travel_miles",
                "opponent_days_rest", "history_last_game_date",
            ] { #expect(Self.cell(column, of: row) == .null, "\(row.team) \(column)") }
            #expect(Self.cell("game_number_in_season", of: row) == Cell.integer(Int64(1)))
            #expect(Self.cell("history_games", of: row) == Cell.integer(Int64(0)))
            #expect(Self.cell("data_quality_tier", of: row) == Cell.text("poor"))
        }
        #expect(Self.cell("home_game", of: rows[0]) == .boolean(false))
        #expect(Self.cell("home_game", of: rows[1]) == .boolean(true))
        #expect(Self.cell("opponent_team_abbr", of: rows[0]) == Cell.text("BOS"))
        #expect(Self.cell("tipoff_at", of: rows[1]) == Cell.instant(Self.tipoff))
        #expect(Self.cell("tipoff_at", of: rows[3]) == .null)
        inputs.games = []
        #expect(try Contexts.compute(inputs).isEmpty)
    }

    @Test func aTricodeOfNoTeamIsRefused() {
        #expect(throws: TeamError.self) { try Contexts.compute(Self.inputs("XYZ", "TOR")) }
    }

    // analytics 36 to 39: games on 12, 14 and 15 January. Rest is the difference of days here, so that 1 is a
    // back-to-back, and the season's own games are counted.
    @Test(
        arguments: [
            ("2024-01-12", nil, nil, 0, 0, 1), ("2024-01-14", 2, false, 1, 1, 2), ("2024-01-15", 1, true, 2, 2, 3),
            ("2024-01-19", 4, false, 2, 3, 4), ("2024-01-21", 6, false, 1, 3, 4),
        ] as [(String, Int?, Bool?, Int, Int, Int)]
    )
    func restAndLoadLookAtEarlierDaysAlone(
        date: String,
        rest: Int?,
        isBackToBack: Bool?,
        week: Int,
        fortnight: Int,
        number: Int
    ) throws {
        let date = try GameDate(date)
        var inputs = Self.inputs()
        inputs.date = date
        inputs.games[0].date = date
        inputs.teams["BOS"] = TeamHistory(
            try ["2024-01-12", "2024-01-14", "2024-01-15"].map {
                TeamGame(date: try GameDate($0), opponent: "NYK", isHome: true, isWin: true, margin: 4)
            },
            before: date
        )
        let rows = try Contexts.compute(inputs)
        let row = rows[1]
        #expect(Self.cell("days_rest", of: row) == Cell.integer(rest))
        #expect(Self.cell("back_to_back", of: row) == Cell.boolean(isBackToBack))
        #expect(Self.cell("games_in_last_7_days", of: row) == Cell.integer(Int64(week)))
        #expect(Self.cell("games_in_last_14_days", of: row) == Cell.integer(Int64(fortnight)))
        #expect(Self.cell("game_number_in_season", of: row) == Cell.integer(Int64(number)))
        #expect(Self.cell("opponent_days_rest", of: row) == .null)
        #expect(Self.cell("opponent_days_rest", of: rows[0]) == Cell.integer(rest))
    }

    // analytics 41 and 42.
    @Test(
        arguments: [
            ([8], 1, 0, "W"), ([-7], 0, 1, "L"), ([3, 5, 8], 3, 0, "W"), ([3, 5, -7], 0, 1, "L"),
            ([-1, -2, 8], 1, 0, "W"),
        ] as [([Int], Int, Int, String)]
    )
    func resultsAreTheStreakUpToTheDay(margins: [Int], wins: Int, losses: Int, result: String) throws {
        var inputs = Self.inputs()
        inputs.teams["BOS"] = TeamHistory(
            margins.enumerated().map { place, margin in
                TeamGame(
                    date: Self.date.adding(days: 2 * (place - margins.count)),
                    opponent: "NYK",
                    isHome: true,
                    isWin: margin > 0,
                    margin: margin
                )
            },
            before: Self.date
        )
        let row = try Contexts.compute(inputs)[1]
        #expect(Self.cell("win_streak_entering", of: row) == Cell.integer(Int64(wins)))
        #expect(Self.cell("loss_streak_entering", of: row) == Cell.integer(Int64(losses)))
        #expect(Self.cell("last_game_margin", of: row) == Cell.integer(margins.last))
        #expect(Self.cell("last_game_result", of: row) == Cell.text(result))
        #expect(Self.cell("history_last_game_date", of: row) == Cell.date(Self.date.adding(days: -2)))
    }

    // analytics 40: one book's spread of −3.5 and total of 225.5; the spread is the own team's.
    @Test func linesAreTheTeamsOwn() throws {
        var inputs = Self.inputs()
        let quotes: [(GameLineQuote.Market, Double, Double)] = [
            (.spread(team: "BOS"), -3.5, 60), (.spread(team: "BOS"), -2, 600), (.spread(team: "TOR"), 3.5, 60),
            (.total, 225.5, 60), (.total, 224, 600), (.total, 240, -1),
        ]
        inputs.gameLines = GameLineQuotes(
            quotes.map { market, point, minutes in
                .init(
                    home: "BOS",
                    away: "TOR",
                    startsAt: Self.tipoff,
                    quote: GameLineQuote(
                        bookmaker: "draftkings",
                        market: market,
                        point: point,
                        seenAt: Self.tipoff.addingTimeInterval(-60 * minutes)
                    )
                )
            }
        )
        let rows = try Contexts.compute(inputs)
        let (away, home) = (rows[0], rows[1])
        #expect(Self.cell("game_spread", of: home) == .double(-3.5))
        #expect(Self.cell("game_spread", of: away) == .double(3.5))
        #expect(Self.cell("game_total", of: home) == .double(225.5))
        #expect(Self.cell("game_lines_source", of: home) == Cell.text("draftkings"))
        #expect(Self.cell("spread_movement", of: home) == .double(-1.5))
        #expect(Self.cell("total_movement", of: away) == .double(1.5))
    }

    // analytics 44. The way home counts here, and an unknown way is NULL and not 0.
    @Test(
        arguments: [
            ("GSW", "GSW", "SAC", "GSW", 0.0), ("GSW", "LAL", "GSW", "GSW", 350), ("LAL", "MIA", "LAL", "BOS", 1_250),
            ("LAL", "LAL", "DEN", "BOS", 2_600),
        ]
    )
    func travelIsFromTheLastArena(team: String, home: String, away: String, last: String, miles: Double) throws {
        var inputs = Self.inputs(home, away)
        inputs.teams[team] = TeamHistory(
            [
                TeamGame(
                    date: Self.date.adding(days: -1),
                    opponent: last == team ? "NYK" : last,
                    isHome: last == team
                )
            ],
            before: Self.date
        )
        for row in try Contexts.compute(inputs) {
            if row.team == team {
                let found = try #require(row.travel.miles)
                #expect(abs(found - miles) <= 20 && Self.cell("travel_miles", of: row) == .double(found))
            } else {
                #expect(Self.cell("travel_miles", of: row) == .null)
            }
        }
    }

    // Starters are the five who play most; of two who play the same the first by name.
    @Test(
        arguments: [
            (["first"], 1, 1), (["aaron"], 1, 1), (["bobby"], 1, 0), (["seventh"], 1, 0),
            (["first", "second", "bobby", "seventh"], 4, 2), ([], 0, 0), (["visitor"], 0, 0), (["stranger"], 0, 0),
        ] as [([String], Int, Int)]
    )
    func theFiveWhoPlayMostAreTheStarters(names: [String], out: Int, starters: Int) {
        for status in [InjuryStatus.out, .doubtful] {
            let words = Dictionary(uniqueKeysWithValues: names.map { ($0, status) })
            #expect(Self.absences(Self.inputs(out: words)) == .init(out: out, startersOut: starters))
        }
    }

    // analytics 43: two out and one questionable. Of the doubtful a team plans without here.
    @Test func questionablePlayersAreNotOut() throws {
        let inputs = Self.inputs(out: [
            "first": .out, "second": .out, "third": .questionable, "fourth": .probable, "aaron": .available,
            "bobby": .doubtful,
        ])
        #expect(Self.absences(inputs) == .init(out: 3, startersOut: 2, questionable: 1))
        let row = try Contexts.compute(inputs)[1]
        #expect(Self.cell("players_out", of: row) == Cell.integer(Int64(3)))
        #expect(Self.cell("starters_out", of: row) == Cell.integer(Int64(2)))
        #expect(Self.cell("questionable_players", of: row) == Cell.integer(Int64(1)))
    }

    @Test func withoutAReportAbsencesAreUnknownAndWithOneTheyMayBeNone() {
        #expect(Self.absences(Self.inputs()) == nil)
        #expect(Self.absences(Self.inputs(out: [:])) == .init())
        #expect(Self.absences(Self.inputs(out: ["first": .out]), of: "TOR") == nil)
        #expect(
            Self.absences(Self.inputs(out: ["visitor": .out], reportedTeams: []), of: "TOR")
                == .init(out: 1, startersOut: 1)
        )
        // Nobody of Boston is meant by a word on a player of Toronto.
        #expect(Self.absences(Self.inputs(out: ["visitor": .out], reportedTeams: [])) == nil)
    }

    @Test func anOperatorsWordStandsAboveTheReport() {
        var inputs = Self.inputs(out: ["first": .out])
        let before = { (seconds: Double) in Self.tipoff.addingTimeInterval(-seconds) }
        inputs.availability.enter("first", .available, at: before(90))
        #expect(Self.absences(inputs) == .init())
        inputs.availability.enter("first", .questionable, at: before(60))
        #expect(Self.absences(inputs) == .init(questionable: 1))
        // What comes with the tip-off or after it was not known before it.
        inputs.availability.enter("first", .out, at: before(0))
        #expect(Self.absences(inputs) == .init(questionable: 1))
        // Taking a word back lets the report speak again.
        inputs.availability.enter("first", nil, at: before(30))
        #expect(Self.absences(inputs) == .init(out: 1, startersOut: 1))
        // Without a report an operator alone tells.
        var silent = Self.inputs()
        silent.availability.enter("seventh", .out, at: before(30))
        #expect(Self.absences(silent) == .init(out: 1))
        #expect(Self.absences(silent, of: "TOR") == nil)
    }
}
