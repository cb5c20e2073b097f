/// How often members of a roster play, by how many team games they have just missed, how much they usually play, and
/// when the team last played. Counted from earlier dates only.
struct PlayProbability: Sendable {
    /// What a chance is told by.
    struct Situation: Hashable, Sendable {
        /// Team games missed in a row: 0, 1, 2, 3–4, 5–9, 10 or more.
        let missed: Int
        /// Expected minutes: below 20, below 28, 28 or more.
        let load: Int
        /// The team played yesterday.
        let isBackToBack: Bool
        /// The team has not played for more than ``offSeasonDays``.
        let isAfterOffSeason: Bool

        init(gamesMissed: Int, expectedMinutes: Double, isBackToBack: Bool, isAfterOffSeason: Bool) {
            missed = Self.missedBounds.count { gamesMissed >= $0 }
            load = Self.loadBounds.count { expectedMinutes >= $0 }
            self.isBackToBack = isBackToBack
            self.isAfterOffSeason = isAfterOffSeason
        }

        private static let missedBounds = [1, 2, 3, 5, 10]
        private static let loadBounds = [20.0, 28.0]
        static let missedBuckets = missedBounds.count + 1
    }

    /// A longer gap between two games of a team lies between two seasons.
    static let offSeasonDays = 60
    /// Half of these are plays: the chance where nothing was counted yet is one half.
    private static let priorOfBucket = (plays: 2.0, cases: 4.0)
    /// Cases that the bucket's chance weighs against the situation's own.
    private static let priorCases = 20.0

    private struct Tally {
        var plays = 0.0
        var cases = 0.0

        mutating func add(_ played: Bool) {
            plays += played ? 1 : 0
            cases += 1
        }
    }

    private var situations: [Situation: Tally] = [:]
    private var buckets = Array(repeating: Tally(), count: Situation.missedBuckets)

    /// The chance to play, 0 … 1: the situation's own share, drawn to that of all with as many games missed.
    func chance(_ situation: Situation) -> Double {
        let bucket = buckets[situation.missed]
        let prior = (bucket.plays + Self.priorOfBucket.plays) / (bucket.cases + Self.priorOfBucket.cases)
        let tally = situations[situation] ?? Tally()
        return (tally.plays + Self.priorCases * prior) / (tally.cases + Self.priorCases)
    }

    /// Counts what happened.
    mutating func count(_ situation: Situation, played: Bool) {
        situations[situation, default: Tally()].add(played)
        buckets[situation.missed].add(played)
    }
}
