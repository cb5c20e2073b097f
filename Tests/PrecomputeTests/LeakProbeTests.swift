import Basketball
import Foundation
import Postgres
import Testing
import Warehouse

@testable import Pipeline

/// Replacing what happened on a date by random numbers changes nothing that is said about the date beforehand.
@Suite struct LeakProbeTests {
    /// What a date's games write, and what is known before them.
    private static let results = Array(Workbench.chain.prefix(3))
    private static let forecasts = Array(Workbench.chain.dropFirst(3))

    /// Computes everything that is said about a date, then changes what happened on it and computes it again in full.
    /// Returns how many rows of results changed: none would mean that the probe did not reach its date.
    private func probe(
        _ bench: Workbench,
        _ date: GameDate,
        _ seed: String,
        replace: () async throws -> Void
    ) async throws -> Int {
        var rows = 0
        for name in Self.forecasts { rows += try await bench.run(name, date, full: true).outcome.recordCount }
        #expect(rows > 0, "\(date)")
        try await replace()
        var changed = 0
        for name in Self.results { changed += try await bench.run(name, date, full: true).changed }
        for name in Self.forecasts {
            let result = try await bench.run(name, date, full: true)
            #expect(
                result.changed == 0,
                "\(seed): \(name) of \(date) knows the date's games: \(result.plans.flatMap(\.changes).prefix(3))"
            )
        }
        return changed
    }

    /// The games of one division among themselves, some 38 dates in each of six seasons: real lines, and a slate that is
    /// quick to compute. `TIPOFF_TEST_SEED=n` repeats a probe.
    @Test func randomBoxScoresOf200DatesChangeNoContextAndNoFeatureOfTheirDate() async throws {
        let given = ProcessInfo.processInfo.environment["TIPOFF_TEST_SEED"]
        let seed =
            try given.map { try #require(UInt64($0), "TIPOFF_TEST_SEED is \($0), which is no number") }
            ?? UInt64.random(in: 0..<1_000_000)
        let printed = "leak probe seed \(seed) (TIPOFF_TEST_SEED repeats it)"
        print(printed)
        var random = SeededRandom(seed: seed)
        let teams = Set(Team.all.filter { $0.division == "Atlantic" }.map(\.tricode))
        let end = try GameDate("2024-06-30")
        var seasons: [RealSeason] = []
        for year in 2018...2023 {
            let label = Season(startYear: year).label
            guard let season = try RealSeason.load(label, until: end, teams: teams) else { return }
            seasons.append(season)
        }
        // The first date of a season has nothing before it and says nothing.
        let chosen = Set(seasons.flatMap { $0.dates.dropFirst() }.shuffled(using: &random).prefix(200))
        #expect(chosen.count == 200)
        let work = seasons.map { ($0, random.next()) }
        // Two at a time: one computes while the database works for the other.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for half in 0..<2 {
                group.addTask {
                    for (season, seed) in work.enumerated().filter({ $0.offset % 2 == half }).map(\.element) {
                        try await probe(season, chosen, printed, SeededRandom(seed: seed))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func probe(
        _ season: RealSeason,
        _ chosen: Set<GameDate>,
        _ printed: String,
        _ random: SeededRandom
    ) async throws {
        var season = season
        var generator = random
        try await Workbench.with("leaks") { bench in
            try await season.store(in: bench)
            for date in season.dates {
                for name in Self.results { try await bench.run(name, date, full: true) }
            }
            try await bench.pool.execute("ANALYZE")
            // From the last date on backwards: what was replaced lies after everything that is computed next.
            for date in season.dates.reversed() where chosen.contains(date) {
                let changed = try await probe(bench, date, printed) {
                    try await season.replaceBoxes(of: date, in: bench, using: &generator)
                }
                #expect(changed > 10, "\(printed): \(date)")
            }
            // The same numbers are seen on a later date.
            let (before, after) = (season.dates[0], season.dates[2])
            for name in Self.forecasts { try await bench.run(name, after, full: true) }
            try await season.replaceBoxes(of: before, in: bench, using: &generator)
            for name in Self.results { try await bench.run(name, before, full: true) }
            var seen = 0
            for name in Self.forecasts { seen += try await bench.run(name, after, full: true).changed }
            #expect(seen > 0, "\(printed): \(before) and \(after)")
        }
    }

    @Test func randomBoxesGamebooksPlaysAndScoresChangeNoContextAndNoFeatureOfTheirDate() async throws {
        let seed: UInt64 = 31
        try await Workbench.with("generatedleaks") { bench in
            var league = SmallLeague(seed: seed, days: 8)
            try await league.store(in: bench)
            for date in league.dates {
                for name in Self.results { try await bench.run(name, date, full: true) }
            }
            for date in league.dates.dropFirst().reversed() {
                let changed = try await probe(bench, date, "seed \(seed)") {
                    league.replaceResults(of: date)
                    try await league.store(in: bench, dates: [date])
                }
                #expect(changed > 10, "\(date)")
            }
        }
    }
}

extension RealSeason {
    /// Random numbers in place of a date's box scores.
    mutating func replaceBoxes(
        of date: GameDate,
        in bench: Workbench,
        using random: inout SeededRandom
    ) async throws {
        for index in players.indices where players[index].gameDate == date { players[index].randomize(using: &random) }
        for index in boxes.indices where boxes[index].gameDate == date { boxes[index].randomize(using: &random) }
        try await bench.store(players.filter { $0.gameDate == date }, scope: .date(date), on: date)
        try await bench.store(boxes.filter { $0.gameDate == date }, scope: .date(date), on: date)
    }
}

extension SmallLeague {
    /// Random numbers in place of everything that is known after a date's games.
    mutating func replaceResults(of date: GameDate) {
        for index in players.indices where players[index].gameDate == date { players[index].randomize(using: &random) }
        for index in boxes.indices where boxes[index].gameDate == date { boxes[index].randomize(using: &random) }
        for index in gamebooks.indices where gamebooks[index].game.gameDate == date {
            gamebooks[index].game.randomize(using: &random)
            gamebooks[index].status = ["active", "dnp", "inactive"].randomElement(using: &random) ?? "dnp"
            gamebooks[index].isStarter = Bool.random(using: &random)
        }
        for index in shots.indices where shots[index].date == date {
            shots[index].feet = Double(Int.random(in: 0...30, using: &random))
            shots[index].isMade = Bool.random(using: &random)
            shots[index].type = ["2PT", "3PT", "FT"].randomElement(using: &random) ?? "2PT"
            shots[index].shooter = rosters.keys.sorted().randomElement(using: &random) ?? ""
        }
        for index in schedule.indices where schedule[index].gameDate == date {
            schedule[index].homeTeamScore = Int.random(in: 60...160, using: &random)
            schedule[index].awayTeamScore = Int.random(in: 60...160, using: &random)
        }
    }
}

/// The counts of a box score, of a player or of a team.
private protocol BoxCounts {
    var points: Int? { get set }
    var fieldGoalsMade: Int? { get set }
    var fieldGoalsAttempted: Int? { get set }
    var threePointersMade: Int? { get set }
    var threePointersAttempted: Int? { get set }
    var freeThrowsMade: Int? { get set }
    var freeThrowsAttempted: Int? { get set }
    var offensiveRebounds: Int? { get set }
    var defensiveRebounds: Int? { get set }
    var totalRebounds: Int? { get set }
    var assists: Int? { get set }
    var steals: Int? { get set }
    var blocks: Int? { get set }
    var turnovers: Int? { get set }
    var personalFouls: Int? { get set }
    var plusMinus: Int? { get set }
}

extension BoxCounts {
    /// Random counts that a box score could hold.
    fileprivate mutating func randomizeCounts(upTo most: Int, using random: inout SeededRandom) {
        func upTo(_ most: Int) -> Int { Int.random(in: 0...most, using: &random) }
        let (twos, threes, free) = (upTo(most), upTo(most), upTo(most))
        points = 2 * twos + 3 * threes + free
        (fieldGoalsMade, threePointersMade, freeThrowsMade) = (twos + threes, threes, free)
        threePointersAttempted = threes + upTo(most)
        fieldGoalsAttempted = twos + upTo(most) + (threePointersAttempted ?? 0)
        freeThrowsAttempted = free + upTo(most)
        let (offensive, defensive) = (upTo(most), upTo(most))
        (offensiveRebounds, defensiveRebounds, totalRebounds) = (offensive, defensive, offensive + defensive)
        (assists, steals, blocks) = (upTo(most), upTo(most), upTo(most))
        (turnovers, personalFouls, plusMinus) = (upTo(most), upTo(6), upTo(2 * most) - most)
    }
}

extension NbacPlayerBoxscore: BoxCounts {
    fileprivate mutating func randomize(using random: inout SeededRandom) {
        minutes = Double(Int.random(in: 0...53, using: &random))
        winLoss = Bool.random(using: &random) ? "W" : "L"
        randomizeCounts(upTo: 12, using: &random)
    }
}

extension NbacTeamBoxscore: BoxCounts {
    fileprivate mutating func randomize(using random: inout SeededRandom) {
        minutes = Double(240 + 25 * Int.random(in: 0...4, using: &random))
        randomizeCounts(upTo: 60, using: &random)
    }
}
