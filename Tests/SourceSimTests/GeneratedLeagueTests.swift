import Basketball
import Testing

@testable import SourceSim

@Suite struct GeneratedLeagueTests {
    private static let season = Season(startYear: 2023)
    private static let seed: UInt64 = 20_240_115

    @Test func everyTeamPlays82GamesHalfOfThemAtHome() throws {
        let fixtures = try GeneratedSchedule.fixtures(of: Self.season, seed: Self.seed)
        #expect(fixtures.count == 1_230)
        for team in Team.all {
            #expect(fixtures.count { $0.home == team } == 41, "\(team), seed \(Self.seed)")
            #expect(fixtures.count { $0.away == team } == 41, "\(team), seed \(Self.seed)")
            let days = fixtures.filter { $0.home == team || $0.away == team }.map(\.date)
            #expect(Set(days).count == 82, "\(team) twice on a day, seed \(Self.seed)")
        }
        let last = try #require(fixtures.last?.date)
        #expect(last < (try GameDate("2024-05-01")))
        #expect(fixtures.first?.date == Self.season.openingDay)
    }

    @Test func sumsAgreeFromPlayerToSchedule() throws {
        let league = GeneratedLeague(seed: Self.seed, seasons: 1, last: Self.season)
        let games = try league.games(of: Self.season)
        let rows = try league.playerRows(of: Self.season, games: games)
        #expect(games.count == 1_230)
        var people: Set<Int32> = []
        for game in games {
            let totals = try #require(game.totals)
            let score = try #require(game.recordedScore)
            for (isHome, total, points) in [(true, totals.home, score.home), (false, totals.away, score.away)] {
                let own = (rows[game.id] ?? []).filter { $0.isHome == isHome }
                people.formUnion(own.map(\.playerID))
                var sum = own.reduce(into: StatLine()) { $0.add($1.line) }
                sum.plusMinusTenths = total.plusMinusTenths
                let margins = own.reduce(0) { $0 + Int($1.line.plusMinusTenths) }
                let holds =
                    sum == total && Int(total.points) == points && total.points == total.pointsFromShots
                    && Int(total.minutes) == 240 + 25 * game.overtimes && margins == 5 * Int(total.plusMinusTenths)
                    && own.allSatisfy {
                        $0.line.points == $0.line.pointsFromShots && $0.line.minutes > 0
                            && $0.line.fieldGoalsMade <= $0.line.fieldGoalsAttempted
                            && $0.line.threesMade <= $0.line.threesAttempted
                            && $0.line.threesAttempted <= $0.line.fieldGoalsAttempted
                            && $0.line.freeThrowsMade <= $0.line.freeThrowsAttempted && $0.line.fouls <= 6
                    }
                if !holds { Issue.record("\(game.id), home \(isHome), seed \(Self.seed)") }
            }
            if score.home == score.away { Issue.record("\(game.id) ends in a tie, seed \(Self.seed)") }
        }
        #expect(people.count >= 450, "seed \(Self.seed)")
        let mean = try #require(
            SampleStatistics.mean(games.compactMap { $0.recordedScore.map { Double($0.home + $0.away) } })
        )
        #expect((205...245).contains(mean), "total of \(mean), seed \(Self.seed)")
        #expect(games.contains { $0.overtimes > 0 })
    }

    @Test func aSeedDecidesEverything() async throws {
        let target = "/stats/leaguegamelog?PlayerOrTeam=P&DateFrom=12/01/2023&DateTo=12/03/2023&\(oneDay)"
        func body(_ seed: UInt64, first: String? = nil) async -> [UInt8] {
            let simulator = Simulator(source: GeneratedLeague(seed: seed, seasons: 2, last: Self.season), asOf: nil)
            if let first { _ = await simulator.reply(to: SimRequest(method: "GET", target: first)) }
            return await simulator.reply(to: SimRequest(method: "GET", target: target)).body
        }
        let plain = await body(7)
        // Whatever was asked before, in whichever order seasons were loaded.
        let later = await body(7, first: "/stats/scheduleleaguev2int?Season=2022-23")
        let other = await body(8)
        #expect(plain == later)
        #expect(plain != other)
    }

    @Test func namesStayDistinctAfterNormalising() {
        let roster = GeneratedRoster(seed: Self.seed)
        #expect(roster.players.count == 480)
        #expect(Set(roster.players.map { PlayerLookup.normalize($0.name) }).count == 480)
        #expect(roster.players.contains { $0.name.unicodeScalars.contains { !$0.isASCII } })
    }

    @Test func squadsStayCompleteThroughTrades() {
        let roster = GeneratedRoster(seed: Self.seed)
        let (before, after) = (roster.squads(of: Season(startYear: 2022)), roster.squads(of: Self.season))
        #expect(after.values.allSatisfy { $0.count == GeneratedRoster.squadSize })
        #expect(Set(after.values.joined().map(\.id)).count == 480)
        #expect(Team.all.contains { team in before[team]?.map(\.id) != after[team]?.map(\.id) })
    }
}
