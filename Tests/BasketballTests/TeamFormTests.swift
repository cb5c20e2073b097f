import Basketball
import Testing

@Suite struct TeamFormTests {
    static let day = HistoryTests.day("2025-01-20")

    static func form(_ games: [TeamGame]) -> TeamForm { TeamForm(TeamHistory(games, before: day)) }

    // The study codes a team's back-to-back as rest 0; here rest is the difference of days for everybody.
    @Test(
        arguments: [
            ("analytics 36, 39", [2], 2, false, 1, 1, 2), ("analytics 37, 38, 39", [3, 1], 1, true, 2, 2, 3),
            ("analytics 39", [], nil, nil, 0, 0, 1), ("the seventh day before is out", [7, 6], 6, false, 1, 2, 3),
            ("the fourteenth day before is out", [15, 14, 13], 13, false, 0, 1, 4),
            ("a month ago", [30], 30, false, 0, 0, 2), ("any order", [1, 5, 3], 1, true, 3, 3, 4),
        ] as [(String, [Int], Int?, Bool?, Int, Int, Int)]
    )
    func restAndLoadOfATeam(
        name: String,
        daysBefore: [Int],
        rest: Int?,
        isBackToBack: Bool?,
        last7: Int,
        last14: Int,
        number: Int
    ) {
        let form = Self.form(daysBefore.map { TeamGame(date: Self.day.adding(days: -$0), opponent: "NYK") })
        #expect(form.daysRest == rest, "\(name)")
        #expect(form.isBackToBack == isBackToBack, "\(name)")
        #expect(form.gamesLast7 == last7 && form.gamesLast14 == last14, "\(name)")
        #expect(form.gameNumber == number, "\(name)")
    }

    // Margins oldest first.
    @Test(
        arguments: [
            ("analytics 41: a win by 8", [-2, 8], 1, 0, 8), ("analytics 41: a loss by 7", [3, 4, -7], 0, 1, -7),
            ("analytics 42", [-4, 1, 12, 5], 3, 0, 5), ("three losses", [6, -1, -2, -3], 0, 3, -3),
            ("wins alone", [1, 1], 2, 0, 1), ("an unknown result ends the streak", [1, nil, 1], 1, 0, 1),
            ("the last result unknown", [1, 1, nil], 0, 0, nil), ("no game", [], 0, 0, nil),
        ] as [(String, [Int?], Int, Int, Int?)]
    )
    func resultsOfATeam(name: String, margins: [Int?], wins: Int, losses: Int, last: Int?) {
        let games = margins.enumerated().map { index, margin in
            TeamGame(
                date: Self.day.adding(days: 2 * (index - margins.count)),
                opponent: "NYK",
                isWin: margin.map { $0 > 0 },
                margin: margin
            )
        }
        let form = Self.form(games)
        #expect(form.winStreak == wins && form.lossStreak == losses, "\(name)")
        #expect(form.lastMargin == last && form.lastIsWin == last.map { $0 > 0 }, "\(name)")
    }

