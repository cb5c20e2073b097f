import Basketball
import Foundation
import Testing

@testable import Models

@Suite struct ScoringRecordTests {
    private let season = Season(startYear: 2022)

    @Test func figuresAreThoseOfTheirDefinitions() {
        let points = (0..<30).map { ($0 * 7) % 23 }
        var record = ScoringRecord()
        for (index, value) in points.enumerated() {
            record.add(points: value, minutes: Double(index), season: index < 18 ? season : Season(startYear: 2023))
        }
        func mean(_ values: ArraySlice<Int>) -> Double { Double(values.reduce(0, +)) / Double(values.count) }
        #expect(abs(record.last10 - mean(points.suffix(10))) < 1e-12)
        #expect(abs(record.last5 - mean(points.suffix(5))) < 1e-12)
        #expect(abs(record.seasonAverage - mean(points[18...])) < 1e-12)
        #expect(record.minutesLast10 == 24.5)
        let weights = points.indices.map { pow(0.5, Double(points.count - 1 - $0) / 6) }
        let weighted = zip(points, weights).reduce(0) { $0 + Double($1.0) * $1.1 } / weights.reduce(0, +)
        #expect(abs(record.exponentiallyWeighted - weighted) < 1e-12)
    }

    @Test func aPlayerWhoNeverAppearedHasTheSameForAll() {
        let record = ScoringRecord()
        let figures = [record.last5, record.last10, record.seasonAverage, record.exponentiallyWeighted]
        #expect(figures.allSatisfy { $0 == ScoringRecord.unknownPlayerPoints })
        #expect(record.minutesLast10 == nil)
    }

    @Test func theSeasonBeforeStandsInUntilTheFirstGame() {
        var record = ScoringRecord()
        record.add(points: 10, minutes: 20, season: season)
        record.add(points: 20, minutes: 20, season: season)
        #expect(record.seasonAverage == 15)
        record.add(points: 2, minutes: 20, season: Season(startYear: 2024))
        #expect(record.seasonAverage == 2)
    }
}

@Suite struct ScoreTests {
    @Test func errorsAreOfTheMedianAndOfTheMean() {
        var score = AccuracyScore()
        #expect(score.meanAbsoluteError == nil && score.rootMeanSquaredError == nil && score.bias == nil)
        score.add(mean: 12, median: 11, actual: 8)
        score.add(mean: 5, median: 4, actual: 6)
        #expect(score.count == 2)
        #expect(score.meanAbsoluteError == 2.5)
        #expect(score.rootMeanSquaredError == (17.0 / 2).squareRoot())
        #expect(score.bias == 1.5)
    }

    @Test func calibrationIsTheBinsDifferenceByCount() {
        var score = CalibrationScore()
        #expect(score.expectedCalibrationError == nil)
        // Three of four where 0.75 was said: no error. One of two where 0.9 was said: 0.4 off.
        for hit in [true, true, true, false] { score.add(0.75, hit) }
        for hit in [true, false] { score.add(0.9, hit) }
        #expect(score.count == 6)
        #expect(abs((score.expectedCalibrationError ?? 1) - 0.4 * 2 / 6) < 1e-12)
        let brier = (3 * 0.0625 + 0.5625 + 0.01 + 0.81) / 6
        #expect(abs((score.brierScore ?? 1) - brier) < 1e-12)
        score.add(1, true)
        #expect(score.bins[9].count == 3)
    }
}
