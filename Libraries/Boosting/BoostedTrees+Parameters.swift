extension BoostedTrees {
    /// What a tree is fitted to.
    public enum Objective: Sendable, Hashable, Codable {
        /// (y − ŷ)² / 2: the prediction is a mean.
        case squaredError
        /// slope² · (√(1 + ((y − ŷ) / slope)²) − 1), in the label's unit: nearly |y − ŷ| far from 0, so that the prediction
        /// is close to a median. Charbonnier et al., "Deterministic edge-preserving regularization" (1997).
        /// A step is a gradient over a second derivative, and the latter vanishes many slopes away from the labels, so that
        /// a base margin has to be near them.
        case pseudoHuber(slope: Double)
    }

    /// How trees are grown, by the names of XGBoost's documentation. One thread and histograms of the features, always.
    public struct Parameters: Sendable, Hashable, Codable {
        public var objective: Objective
        /// The learning rate: what is kept of each tree, 0 < eta ≤ 1.
        public var eta: Double
        /// The most splits between a root and a leaf, 1 … 16.
        public var maxDepth: Int
        /// The least sum of second derivatives in a leaf; for squared error the least sum of weights.
        public var minChildWeight: Double
        /// The share of the rows that a tree sees, 0 < share ≤ 1.
        public var subsample: Double
        /// The share of the columns that a tree sees, 0 < share ≤ 1.
        public var columnSubsample: Double
        /// The L2 penalty on the leaves' values, 0 or more.
        public var lambda: Double
        /// Bins of a feature's histogram, 2 … 65,536.
        public var maxBin: Int
        /// How many trees, one a round, 1 or more.
        public var rounds: Int
        /// Draws the rows and columns, 0 … 2³¹ − 1.
        public var seed: Int

        /// Shallow, strongly penalised trees: for corrections on top of a base margin.
        public init(
            objective: Objective = .squaredError,
            eta: Double = 0.05,
            maxDepth: Int = 3,
            minChildWeight: Double = 50,
            subsample: Double = 0.6,
            columnSubsample: Double = 0.4,
            lambda: Double = 10,
            maxBin: Int = 64,
            rounds: Int = 200,
            seed: Int = 1
        ) {
            self.objective = objective
            self.eta = eta
            self.maxDepth = maxDepth
            self.minChildWeight = minChildWeight
            self.subsample = subsample
            self.columnSubsample = columnSubsample
            self.lambda = lambda
            self.maxBin = maxBin
            self.rounds = rounds
            self.seed = seed
        }
    }
}

extension BoostedTrees.Parameters {
    /// - Throws: ``BoostingError`` `invalid_parameter` with the name and value of the first outside its range.
    public func validate() throws(BoostingError) {
        var slope = 1.0
        if case .pseudoHuber(let given) = objective { slope = given }
        let checks: [(name: String, value: Double, isValid: Bool)] = [
            ("slope", slope, slope > 0),
            ("eta", eta, eta > 0 && eta <= 1),
            ("maxDepth", Double(maxDepth), (1...16).contains(maxDepth)),
            ("minChildWeight", minChildWeight, minChildWeight >= 0),
            ("subsample", subsample, subsample > 0 && subsample <= 1),
            ("columnSubsample", columnSubsample, columnSubsample > 0 && columnSubsample <= 1),
            ("lambda", lambda, lambda >= 0),
            ("maxBin", Double(maxBin), (2...65_536).contains(maxBin)),
            ("rounds", Double(rounds), (1...1_000_000).contains(rounds)),
            ("seed", Double(seed), (0...Int(Int32.max)).contains(seed)),
        ]
        for check in checks where !check.isValid || !check.value.isFinite {
            throw BoostingError(.invalidParameter, "\(check.name) is \(check.value)")
        }
    }

    /// XGBoost's names and values.
    var settings: [(name: String, value: String)] {
        var settings = [
            ("booster", "gbtree"), ("tree_method", "hist"), ("nthread", "1"), ("verbosity", "0"), ("eta", "\(eta)"),
            ("max_depth", "\(maxDepth)"), ("min_child_weight", "\(minChildWeight)"), ("subsample", "\(subsample)"),
            ("colsample_bytree", "\(columnSubsample)"), ("lambda", "\(lambda)"), ("max_bin", "\(maxBin)"),
            ("seed", "\(seed)"),
        ]
        switch objective {
        case .squaredError: settings.append(("objective", "reg:squarederror"))
        case .pseudoHuber(let slope):
            settings += [("objective", "reg:pseudohubererror"), ("huber_slope", "\(slope)")]
        }
        return settings
    }
}

extension BoostedTrees.Objective {
    /// The best single prediction, or near it, for a start without a base margin.
    func start(_ labels: [Double], _ weights: [Double]?) -> Double {
        let weights = weights ?? [Double](repeating: 1, count: labels.count)
        let total = weights.reduce(0, +)
        switch self {
        case .squaredError: return zip(labels, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
        case .pseudoHuber:
            var below = 0.0
            let sorted = zip(labels, weights).sorted { $0.0 < $1.0 }
            return sorted.first {
                below += $0.1
                return below >= total / 2
            }?.0 ?? 0
        }
    }
}
