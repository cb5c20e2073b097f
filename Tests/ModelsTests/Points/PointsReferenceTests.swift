import Basketball
import Testing

@testable import Models

@Suite struct PointsReferenceTests {
    @Test func realGamesGiveThePrototypesMeans() throws {
        guard let all = try ReferenceBoxes.dates(["2018-19", "2019-20"]) else { return }
        let firstSeason = Season(startYear: 2018)
        let count = all.count { Season(containing: $0.date) == firstSeason } + 20
        var state = PointsFeatureState()
        var rows: [PointsFeatureRow] = []
        for (index, date) in all.prefix(count).enumerated() {
            if index.isMultiple(of: 12) { rows += try state.features(for: date.requests) }
            try state.absorb(players: date.players, teams: date.teams)
        }
        #expect(referenceMeans.map(\.name) == PointsFeature.all.map(\.name))
        for (index, reference) in referenceMeans.enumerated() {
            let known = rows.map { Double($0.values[index]) }.filter { !$0.isNaN }
            #expect(known.count == reference.known, "\(reference.name)")
            let mean = known.reduce(0, +) / Double(known.count)
            #expect(
                abs(mean - reference.mean) <= 1e-6 * max(abs(reference.mean), 1e-3),
                "\(reference.name): \(mean) and \(reference.mean)"
            )
        }
    }
}
