import Foundation
import Testing

@testable import Models

@Suite struct DecayedSumsTests {
    @Test(arguments: [0, 1, 2, 5, 40])
    func aMeanIsThatOfTheClosedForm(games: Int) {
        var random = SeededGenerator(seed: games)
        var sums = DecayedSums<TeamSpan, TeamSeries>()
        var points: [Double] = []
        for _ in 0..<games {
            points.append(Double.random(in: 0..<50, using: &random))
            sums.add(TeamSeries.allCases.map { $0 == .points ? points[points.count - 1] : 1 })
        }
        for span in TeamSpan.allCases {
            let weights = (0..<games).map { pow(0.5, Double(games - 1 - $0) / span.games) }
            let weighted = zip(points, weights).map(*).reduce(0, +)
            let weight = weights.reduce(0, +)
            #expect(abs(sums[.points, span] - weighted) < 1e-9)
            #expect(abs(sums.weight(span) - weight) < 1e-9)
            let mean = (weighted + 3 * 7) / (weight + 3)
            #expect(abs(sums.mean(.points, span, prior: 7, games: 3) - mean) < 1e-9)
        }
    }

    @Test func afterAHalfLifeAGameCountsHalf() {
        var sums = DecayedSums<TeamSpan, TeamSeries>()
        for game in 0...8 { sums.add(TeamSeries.allCases.map { _ in game == 0 ? 10 : 0 }) }
        #expect(abs(sums[.possessions, .h8] - 5) < 1e-12)
    }

    @Test func fadingKeepsTheMeanAndLessensItsWeight() {
        var sums = PlayerSums()
        for game in 1...6 { sums.add(PlayerSeries.allCases.map { _ in Double(game) }) }
        let faded = {
            var copy = sums
            copy.fade(to: 0.6)
            return copy
        }()
        for span in PlayerSpan.allCases {
            #expect(abs(faded.weight(span) - 0.6 * sums.weight(span)) < 1e-12)
            let means = [sums, faded].map { $0.mean(.points, span, prior: 0, games: 0) }
            #expect(abs(means[0] - means[1]) < 1e-12)
            // Towards the prior the faded one goes further.
            #expect(faded.mean(.points, span, prior: 0, games: 1) < sums.mean(.points, span, prior: 0, games: 1))
        }
    }

    @Test func aTotalDrawsItsMeanToThePrior() {
        var total = DecayedTotal()
        #expect(total.mean(prior: 4, games: 2) == 4)
        total.add(6, decay: 0.9)
        total.add(9, decay: 0.9)
        #expect(abs(total.mean(prior: 4, games: 2) - (0.9 * 6 + 9 + 2 * 4) / (1.9 + 2)) < 1e-12)
    }
}
