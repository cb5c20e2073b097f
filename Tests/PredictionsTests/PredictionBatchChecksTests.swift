import Pipeline
import Postgres
import Serving
import Testing

@testable import Predictions

/// Each rule with a slate that must trip it and one at its limit that must not.
@Suite struct PredictionBatchChecksTests {
    private static let sound = PredictionBatchChecks(
        games: 5,
        expected: 100,
        covered: 100,
        unexplained: 0,
        predicted: 100,
        meanPoints: 11,
        lowestPoints: 1,
        highestPoints: 33,
        lined: 60,
        meanMargin: 0.1,
        overs: 20,
        unders: 20,
        offers: 300
    )

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var change: @Sendable (inout PredictionBatchChecks) -> Void
        var rules: [PredictionBatchChecks.Rule]
        var testDescription: String { name }

        init(
            _ name: String,
            _ rules: PredictionBatchChecks.Rule...,
            change: @escaping @Sendable (inout PredictionBatchChecks) -> Void
        ) {
            self.name = name
            self.rules = rules
            self.change = change
        }
    }

    static let cases: [Case] = [
        Case("a sound slate") { _ in },
        Case("mean 4.9", .meanPoints) { $0.meanPoints = 4.9 },
        Case("mean 5") { $0.meanPoints = 5 },
        Case("mean 50") { $0.meanPoints = 50 },
        Case("mean 50.1", .meanPoints) { $0.meanPoints = 50.1 },
        Case("mean is no number", .meanPoints) { $0.meanPoints = .nan },
        Case("negative points", .range) { $0.lowestPoints = -0.1 },
        Case("no points") { $0.lowestPoints = 0 },
        Case("a hundred points") { $0.highestPoints = 100 },
        Case("more than a hundred points", .range) { $0.highestPoints = 100.1 },
        Case("ten equal", .allEqual) { ($0.predicted, $0.lowestPoints, $0.highestPoints) = (10, 11, 11) },
        Case("nine equal") { ($0.predicted, $0.lowestPoints, $0.highestPoints) = (9, 11, 11) },
        Case("coverage 95 %") { $0.covered = 95 },
        Case("coverage 94 %", .coverage) { $0.covered = 94 },
        Case("5 % unexplained") { ($0.covered, $0.unexplained) = (95, 5) },
        Case("6 % unexplained", .coverage, .unexplained) { ($0.covered, $0.unexplained) = (94, 6) },
        Case("nobody expected") { ($0.expected, $0.covered) = (0, 0) },
        Case("margin 2") { $0.meanMargin = 2 },
        Case("margin -2.1", .lineMargin) { $0.meanMargin = -2.1 },
        Case("margin 2.1", .lineMargin) { $0.meanMargin = 2.1 },
        Case("margin 9 over nine lines") { ($0.lined, $0.meanMargin) = (9, 9) },
        Case("three of twenty under") { ($0.overs, $0.unders) = (17, 3) },
        Case("two of twenty under", .oneSided) { ($0.overs, $0.unders) = (18, 2) },
        Case("two of twenty over", .oneSided) { ($0.overs, $0.unders) = (2, 18) },
        Case("nine over") { ($0.overs, $0.unders) = (9, 0) },
        Case("no lines although there are offers", .noLines) { ($0.lined, $0.meanMargin) = (0, nil) },
        Case("no lines and no offers") { ($0.lined, $0.meanMargin, $0.offers) = (0, nil, 0) },
        Case("nothing predicted", .noPredictions, .coverage) {
            ($0.covered, $0.predicted, $0.lined) = (0, 0, 0)
            ($0.meanPoints, $0.lowestPoints, $0.highestPoints, $0.meanMargin) = (nil, nil, nil, nil)
        },
        Case("no games") { ($0.games, $0.predicted, $0.covered) = (0, 0, 0) },
    ]

    @Test(arguments: cases) func eachRuleFiresBeyondItsLimitAndNotAtIt(_ example: Case) {
        var checks = Self.sound
        example.change(&checks)
        #expect(checks.breaches.map(\.rule) == example.rules)
    }

    @Test func theTableTripsEveryRule() {
        #expect(Set(Self.cases.flatMap(\.rules)) == Set(PredictionBatchChecks.Rule.allCases))
    }

    @Test func zeroPredictionsAreCriticalAndLinesAndSidesOnlyWarn() {
        var checks = Self.sound
        checks.predicted = 0
        #expect(checks.breaches.first?.level == .critical)
        checks = Self.sound
        (checks.overs, checks.unders) = (40, 0)
        #expect(checks.breaches.map(\.level) == [.warning])
    }

    @Test func onlyWorseNumbersCountAsSeenAgain() {
        var before = Self.sound
        before.meanMargin = 3
        var now = before
        #expect(!now.isWorse(than: before.json))
        now.meanMargin = -2.5
        #expect(!now.isWorse(than: before.json))
        now.meanMargin = 3.1
        #expect(now.isWorse(than: before.json))
        now = before
        now.covered = 90
        #expect(now.isWorse(than: before.json))
        #expect(!Self.sound.isWorse(than: before.json))
    }
}

