import Basketball
import Testing

@Suite struct RollingTests {
    static let windows: [RollingWindow] = [.last(1), .last(5), .last(10), .season, .days(7), .days(60), .last(1_000)]

    /// What a window holds, read off its definition: games strictly before the day.
    static func naive(_ window: RollingWindow, _ games: [PlayerGame], before date: GameDate) -> [PlayerGame] {
        let before = games.filter { $0.date < date }
        switch window {
        case .last(let count): return before.suffix(count)
        case .days(let days): return before.filter { date - $0.date < days }
        case .season: return before
        }
    }

    /// Figures of every kind that columns meet: whole numbers, four decimals, many decimals, some missing, and numbers too
    /// large to be counted in ten-thousandths.
    static let figures: [@Sendable (PlayerGame) -> Double?] = [
        { Double($0.points) }, { $0.minutes }, { $0.usagePercent }, { $0.trueShooting },
        { Double($0.points) / $0.minutes }, { $0.pointsLine.map { 1_000 * $0 } },
        { 1_000_000 + ($0.freeThrowsMade.map(Double.init) ?? 0) }, { _ in nil },
    ]

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func everyFigureEqualsThatOfTheWindowsGames(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let players = random.players()
        let columns = GameColumns(players)
        let moments = columns.segments.beforeEachGame
        #expect(moments.count == columns.games.count)
        let rolled = Self.figures.map(columns.column)
        for window in Self.windows {
            let windows = columns.segments.windows(window, at: moments)
            let means = rolled.map { $0.means(over: windows) }
            let deviations = rolled.map { $0.sampleDeviations(over: windows) }
            let sums = rolled.map { $0.sums(over: windows) }
            var index = 0
            for games in players {
                for game in games {
                    let kept = Self.naive(window, games, before: game.date)
                    var isRight = windows.rows(index).count == kept.count
                    for (number, figure) in Self.figures.enumerated() {
                        let values = kept.compactMap(figure)
                        isRight =
                            isRight && rolled[number].count(in: windows, index) == values.count
                            && Self.isClose(means[number][index], SampleStatistics.mean(values))
                            && Self.isClose(deviations[number][index], SampleStatistics.standardDeviation(values))
                            && Self.isClose(sums[number][index], values.reduce(0, +))
                    }
                    #expect(isRight, "seed \(seed), \(window), row \(index)")
                    index += 1
                }
            }
        }
    }

    static func isClose(_ left: Double?, _ right: Double?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return (left - right).magnitude <= 1e-9 * max(1, right.magnitude)
    }

    /// Training reads every game of everybody, serving one player's games before one day: one figure.
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func aPlayersFiguresDependOnHisOwnEarlierGamesAloneBitForBit(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let players = random.players()
        let columns = GameColumns(players)
        let moments = columns.segments.beforeEachGame
        let forms = PlayerForm.forms(columns, at: moments)
        let loads = RestAndLoad.loads(columns, at: moments)
        let scorings = RecentScoring.scoring(columns, at: moments)
        let bits = Self.bits(columns, at: moments)
        for segment in players.indices.shuffled(using: &random).prefix(2) {
            let games = players[segment]
            for (row, game) in zip(columns.segments.rows(of: segment), games) {
                let history = PlayerHistory(games, before: game.date)
                let alone = GameColumns([history.games])
                let isSame =
                    PlayerForm(history) == forms[row] && RestAndLoad(history) == loads[row]
                    && RecentScoring(history) == scorings[row]
                    && Self.bits(alone, at: alone.segments.before([game.date])) == bits.map { [$0[row]] }
                #expect(isSame, "seed \(seed), player \(segment), row \(row)")
            }
        }
        let order = players.indices.shuffled(using: &random)
        let shuffled = GameColumns(order.map { players[$0] })
        let other = Self.bits(shuffled, at: shuffled.segments.beforeEachGame)
        for (place, segment) in order.enumerated() {
            let (here, there) = (columns.segments.rows(of: segment), shuffled.segments.rows(of: place))
            let isSame = zip(bits, other).allSatisfy { $0[here].elementsEqual($1[there]) }
            #expect(isSame, "seed \(seed), player \(segment)")
        }
    }

    /// The bit patterns of every figure, window by window and column by column.
    static func bits(_ columns: GameColumns<PlayerGame>, at moments: Moments) -> [[UInt64]] {
        windows.flatMap { window in
            let windows = columns.segments.windows(window, at: moments)
            return figures.flatMap { figure in
                let column = columns.column(figure)
                return [
                    column.means(over: windows), column.sampleDeviations(over: windows), column.sums(over: windows),
                ]
                .map { $0.values.map(\.bitPattern) }
            }
        }
    }

