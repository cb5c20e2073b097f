import Basketball

extension PointsEvaluation {
    /// A figure with its 95 % interval.
    public struct Interval: Sendable, Hashable {
        public var value: Double
        public var low: Double
        public var high: Double
    }

    /// Part of the appearances.
    public struct Slice: Sendable {
        public var name: String
        public var accuracy: AccuracyScore
    }

    /// How much lower a system's error is than the best baseline's on the same appearances; below 0 is better.
    public struct Comparison: Sendable, Hashable {
        public var baseline: System
        /// The baseline's own error.
        public var error: Double
        public var difference: Interval
    }

    public struct SystemReport: Sendable {
        public var system: System
        /// Appearances that it is judged on, and those that it said nothing of.
        public var count: Int
        public var skipped: Int
        /// Points.
        public var meanAbsoluteError: Interval
        public var rootMeanSquaredError: Interval
        public var bias: Interval
        /// On the appearances that it is judged on; of a baseline itself among them.
        public var absoluteComparison: Comparison
        public var squaredComparison: Comparison
        /// By the season's mean before the game.
        public var tiers: [Slice]
        /// In the order of the season.
        public var months: [Slice]
        /// Of P(over) the half above the whole points of the exponentially weighted mean; nil for baselines.
        public var calibration: CalibrationScore?
        /// The share of the points that lie within the middle 80 % of the distribution; nil for baselines.
        public var coverage80: Double?
    }

    /// Everything of population B.
    public struct Report: Sendable {
        /// In the order of ``System``; a system without a judged appearance is left out.
        public let systems: [SystemReport]
        /// Mean absolute error of the expected minutes, and of the mean of the last ten games; nil without any.
        public let minutesError: Double?
        public let minutesLast10Error: Double?
        public let appearances: Int
        public let dates: Int

        /// Lower bounds of the tiers, points.
        static let tierBounds = [0.0, 5, 10, 15, 20, 25]

        init(_ rows: [JudgedAppearance], seed: Int) {
            appearances = rows.count
            dates = Set(rows.map(\.date)).count
            systems = System.allCases.indices.compactMap { SystemReport(rows, at: $0, seed: seed) }
            minutesError = Self.mean(rows.compactMap { row in row.expectedMinutes.map { abs($0 - row.minutes) } })
            minutesLast10Error = Self.mean(rows.compactMap { row in row.minutesLast10.map { abs($0 - row.minutes) } })
        }

        public subscript(system: System) -> SystemReport? { systems.first { $0.system == system } }

        static func mean(_ values: [Double]) -> Double? { SampleStatistics.mean(values) }
    }
}

extension PointsEvaluation.SystemReport {
    /// Nil when the system said nothing of any row.
    init?(_ rows: [JudgedAppearance], at index: Int, seed: Int) {
        let judged = rows.compactMap { row in row.said[index].map { (row: row, said: $0) } }
        guard !judged.isEmpty else { return nil }
        system = PointsEvaluation.System.allCases[index]
        count = judged.count
        skipped = rows.count - judged.count

        func bootstrap(against other: Int) -> DateBootstrap {
            var dates: [GameDate: DateBootstrap.DateErrors] = [:]
            for (row, said) in judged {
                guard let compared = row.said[other] else { continue }
                let actual = Double(row.points)
                let error = said.mean - actual
                dates[row.date, default: .init()].count += 1
                dates[row.date, default: .init()].absolute += abs(said.median - actual)
                dates[row.date, default: .init()].squared += error * error
                dates[row.date, default: .init()].sum += error
                dates[row.date, default: .init()].otherAbsolute += abs(compared.median - actual)
                dates[row.date, default: .init()].otherSquared +=
                    (compared.mean - actual) * (compared.mean - actual)
            }
            return DateBootstrap(dates.sorted { $0.key < $1.key }.map(\.value), seed: seed)
        }
        let baselines = PointsEvaluation.System.allCases.indices.filter {
            PointsEvaluation.System.allCases[$0].isBaseline
        }
        func compared(
            _ own: (DateBootstrap.DateErrors) -> Double,
            _ other: (DateBootstrap.DateErrors) -> Double
        ) -> PointsEvaluation.Comparison {
            let candidates = baselines.map { index in
                let bootstrap = bootstrap(against: index)
                return PointsEvaluation.Comparison(
                    baseline: PointsEvaluation.System.allCases[index],
                    error: bootstrap.interval(other).value,
                    difference: bootstrap.interval { own($0) - other($0) }
                )
            }
            return candidates.dropFirst().reduce(candidates[0]) { $1.error < $0.error ? $1 : $0 }
        }
        let own = bootstrap(against: index)
        meanAbsoluteError = own.interval { $0.absolute / $0.count }
        rootMeanSquaredError = own.interval { ($0.squared / $0.count).squareRoot() }
        bias = own.interval { $0.sum / $0.count }
        absoluteComparison = compared({ $0.absolute / $0.count }, { $0.otherAbsolute / $0.count })
        squaredComparison = compared(
            { ($0.squared / $0.count).squareRoot() },
            { ($0.otherSquared / $0.count).squareRoot() }
        )
        tiers = Self.tiers(judged)
        months = Self.months(judged)

        var calibration = CalibrationScore()
        for row in rows {
            guard let spread = row.spreads[index] else { continue }
            calibration.add(spread.over, Double(row.points) > row.line)
        }
        self.calibration = calibration.count > 0 ? calibration : nil
        coverage80 = PointsEvaluation.Report.mean(rows.compactMap { $0.spreads[index]?.within80 })
    }

    private typealias Judged = (row: JudgedAppearance, said: JudgedAppearance.Said)

    private static func slice(_ name: String, _ judged: [Judged]) -> PointsEvaluation.Slice {
        var accuracy = AccuracyScore()
        for (row, said) in judged { accuracy.add(mean: said.mean, median: said.median, actual: row.points) }
        return PointsEvaluation.Slice(name: name, accuracy: accuracy)
    }

    private static func tiers(_ judged: [Judged]) -> [PointsEvaluation.Slice] {
        let bounds = PointsEvaluation.Report.tierBounds
        return bounds.indices.map { index in
            let high = index + 1 < bounds.count ? bounds[index + 1] : .infinity
            let name = high.isFinite ? "\(Int(bounds[index]))–\(Int(high))" : "\(Int(bounds[index]))+"
            return slice(name, judged.filter { (bounds[index]..<high).contains($0.row.seasonAverage) })
        }
    }

    private static func months(_ judged: [Judged]) -> [PointsEvaluation.Slice] {
        let groups = Dictionary(grouping: judged) { $0.row.date.year * 12 + $0.row.date.month - 1 }
        return groups.sorted { $0.key < $1.key }.map { key, rows in
            let month = key % 12 + 1
            return slice("\(key / 12)-\(month < 10 ? "0" : "")\(month)", rows)
        }
    }
}