    @Test func theDaysOwnGameAndLaterOnesChangeNothing() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let boston = try Team(tricode: "BOS")
        for _ in 0..<200 {
            let games = (-40..<0).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
                .map { days in
                    TeamGame(
                        date: Self.day.adding(days: days),
                        opponent: "LAL",
                        isHome: Bool.random(using: &random),
                        defensiveRating: Double(Int.random(in: 90...130, using: &random)),
                        isWin: Int.random(in: 0..<5, using: &random) == 0 ? nil : Bool.random(using: &random),
                        margin: 7
                    )
                }
            // The opponent is no team, so that reading the game at all would throw.
            let absurd = (0...2).map {
                TeamGame(
                    date: Self.day.adding(days: $0 * $0),
                    opponent: "???",
                    isHome: false,
                    defensiveRating: 999,
                    isWin: true,
                    margin: 999
                )
            }
            let clean = TeamHistory(games, before: Self.day)
            let mixed = TeamHistory((games + absurd).shuffled(using: &random), before: Self.day)
            let form = TeamForm(clean)
            #expect(TeamForm(mixed) == form, "seed \(seed)")
            #expect(mixed.defensiveRatingLast10 == clean.defensiveRatingLast10, "seed \(seed)")
            let travel = try TeamTravel(clean, team: boston, home: boston)
            #expect(try TeamTravel(mixed, team: boston, home: boston) == travel, "seed \(seed)")

            #expect(form.gamesLast7 <= form.gamesLast14 && form.gamesLast14 < form.gameNumber, "seed \(seed)")
            #expect(form.winStreak == 0 || form.lossStreak == 0, "seed \(seed)")
            #expect((form.winStreak > 0) == (form.lastIsWin == true), "seed \(seed)")
            #expect((form.lossStreak > 0) == (form.lastIsWin == false), "seed \(seed)")
            #expect((form.daysRest == nil) == games.isEmpty, "seed \(seed)")
        }
    }

    @Test func theDefensiveRatingIsOfTheLastTenGames() {
        let games = (1...12).map {
            TeamGame(
                date: Self.day.adding(days: -$0),
                opponent: "NYK",
                defensiveRating: $0 == 10 ? nil : 100 + Double($0)
            )
        }
        #expect(TeamHistory(games, before: Self.day).defensiveRatingLast10 == 105)
        #expect(TeamHistory([], before: Self.day).defensiveRatingLast10 == nil)
    }

    // MARK: - Travel

    /// A team's games in the arenas of other teams or, by its own tricode, in its own; nil where nobody knows.
    static func history(
        of team: Team,
        at places: [(daysBefore: Int, tricode: String?)],
        before date: GameDate = day
    ) -> TeamHistory {
        TeamHistory(
            places.map { place in
                TeamGame(
                    date: date.adding(days: -place.daysBefore),
                    // Where the team is at home, the opponent is never looked at.
                    opponent: place.tricode == team.tricode ? "???" : place.tricode ?? "???",
                    isHome: place.tricode.map { $0 == team.tricode }
                )
            },
            before: date
        )
    }

    /// The travel after one game a day, the last one yesterday.
    static func travel(_ team: String, _ places: [String?], to home: String, on date: GameDate = day) throws
        -> TeamTravel
    {
        let team = try Team(tricode: team)
        let dated = places.enumerated().map { (places.count - $0.offset, $0.element) }
        return try TeamTravel(history(of: team, at: dated, before: date), team: team, home: Team(tricode: home))
    }

    // Miles as the study rounds them.
    @Test(
        arguments: [
            ("analytics 44: a home stand", "GSW", ["GSW"], "GSW", 0, 0),
            ("analytics 44: Golden State to the Lakers", "GSW", ["GSW"], "LAL", 350, 0),
            ("analytics 44: Boston, next day Miami", "LAL", ["BOS"], "MIA", 1_250, 0),
            ("analytics 44: the unknown is no 0", "GSW", [nil], "LAL", nil, nil),
            ("the way home", "LAL", ["BOS"], "LAL", 2_591, 3), ("two games in one arena", "LAL", ["BOS"], "BOS", 0, 0),
            ("the season's first game", "GSW", [], "LAL", nil, nil),
        ] as [(String, String, [String?], String, Double?, Int?)]
    )
    func theWayFromTheLastGame(
        name: String,
        team: String,
        places: [String?],
        home: String,
        miles: Double?,
        hours: Int?
    ) throws {
        let travel = try Self.travel(team, places, to: home)
        #expect((travel.miles == nil) == (miles == nil), "\(name)")
        if let real = travel.miles, let miles { #expect(abs(real - miles) < (miles == 0 ? 0.0001 : 10), "\(name)") }
        #expect(travel.timeZoneChanges == hours, "\(name)")
        #expect(travel.milesLast14 == travel.miles && travel.timeZonesLast14 == hours, "\(name)")
    }

    @Test(arguments: [
        ("2025-01-20", "PHX", "DEN", 0), ("2025-04-05", "PHX", "DEN", 1), ("2025-01-20", "PHX", "LAL", 1),
        ("2025-03-08", "PHX", "LAL", 1), ("2025-03-09", "PHX", "LAL", 0), ("2024-11-02", "PHX", "LAL", 0),
        ("2024-11-03", "PHX", "LAL", 1), ("2025-03-09", "BOS", "POR", 3), ("2025-01-20", "IND", "CHI", 1),
        ("2025-01-20", "TOR", "NYK", 0), ("2025-01-20", "LAL", "DAL", 2),
    ])
    func clocksAreThoseOfTheDay(date: String, from: String, to: String, hours: Int) throws {
        let date = HistoryTests.day(date)
        #expect(try Self.travel(from, [from], to: to, on: date).timeZoneChanges == hours)
        #expect(try Self.travel(from, [to], to: from, on: date).timeZoneChanges == hours)
    }

    @Test func everyWayIsByTheClocksOfItsOwnDay() throws {
        // To Los Angeles the day before its clocks change, back on the day itself.
        let travel = try Self.travel("PHX", ["PHX", "LAL"], to: "PHX", on: HistoryTests.day("2025-03-09"))
        #expect(travel.timeZoneChanges == 0 && travel.timeZonesLast14 == 1)
    }

    @Test(
        arguments: [
            (["BOS", "BOS"], "BOS", 0), (["BOS"], "NYK", 1), (["NYK", "BOS", "MIA", "ORL"], "ATL", 3),
            (["NYK", "MIA"], "BOS", 0), (["NYK", nil, "MIA"], "ATL", 2), ([], "ATL", 1), ([], "BOS", 0),
        ] as [([String?], String, Int)]
    )
    func aRoadTripCountsItsGames(places: [String?], home: String, games: Int) throws {
        #expect(try Self.travel("BOS", places, to: home).consecutiveRoadGames == games)
    }

    @Test func theOtherTeamOfACityIsTheRoad() throws {
        let travel = try Self.travel("LAL", ["LAL"], to: "LAC")
        #expect(travel.consecutiveRoadGames == 1)
        #expect(try #require(travel.miles) > 1)
    }

    @Test func anUnknownPlaceMakesTheSumsUnknown() throws {
        let before = try Self.travel("BOS", [nil, "MIA"], to: "ATL")
        #expect(before.miles != nil && before.timeZoneChanges == 0)
        #expect(before.milesLast14 == nil && before.timeZonesLast14 == nil)
        let last = try Self.travel("BOS", ["MIA", nil], to: "ATL")
        #expect(last.miles == nil && last.milesLast14 == nil && last.timeZonesLast14 == nil)
        #expect(last.consecutiveRoadGames == 1)
        #expect(throws: TeamError.unknown("XYZ")) { try Self.travel("BOS", ["XYZ"], to: "ATL") }
    }

    @Test func theWindowIsEnteredFromTheGameBeforeIt() throws {
        let boston = try Team(tricode: "BOS")
        func travel(_ places: [(Int, String?)]) throws -> TeamTravel {
            try TeamTravel(Self.history(of: boston, at: places), team: boston, home: boston)
        }
        let (miami, losAngeles) = (Arena.home(of: try Team(tricode: "MIA")), Arena.home(of: try Team(tricode: "LAL")))
        let home = Arena.home(of: boston)
        // The game of the fourteenth day before is a place to come from, not a way to sum up.
        let entered = try travel([(20, nil), (15, "BOS"), (14, "LAL"), (13, "MIA")])
        let ways = losAngeles.miles(to: miami) + miami.miles(to: home)
        #expect(abs(try #require(entered.milesLast14) - ways) < 0.001 && entered.timeZonesLast14 == 3)
        let idle = try travel([(16, "MIA"), (14, "LAL")])
        #expect(idle.milesLast14 == idle.miles && idle.timeZonesLast14 == 3)
        #expect(abs(try #require(idle.miles) - losAngeles.miles(to: home)) < 0.001)
    }

    @Test func travelIsTheSumOfItsWaysInBothDirections() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let team = try #require(Team.all.randomElement(using: &random))
            // Seven dates or fewer fit into the window whichever way they are read.
            let route = try (0...Int.random(in: 1...6, using: &random)).map { _ in
                Bool.random(using: &random) ? team : try #require(Team.all.randomElement(using: &random))
            }
            func travel(_ route: [Team], olderGames: [(Int, String?)] = []) throws -> TeamTravel {
                let past = route.dropLast().enumerated().map { index, place in
                    (2 * (route.count - 1 - index), String?.some(place.tricode))
                }
                let here = try #require(route.last)
                return try TeamTravel(Self.history(of: team, at: olderGames + past), team: team, home: here)
            }
            let (there, back) = (try travel(route), try travel(route.reversed()))
            let miles = try #require(there.milesLast14)
            let ways = zip(route, route.dropFirst()).map { Arena.home(of: $0).miles(to: Arena.home(of: $1)) }
            #expect(abs(miles - ways.reduce(0, +)) < 0.001, "seed \(seed)")
            #expect(abs(miles - (try #require(back.milesLast14))) < 0.001, "seed \(seed)")
            #expect(there.timeZonesLast14 == back.timeZonesLast14, "seed \(seed)")
            #expect(abs(try #require(there.miles) - (try #require(ways.last))) < 0.001, "seed \(seed)")
            let road = route.reversed().prefix { $0 != team }.count
            #expect(there.consecutiveRoadGames == road, "seed \(seed)")

            // What lies before the place that the team came from cannot be seen.
            let first = try #require(route.first)
            let origin = [(18, String?.some(first.tricode))]
            let far = try travel(route, olderGames: [(25, nil), (22, "LAL"), (20, "MIA")] + origin)
            #expect(abs(try #require(far.milesLast14) - miles) < 0.001, "seed \(seed)")
            #expect(far.timeZonesLast14 == there.timeZonesLast14, "seed \(seed)")
        }
    }

    @Test(arguments: Team.all)
    func aHomeStandIsNoTravel(team: Team) throws {
        let stand = try Self.travel(team.tricode, Array(repeating: team.tricode, count: 20), to: team.tricode)
        #expect(stand.miles == 0 && stand.milesLast14 == 0)
        #expect(stand.timeZoneChanges == 0 && stand.timeZonesLast14 == 0)
        #expect(stand.consecutiveRoadGames == 0)
    }

    @Test("A game is where its schedule says, in another team's hall or in a town without a team")
    func aTownOfTheScheduleIsTravelledTo() throws {
        let (toronto, orlando) = (try Team(tricode: "TOR"), try Team(tricode: "ORL"))
        let tampa = GameSite(city: "Tampa", isNeutral: nil, home: toronto)
        // 85 miles instead of a thousand.
        let away = TeamHistory(
            [TeamGame(date: Self.day.adding(days: -2), opponent: "ORL", isHome: false)],
            before: Self.day
        )
        let near = try #require(try TeamTravel(away, team: toronto, home: toronto, at: tampa).miles)
        #expect(abs(near - 77) < 10, "\(near)")
        #expect(try #require(try TeamTravel(away, team: toronto, home: toronto).miles) > 1_000)
        // A home stand in Tampa is none from Toronto's arena.
        var game = TeamGame(date: Self.day.adding(days: -1), opponent: "MIA", isHome: true)
        game.site = tampa
        let stand = TeamHistory([game], before: Self.day)
        #expect(try TeamTravel(stand, team: toronto, home: toronto, at: tampa).miles == 0)
        #expect(try #require(try TeamTravel(stand, team: toronto, home: toronto).miles) > 1_000)
        // The bubble was in Orlando, whoever was at home; his own suburb is a team's own arena.
        #expect(GameSite(city: "Orlando", isNeutral: true, home: toronto) == .town(Arena.home(of: orlando).place))
        #expect(GameSite(city: "Orlando", isNeutral: nil, home: orlando) == .homeArena)
        #expect(GameSite(city: "College Park", isNeutral: nil, home: try Team(tricode: "ATL")) == .homeArena)
        #expect(GameSite(city: nil, isNeutral: nil, home: toronto) == .homeArena)
        #expect(GameSite(city: "Nowhere", isNeutral: true, home: toronto) == .unknown)
        #expect(try TeamTravel(away, team: toronto, home: toronto, at: .unknown).miles == nil)
    }
}
