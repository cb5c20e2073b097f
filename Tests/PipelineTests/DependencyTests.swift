import Foundation
import Testing

@testable import Pipeline

/// Two games: BOS–LAL is final, DEN–MIA is to be played; all four have played before but MIA.
private func twoGames(_ change: (inout DateFacts) -> Void = { _ in }) -> DateFacts {
    var facts = DateFacts(
        games: [.init(home: "BOS", away: "LAL", isFinal: true), .init(home: "DEN", away: "MIA")],
        hasSeason: true,
        pastGames: ["BOS": 2, "LAL": 1, "DEN": 1],
        players: ["BOS": 8, "LAL": 8, "DEN": 8],
        seasonedPlayers: ["BOS": 7, "LAL": 8, "DEN": 8]
    )
    change(&facts)
    return facts
}

private let registry = Registry([
    .init("box", .raw, output: "nba_raw.box"), .init("book", .raw, output: "nba_raw.book"),
    .init("summary", .analytics, output: "nba_analytics.summary"),
])

@Suite struct DependencyTests {
    @Test(
        "The schedule says how many rows there must be, and of whom",
        arguments: [
            (.season, "team", ["*": 1]), (.report, nil, ["*": 1]), (.games(.final), "team", ["BOS": 1]),
            (.games(.open), "team", ["BOS": 1, "DEN": 1]), (.teams(.final), "team", ["BOS": 1, "LAL": 1]),
            (.teams(.open), nil, ["*": 4]), (.seasonedTeams, "team", ["BOS": 1, "LAL": 1, "DEN": 1]),
            (.history, "team", ["BOS": 2, "LAL": 1, "DEN": 1]), (.players(withHistory: false), nil, ["*": 24]),
            (.players(withHistory: true), "team", ["BOS": 7, "LAL": 8, "DEN": 8]),
        ] as [(ExpectedRows.Measure, String?, [String: Int])]
    )
    func theScheduleSaysWhatIsExpected(_ measure: ExpectedRows.Measure, _ column: String?, _ rows: [String: Int]) {
        let expected = ExpectedRows(measure, by: column)
        // Of the season it is not a team that is expected.
        #expect(twoGames().expected(expected) == (column == nil || measure != .season ? rows : ["*": 1]))
        let postponed = twoGames { $0.games[1].isPostponed = true }
        #expect(postponed.expected(ExpectedRows(.teams(.open))) == ["BOS": 1, "LAL": 1])
        #expect(DateFacts().expected(ExpectedRows(.report)).isEmpty)
    }

    // Rows, hours since the source was last read well, whether ages are judged.
    @Test(
        arguments: [
            (0, 1.0, true, .missing), (1, 1.0, true, .thin), (2, 8.0, true, .fresh), (2, 8.01, true, .late),
            (2, 24.01, true, .stale), (1, 9.0, true, .late), (2, 500.0, false, .fresh), (0, 500.0, false, .missing),
            (2, nil, true, .fresh), (30, 1.0, true, .fresh),
        ] as [(Int, Double?, Bool, DependencyVerdict.Verdict)]
    )
    func aDependencyIsJudgedByItsRowsAndItsAge(
        _ rows: Int,
        _ hours: Double?,
        _ agesMatter: Bool,
        _ verdict: DependencyVerdict.Verdict
    ) {
        let facts = twoGames {
            $0.found["nba_raw.box"] = .init(rows: rows == 0 ? [:] : rows == 1 ? ["LAL": 9] : ["BOS": rows, "LAL": 1])
            $0.writers["box"] = .init(age: hours.map { .seconds($0 * 3600) })
        }
        let found = DependencyVerdict(
            "nba_raw.box",
            Dependency("box", .init(.teams(.final)), late: 8, stale: 24),
            facts,
            registry,
            agesMatter: agesMatter
        )
        #expect(found.verdict == verdict)
        // One team's surplus is no other team's row.
        #expect(found.completenessPercent == [0, 50, 100][min(rows, 2)])
    }

    @Test func aDerivedTableIsAsOldAsTheOldestChangeThatItHasNotCarriedOut() {
        let dependency = Dependency("summary", isCritical: true, .init(.teams(.final)), late: 2, stale: 6)
        func verdict(_ waiting: Double?) -> DependencyVerdict {
            let facts = twoGames {
                $0.found["nba_analytics.summary"] = .init(rows: ["BOS": 1, "LAL": 1])
                $0.writers["summary"] = .init(age: .seconds(90 * 3600))
                $0.waiting["summary"] = waiting.map { .seconds($0 * 3600) }
            }
            return DependencyVerdict("nba_analytics.summary", dependency, facts, registry, agesMatter: true)
        }
        #expect(verdict(nil).verdict == .fresh)
        #expect(verdict(1).verdict == .fresh)
        #expect(verdict(3).verdict == .late)
        #expect(verdict(7).verdict == .stale)
    }

    private struct Case {
        var name: String
        var isCritical = true
        /// Of `box`; by team of the final game.
        var box: [String: Int] = ["BOS": 5, "LAL": 5]
        var boxHours = 1.0
        /// Of its stand-in; nil where there is no chain.
        var book: [String: Int]?
        var isComing = false
        var isAsked = true
        /// nil: ends well; else the error's kind and type.
        var refusal: (TaskError.Kind, String)?
        var isDegraded = false
        var isGameless = false
    }

