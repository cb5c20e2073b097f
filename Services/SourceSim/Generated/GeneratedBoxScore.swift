import Basketball
import Foundation

/// Plays one invented game: rows whose sums agree with the team totals and the score.
struct GeneratedBoxScore {
    struct Result {
        var home: [(player: GeneratedPlayer, line: StatLine)]
        var away: [(player: GeneratedPlayer, line: StatLine)]
        var totals: (home: StatLine, away: StatLine)
    }

    private var random: SeededRandom
    private static let rotation = [35.0, 33.5, 32, 30, 28, 23, 19, 16, 12, 8, 4, 2]

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// `homeSquad` and `awaySquad` are the available players, best first.
    mutating func play(homeSquad: [GeneratedPlayer], awaySquad: [GeneratedPlayer]) -> Result {
        let pace = random.normal(1, 0.045)
        var home = side(homeSquad, minutes: 240, pace: pace, edge: 0.012)
        var away = side(awaySquad, minutes: 240, pace: pace, edge: 0)
        var overtimes = 0
        while Self.sum(home).points == Self.sum(away).points {
            overtimes += 1
            overtime(&home, pace: pace, edge: 0.012)
            overtime(&away, pace: pace, edge: 0)
        }
        let margin = Int(Self.sum(home).points - Self.sum(away).points)
        plusMinus(&home, margin: margin)
        plusMinus(&away, margin: -margin)
        var totals = (home: Self.sum(home), away: Self.sum(away))
        totals.home.plusMinusTenths = Int16(margin * 10)
        totals.away.plusMinusTenths = Int16(-margin * 10)
        return Result(home: home, away: away, totals: totals)
    }

    static func sum(_ rows: [(player: GeneratedPlayer, line: StatLine)]) -> StatLine {
        rows.reduce(into: StatLine()) { $0.add($1.line) }
    }

    private mutating func side(
        _ squad: [GeneratedPlayer],
        minutes: Int,
        pace: Double,
        edge: Double
    ) -> [(player: GeneratedPlayer, line: StatLine)] {
        let size = min(squad.count, 9 + random.index(4))
        var weights: [Double] = []
        for slot in 0..<size { weights.append(Self.rotation[slot] * exp(random.normal(0, 0.12))) }
        let shares = Self.wholeMinutes(weights, total: minutes)
        let shape = random.normal(0, 0.015)
        let forms = shares.map { _ in max(0.4, random.normal(1, 0.2)) }
        // A team has a fixed number of shots; the players' rates only say who takes them.
        var expected = 0.0
        for (slot, share) in shares.enumerated() {
            expected += squad[slot].shotsPer36 * Double(share) / 36 * forms[slot]
        }
        let scale = Self.shotsPerGame / expected
        return shares.indices.filter { shares[$0] > 0 }.map { slot in
            let line = line(
                squad[slot],
                minutes: shares[slot],
                pace: pace,
                form: forms[slot],
                shotScale: scale,
                edge: edge + shape
            )
            return (squad[slot], line)
        }
    }

    private static let shotsPerGame = 88.5

    /// Splits `total` into whole minutes in proportion to the weights, at most 46 each (largest remainders first).
    private static func wholeMinutes(_ weights: [Double], total: Int) -> [Int] {
        let scale = Double(total) / weights.reduce(0, +)
        let exact = weights.map { min(46, $0 * scale) }
        var whole = exact.map { Int($0) }
        let order = exact.indices.sorted { exact[$0] - Double(whole[$0]) > exact[$1] - Double(whole[$1]) }
        var missing = total - whole.reduce(0, +)
        var position = 0
        while missing > 0 {
            let index = order[position % order.count]
            if whole[index] < 48 {
                whole[index] += 1
                missing -= 1
            }
            position += 1
        }
        return whole
    }

    private mutating func line(
        _ player: GeneratedPlayer,
        minutes: Int,
        pace: Double,
        form: Double,
        shotScale: Double,
        edge: Double
    ) -> StatLine {
        let time = Double(minutes) / 36 * pace
        let shots = random.poisson(player.shotsPer36 * time * form * shotScale)
        let threes = random.binomial(shots, player.threeShare)
        let threesMade = random.binomial(threes, player.threeChance + edge)
        let twosMade = random.binomial(shots - threes, player.twoChance + edge)
        let freeThrows = random.poisson(player.freeThrowsPer36 * time * form)
        let freeThrowsMade = random.binomial(freeThrows, player.freeThrowChance)
        var line = StatLine(
            minutes: Int16(minutes),
            fieldGoalsMade: Int16(twosMade + threesMade),
            fieldGoalsAttempted: Int16(shots),
            threesMade: Int16(threesMade),
            threesAttempted: Int16(threes),
            freeThrowsMade: Int16(freeThrowsMade),
            freeThrowsAttempted: Int16(freeThrows),
            offensiveRebounds: Int16(random.poisson(player.offensiveReboundsPer36 * time)),
            defensiveRebounds: Int16(random.poisson(player.defensiveReboundsPer36 * time)),
            assists: Int16(random.poisson(player.assistsPer36 * time)),
            steals: Int16(random.poisson(player.stealsPer36 * time)),
            blocks: Int16(random.poisson(player.blocksPer36 * time)),
            turnovers: Int16(random.poisson(player.turnoversPer36 * time)),
            fouls: Int16(min(6, random.poisson(player.foulsPer36 * time)))
        )
        line.points = line.pointsFromShots
        return line
    }

    /// Five more minutes for the five who played most.
    private mutating func overtime(
        _ rows: inout [(player: GeneratedPlayer, line: StatLine)],
        pace: Double,
        edge: Double
    ) {
        let closers = rows.indices.sorted { rows[$0].line.minutes > rows[$1].line.minutes }.prefix(5)
        for index in closers {
            let extra = line(rows[index].player, minutes: 5, pace: pace, form: 1, shotScale: 1, edge: edge)
            let fouls = rows[index].line.fouls
            rows[index].line.add(extra)
            rows[index].line.fouls = min(6, fouls + extra.fouls)
        }
    }

    /// Plus-minus in proportion to time with noise; the rows add up to five times the margin.
    private mutating func plusMinus(_ rows: inout [(player: GeneratedPlayer, line: StatLine)], margin: Int) {
        let minutes = Double(Self.sum(rows).minutes)
        var rest = 5 * margin
        for index in rows.indices.dropLast() {
            let share = 5 * Double(margin) * Double(rows[index].line.minutes) / minutes
            let value = Int((share + random.normal(0, 4)).rounded())
            rows[index].line.plusMinusTenths = Int16(value * 10)
            rest -= value
        }
        if let last = rows.indices.last { rows[last].line.plusMinusTenths = Int16(rest * 10) }
    }
}