@Suite("Checks of a batch on a real PostgreSQL")
struct PredictionBatchChecksRunTests {
    private let day = SlateFixture.date
    private let names = ["prediction_coordinator", "tonight_document"]

    private func openAlerts(_ harness: PhaseHarness) async throws -> [(level: String, title: String, seen: Int32)] {
        let rows = try await harness.pool.query(
            """
            SELECT level, title, occurrences FROM nba_orchestration.alert
            WHERE signature = \(PredictionBatchChecks.signature(day)) AND resolved_at IS NULL
            """
        )
        return try rows.map { (try $0.decode("level"), try $0.decode("title"), try $0.decode("occurrences")) }
    }

    @Test func aSlateFarFromItsLinesIsToldOnceAndResolvedByABatchThatPasses() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let definition = PredictionsService.definition(harness.context)
            let mean = { () async throws -> Double in
                try await harness.scalar("SELECT avg(predicted_points) FROM nba_predictions.shown_prediction")
            }
            let first = try await harness.open(day, from: .predictions, marking: names)
            await harness.work(first, definition)
            let level = (try await mean() * 2).rounded() / 2
            try await slate.writeFeatures(harness.pool, line: level + 8, version: "b")
            let far = try await harness.open(day, from: .predictions, kind: .full, marking: names)
            await harness.work(far, definition)
            let told = try await openAlerts(harness)
            #expect(told.count == 1)
            #expect(told.first?.title.contains("points beside their lines in the mean") == true)
            // It holds up nothing, and what is no worse is not told again.
            #expect(try await harness.phaseState(far, .publishing) == "open")
            let same = try await harness.open(day, from: .predictions, kind: .full, marking: names)
            await harness.work(same, definition)
            #expect(try await openAlerts(harness).map(\.seen) == [1])
            try await slate.writeFeatures(harness.pool, line: level + 11, version: "c")
            let worse = try await harness.open(day, from: .predictions, kind: .full, marking: names)
            await harness.work(worse, definition)
            #expect(try await openAlerts(harness).map(\.seen) == [2])

            // Lines on both sides of the predictions: nothing is left to tell.
            let (over, under) = (
                Set(slate.players.filter { $0.index % 2 == 0 }.map(\.lookup)),
                Set(slate.players.filter { $0.index % 2 == 1 }.map(\.lookup))
            )
            try await slate.writeFeatures(harness.pool, only: over, line: level - 4, version: "d")
            try await slate.writeFeatures(harness.pool, only: under, line: level + 4, version: "d")
            let sound = try await harness.open(day, from: .predictions, kind: .full, marking: names)
            await harness.work(sound, definition)
            let left = try await openAlerts(harness)
            #expect(left.isEmpty, "\(left)")
        }
    }

    @Test func aSlateOfWhomNobodyIsPredictedIsCritical() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            try await harness.pool.execute(
                "UPDATE nba_analytics.upcoming_player_game_context SET nba_player_id = NULL"
            )
            let run = try await harness.open(day, from: .predictions, marking: names)
            await harness.work(run, PredictionsService.definition(harness.context))
            let told = try await openAlerts(harness)
            #expect(told.map(\.level) == ["critical"])
            #expect(told.first?.title.contains("no prediction for 2 games") == true)
            #expect(try await harness.phaseState(run, .predictions) == "complete")
            // Each of them has a reason on record.
            let gaps = try await harness.pool.transaction { try await SlateGaps.of(day, in: $0) }
            #expect(gaps.expected == 52 && gaps.predicted == 0)
            #expect(gaps.missing.allSatisfy { $0.reason == .skipped("unknown_player") })
        }
    }
}