    @Test(arguments: [0.1, 33.3333, 749.9999, 0.2 + 0.1, 1e9 + 0.3, 1.0 / 3])
    func equalValuesDeviateByNothingWhateverWentBefore(value: Double) throws {
        let values: [Double?] = [48, 0.0001, 749.9999, -750] + [Double?](repeating: value, count: 5)
        let first = HistoryTests.day("2025-01-01")
        let segments = GameSegments(days: (0..<10).map { first.adding(days: $0) }, lengths: [10])
        let column = RollingColumn(values + [nil], in: segments)
        let windows = segments.windows(.last(4), at: segments.before([first.adding(days: 9)]))
        #expect(column.sampleDeviations(over: windows)[0] == 0)
        #expect(column.means(over: windows)[0] == value || (value - 0.3).magnitude < 1e-9)
    }

    @Test func twoGamesOfADayDoNotSeeEachOther() {
        let day = HistoryTests.day("2025-01-01")
        let segments = GameSegments(days: [day, day, day.adding(days: 1)], lengths: [3])
        let column = RollingColumn([1, 2, 3], in: segments)
        let means = column.means(over: segments.windows(.season, at: segments.beforeEachGame))
        #expect((0..<3).map { means[$0] } == [nil, nil, 1.5])
        #expect(segments.windows(.days(1), at: segments.beforeEachGame).rows(2).isEmpty)
        #expect(segments.windows(.season, at: segments.before([day.adding(days: 1)])).rows(0) == 0..<2)
    }

    @Test func aSeasonLongerThanWholeNumbersHoldIsComputedFromItsValues() throws {
        let first = HistoryTests.day("2025-01-01")
        let segments = GameSegments(days: (0..<900).map { first.adding(days: $0) }, lengths: [900])
        let values = (0..<900).map { $0 % 2 == 0 ? 749.9999 : -749.9999 }
        let column = RollingColumn(values, in: segments)
        let windows = segments.windows(.season, at: segments.before([first.adding(days: 900)]))
        let deviation = try #require(column.sampleDeviations(over: windows)[0])
        #expect(Self.isClose(deviation, SampleStatistics.standardDeviation(values)))
    }
}

extension SeededGenerator {
    /// The seasons of some players; one without a game, one who always does the same.
    fileprivate mutating func players() -> [[PlayerGame]] {
        (0..<8).map { player in
            var date = HistoryTests.day("2024-10-22")
            return (0..<(player == 0 ? 0 : Int.random(in: 1...90, using: &self))).map { _ in
                // Now and then a second game on one day, which no schedule has and a mistake may.
                date = date.adding(
                    days: Int.random(in: 0..<20, using: &self) == 0 ? 0 : Int.random(in: 1...5, using: &self)
                )
                return player == 1 ? constant(date) : game(date)
            }
        }
    }

    private func constant(_ date: GameDate) -> PlayerGame {
        PlayerGame(
            date: date,
            team: "BOS",
            opponent: "NYK",
            points: 21,
            minutes: 33.3333,
            usagePercent: 20.1,
            trueShooting: 0.5111,
            freeThrowsMade: 3,
            pointsLine: 20.5
        )
    }

    private mutating func game(_ date: GameDate) -> PlayerGame {
        let hasUsage = Int.random(in: 0..<8, using: &self) > 0
        let hasLine = Bool.random(using: &self)
        return PlayerGame(
            date: date,
            team: "BOS",
            opponent: "NYK",
            points: Int.random(in: 0...50, using: &self),
            minutes: Rounding.halfAway(Double.random(in: 0.1...48, using: &self), places: 4),
            usagePercent: hasUsage ? Rounding.halfAway(Double.random(in: 0...100, using: &self), places: 4) : nil,
            // Full precision in one game of twenty: such a window is computed from its values.
            trueShooting: hasUsage
                ? Rounding.halfAway(
                    Double.random(in: 0...1.5, using: &self),
                    places: Int.random(in: 0..<20, using: &self) == 0 ? 12 : 4
                ) : nil,
            freeThrowsMade: Int.random(in: 0...15, using: &self),
            pointsLine: hasLine ? Double(Int.random(in: 1...70, using: &self)) / 2 : nil
        )
    }
}