    @Test func whatIsMissingForbidsOrDegrades() {
        let cases: [Case] = [
            Case(name: "whole"),
            Case(name: "critical, nothing", box: [:], refusal: (.permanent, "critical_dependency_missing")),
            Case(
                name: "critical, nothing yet",
                box: [:],
                isComing: true,
                refusal: (.transient, "critical_dependency_missing")
            ),
            Case(name: "critical, one of two teams", box: ["BOS": 9], isDegraded: true),
            Case(name: "critical, a player short", box: ["BOS": 5, "LAL": 4], isDegraded: true),
            Case(name: "critical, old", boxHours: 80, refusal: (.permanent, "critical_dependency_stale")),
            Case(name: "critical, late", boxHours: 30, isDegraded: true),
            Case(name: "optional, nothing", isCritical: false, box: [:], isDegraded: true),
            Case(name: "optional, never asked", isCritical: false, box: [:], isAsked: false),
            Case(name: "optional, old", isCritical: false, boxHours: 80, isDegraded: true),
            Case(name: "optional, late", isCritical: false, boxHours: 30, isDegraded: true),
            Case(name: "optional, a player short", isCritical: false, box: ["BOS": 5, "LAL": 4]),
            Case(name: "the stand-in has it", box: [:], book: ["BOS": 5, "LAL": 5]),
            Case(name: "each has one game's team", box: ["BOS": 5], book: ["LAL": 5]),
            Case(name: "the stand-in is young", boxHours: 80, book: ["BOS": 5, "LAL": 5]),
            Case(name: "old, on a date that asks for nothing", boxHours: 80, isGameless: true),
            Case(name: "neither has a team", box: ["BOS": 5], book: ["BOS": 5], isDegraded: true),
            Case(
                name: "neither has anything",
                box: [:],
                book: [:],
                refusal: (.permanent, "critical_dependency_missing")
            ),
        ]
        for test in cases {
            let facts = twoGames {
                $0.found["nba_raw.box"] = .init(rows: test.box)
                $0.found["nba_raw.book"] = .init(rows: test.book ?? [:])
                if test.isGameless { $0.games = [] }
                guard test.isAsked else { return }
                $0.writers["box"] = .init(age: .seconds(test.boxHours * 3600), isComing: test.isComing)
                $0.writers["book"] = .init(age: .seconds(60))
            }
            let expected = ExpectedRows(.teams(.final), rows: 5)
            let chain = test.book == nil ? nil : "lines"
            let inputs = ["box", "book"].prefix(test.book == nil ? 1 : 2).map {
                Input(
                    "nba_raw.\($0)",
                    [],
                    dependency: Dependency($0, isCritical: test.isCritical, chain: chain, expected)
                )
            }
            let judgement = DependencyJudgement(
                .init("reader", .analytics, inputs: inputs),
                facts,
                registry,
                agesMatter: true
            )
            #expect(judgement.refusal?.kind == test.refusal?.0, "\(test.name)")
            #expect(judgement.refusal?.type == test.refusal?.1, "\(test.name)")
            #expect(judgement.degradedReasons.isEmpty != test.isDegraded, "\(test.name): \(judgement.degradedReasons)")
            #expect(judgement.verdicts.count == inputs.count)
        }
    }

    // One payload holds the season; under which date it was read last says nothing.
    @Test(arguments: [(true, .fresh), (false, .missing)] as [(Bool, DependencyVerdict.Verdict)])
    func theScheduleHasNoAge(_ isThere: Bool, _ verdict: DependencyVerdict.Verdict) {
        let facts = twoGames {
            $0.hasSeason = isThere
            $0.writers["box"] = .init(age: .seconds(500 * 3600))
        }
        let dependency = Dependency("box", isCritical: true, .init(.season, by: nil))
        let found = DependencyVerdict("nba_raw.box", dependency, facts, registry, agesMatter: true)
        #expect(found.verdict == verdict && found.age == nil)
    }

    @Test func tooFewRowsArePartialNoneAreAFailureAndNeitherIsASuccess() throws {
        let facts = twoGames()
        for processor in Registry.standard.processors where [.analytics, .precompute].contains(processor.phase) {
            let minimum = try #require(processor.minimumRows, "\(processor.name) declares no minimum")
            #expect((0.5...1).contains(minimum.share), "\(processor.name)")
            let whole = facts.expected(minimum.expected)
            #expect(!whole.isEmpty, "\(processor.name)")
            let outcome = Outcome(.success, scope: nil, inScope: 1, processed: 1)
            #expect(try minimum.judge(outcome, whole, facts).get().status == .success, "\(processor.name)")
            // Just below the share, wherever the rows lack.
            let total = whole.values.reduce(0, +)
            var left = Int((minimum.share * Double(total)).rounded(.up)) - 1
            let short = whole.mapValues { rows in
                let kept = min(rows, left)
                left -= kept
                return kept
            }
            let judged = try minimum.judge(outcome, short, facts).get()
            #expect(judged.status == .partial, "\(processor.name)")
            #expect(judged.entitiesInScope == total && judged.entitiesProcessed < total, "\(processor.name)")
            #expect(judged.degradedReasons.count == 1, "\(processor.name)")
            #expect(throws: TaskError.self, "\(processor.name)") { try minimum.judge(outcome, [:], facts).get() }
            // Of a day that asks for nothing nothing is missing.
            var empty = outcome
            empty.status = .noData
            #expect(try minimum.judge(empty, [:], DateFacts()).get().status == .noData, "\(processor.name)")
        }
    }
}
