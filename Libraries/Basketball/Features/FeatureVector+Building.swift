extension FeatureVector {
    /// Computes the features of one player for one game.
    public init(_ inputs: FeatureInputs) {
        self.init()
        setFactors(inputs)
        setForm(inputs)
        setLoad(inputs)
        setGame(inputs)
        setTeams(inputs)
        let recent = RecentScoring(inputs.history)
        setScoring(inputs.history, recent, inputs)
        setLines(inputs)
        setLineHistory(inputs, recent)
        setAvailability(inputs)
    }

    /// Whoever is not named by a report about his team is available; without a report nothing is known.
    private mutating func setAvailability(_ inputs: FeatureInputs) {
        let unnamed: InjuryStatus? = inputs.starTeammatesOut == nil ? nil : .available
        set(10, (inputs.injuryStatus ?? unnamed).map { Double($0.risk) }, else: .noSource)
        set(37, inputs.starTeammatesOut.map(Double.init), else: .noSource)
        set(47, inputs.teammateUsageOut, else: .noSource)
        guard let listings = inputs.listings else {
            set(33, missing: .noSource)
            return
        }
        let share = Double(listings.missed) / Double(max(listings.games, 1))
        set(33, listings.games >= 3 ? share : nil, else: .insufficientHistory)
    }

    private mutating func setFactors(_ inputs: FeatureInputs) {
        let factors = inputs.factors
        let reason: MissingReason = factors == nil ? .notComputed : .insufficientHistory
        set(5, factors?.fatigueScore, else: reason)
        let zones: MissingReason =
            inputs.history.games.isEmpty ? .insufficientHistory : inputs.isShotProfiled ? .noPlayByPlay : .notComputed
        let mismatch: MissingReason = inputs.zoneRates == nil ? zones : .noLeagueComparison
        set(6, factors?.shotZoneMismatch, else: factors == nil ? .notComputed : mismatch)
        set(7, factors?.pace, else: reason)
        // With a report it is his own games that are too few.
        set(8, factors?.usageSpike, else: factors != nil && inputs.starTeammatesOut == nil ? .noSource : reason)
        set(18, inputs.zoneRates.map { $0.paintPercent / 100 }, else: zones)
        set(19, inputs.zoneRates.map { $0.midRangePercent / 100 }, else: zones)
        set(20, inputs.zoneRates.map { $0.perimeterPercent / 100 }, else: zones)
    }

    private mutating func setForm(_ inputs: FeatureInputs) {
        let form = inputs.form
        set(0, form?.pointsAverageLast5, else: .insufficientHistory)
        set(1, form?.pointsAverageLast10, else: .insufficientHistory)
        set(2, form?.pointsAverageSeason, else: .insufficientHistory)
        // A spread of two games says nothing.
        let deviation = form.flatMap { $0.gamesPlayed >= 3 ? $0.pointsDeviationLast10 : nil }
        set(3, deviation, else: .insufficientHistory)
        set(31, form?.minutesAverageLast10, else: .insufficientHistory)
        set(
            12,
            Self.minutesChange(recent: form?.minutesAverageLast10, season: form?.minutesAverageSeason),
            else: .insufficientHistory
        )
        guard let recent = form?.pointsAverageLast5, let season = form?.pointsAverageSeason, let deviation else {
            set(35, missing: .insufficientHistory)
            set(36, missing: .insufficientHistory)
            return
        }
        set(35, deviation > 0 ? Self.clamp((recent - season) / deviation, 3) : nil, else: .undefined)
        set(36, recent > season + 1.5 * deviation ? 1 : 0, else: .undefined)
    }

    private mutating func setLoad(_ inputs: FeatureInputs) {
        // Without an earlier game in the season rest and load are unknown, not zero.
        let load = inputs.load.flatMap { $0.daysRest == nil ? nil : $0 }
        set(4, load.map { Double($0.gamesLast7) }, else: .insufficientHistory)
        set(16, load?.isBackToBack.map { $0 ? 1 : 0 }, else: .insufficientHistory)
        set(39, load?.daysRest.map(Double.init), else: .insufficientHistory)
        set(40, load?.minutesLast7, else: .insufficientHistory)
        if let own = load?.daysRest, let other = inputs.opponent.daysRest {
            set(9, Self.clamp(Double(own - other), 2), else: .insufficientHistory)
        } else {
            set(9, missing: .insufficientHistory)
        }
    }

    private mutating func setGame(_ inputs: FeatureInputs) {
        set(15, inputs.isHome ? 1 : 0, else: .noSource)
        set(17, inputs.isPlayoffGame ? 1 : 0, else: .noSource)
        set(38, inputs.total, else: .noGameLine)
        set(41, inputs.spread.map { abs($0) }, else: .noGameLine)
        if let total = inputs.total, let spread = inputs.spread {
            // The spread is the team's own side, so one formula holds at home and away.
            set(42, (total - spread) / 2, else: .noGameLine)
        } else {
            set(42, missing: .noGameLine)
        }
    }

    private mutating func setTeams(_ inputs: FeatureInputs) {
        let pace = inputs.team.paceLast10
        let opponentPace = inputs.opponent.paceLast10
        set(13, inputs.opponent.defensiveRatingLast15, else: .insufficientHistory)
        set(14, opponentPace, else: .insufficientHistory)
        set(22, pace, else: .insufficientHistory)
        set(23, inputs.team.offensiveRatingLast10, else: .insufficientHistory)
        set(24, inputs.team.winShare, else: .insufficientHistory)
        set(57, inputs.team.blowoutShareLast10, else: .insufficientHistory)
        if let pace, let opponentPace {
            set(59, pace - opponentPace, else: .insufficientHistory)
        } else {
            set(59, missing: .insufficientHistory)
        }
    }

    private mutating func setScoring(_ history: PlayerHistory, _ recent: RecentScoring, _ inputs: FeatureInputs) {
        let last10 = history.last(10)
        let points10 = last10.map { Double($0.points) }
        set(11, Self.recentTrend(points10), else: .insufficientHistory)

        let total = points10.reduce(0, +)
        let freeThrows = last10.compactMap(\.freeThrowsMade)
        if last10.count < 5 || freeThrows.count < last10.count {
            set(21, missing: .insufficientHistory)
        } else {
            let share = total > 0 ? Double(freeThrows.reduce(0, +)) / total : nil
            set(21, share.map { min(max($0, 0), 0.5) }, else: .undefined)
        }
        let meetings = history.games.filter { $0.opponent == inputs.opponentAbbr }.map { Double($0.points) }
        set(29, SampleStatistics.mean(meetings), else: .insufficientHistory)
        set(30, Double(meetings.count), else: .insufficientHistory)
        set(32, recent.pointsPerMinuteLast10, else: .insufficientHistory)
        set(34, points10.count >= 5 ? SampleStatistics.slope(points10) : nil, else: .insufficientHistory)

        set(43, recent.pointsAverageLast3, else: .insufficientHistory)
        let last7 = points10.suffix(7)
        set(44, last7.count >= 4 ? SampleStatistics.slope(last7) : nil, else: .insufficientHistory)
        if let mean3 = recent.pointsAverageLast3, let mean = recent.pointsAverage60Days,
            let deviation = recent.pointsDeviation60Days
        {
            set(45, deviation > 0 ? (mean3 - mean) / deviation : nil, else: .undefined)
        } else {
            set(45, missing: .insufficientHistory)
        }
        if let average = inputs.form?.pointsAverageSeason {
            set(46, Double(history.games.reversed().prefix { Double($0.points) < average }.count), else: .undefined)
        } else {
            set(46, missing: .insufficientHistory)
        }
        set(48, recent.usagePercentLast5, else: .insufficientHistory)
        set(49, Self.gamesSinceStructuralChange(history, team: inputs.teamAbbr), else: .insufficientHistory)
        set(58, recent.minutesDeviationLast10, else: .insufficientHistory)
    }

    private mutating func setLines(_ inputs: FeatureInputs) {
        set(28, inputs.line == nil ? 0 : 1, else: .noLine)
        guard let line = inputs.line else {
            for index in [25, 26, 27, 50, 51, 52, 53, 54] { set(index, missing: .noLine) }
            return
        }
        set(25, line.current, else: .noLine)
        set(26, line.opening, else: .noLine)
        set(27, line.opening.map { line.current - $0 }, else: .noLine)
        set(50, line.deviation, else: .singleBook)
        if inputs.history.games.isEmpty {
            set(51, missing: .insufficientHistory)
            set(52, missing: .insufficientHistory)
        } else {
            let streaks = LineStreaks(inputs.history, line: line.current)
            set(51, Double(streaks.over), else: .noLine)
            set(52, Double(streaks.under), else: .noLine)
        }
        set(53, inputs.form?.pointsAverageSeason.map { line.current - $0 }, else: .insufficientHistory)
        if let now = line.consensus, let before = inputs.previousConsensus {
            set(54, now - before, else: .noLine)
        } else {
            set(54, missing: .noLine)
        }
    }

    private mutating func setLineHistory(_ inputs: FeatureInputs, _ recent: RecentScoring) {
        let withLine = inputs.history.last(10).compactMap { game in
            game.pointsLine.map { (points: game.points, line: $0) }
        }
        let results = withLine.map { LineResult(points: $0.points, line: $0.line) }.filter { $0 != .push }
        let share = Double(results.count { $0 == .over }) / Double(max(results.count, 1))
        set(55, results.count >= 5 ? share : nil, else: .noLine)
        set(56, recent.lineMarginLast5, else: .noLine)
    }

    static func clamp(_ value: Double, _ limit: Double) -> Double { min(max(value, -limit), limit) }

    /// The newest two games against the three before them: ±2 from five points on, ±1 from two on; nil below five games.
    static func recentTrend(_ points: [Double]) -> Double? {
        let last5 = points.suffix(5)
        guard last5.count == 5, let newest = SampleStatistics.mean(last5.suffix(2)),
            let before = SampleStatistics.mean(last5.prefix(3))
        else { return nil }
        return step(newest - before, small: 2, large: 5)
    }

    /// The last ten games' minutes against the season's: ±2 from 20 percent on, ±1 from 10 percent on.
    static func minutesChange(recent: Double?, season: Double?) -> Double? {
        guard let recent, let season, season > 0 else { return nil }
        // In percent of a rounded ratio, so that exactly a tenth more is a tenth more.
        return step(((recent / season - 1) * 100).stored, small: 10, large: 20)
    }

    private static func step(_ value: Double, small: Double, large: Double) -> Double {
        let size = abs(value) >= large ? 2.0 : abs(value) >= small ? 1.0 : 0.0
        return size == 0 ? 0 : value < 0 ? -size : size
    }

    /// Games for his present team since he joined it or came back from more than 14 days without a game; at most 30.
    /// Nil before the season's first game.
    static func gamesSinceStructuralChange(_ history: PlayerHistory, team: String) -> Double? {
        guard !history.games.isEmpty else { return nil }
        var count = 0
        var next = history.date
        for game in history.games.reversed() {
            guard game.team == team, next - game.date <= 14, count < 30 else { break }
            count += 1
            next = game.date
        }
        return Double(count)
    }
}
