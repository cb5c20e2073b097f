/// One game of a player as his shot profile looks back at it.
public struct ShotGame: DatedGame {
    public var date: GameDate
    /// Nil when no play-by-play tells.
    public var zones: ZoneShots?
    public var assistedMakes: Int?
    public var unassistedMakes: Int?

    public init(date: GameDate, zones: ZoneShots?, assistedMakes: Int? = nil, unassistedMakes: Int? = nil) {
        self.date = date
        self.zones = zones
        self.assistedMakes = assistedMakes
        self.unassistedMakes = unassistedMakes
    }
}

/// From where a player shoots and how well. Every figure is over the games whose zones are known; a game without
/// play-by-play is no game without shots.
public struct ShotProfile: Sendable, Hashable {
    /// A zone's part in the profile.
    public struct Zone: Sendable, Hashable {
        /// Share of all attempts, 0 … 100.
        public var ratePercent: Double?
        /// Makes an attempt, a fraction.
        public var fieldGoalShare: Double?
        public var attemptsPerGame: Double?
    }

    /// How much a sample can carry.
    public enum SampleQuality: String, Sendable, Hashable, CaseIterable {
        case excellent, good, limited, insufficient

        /// All of the window's games, seven tenths, half, or fewer.
        public init(games: Int, of window: Int) {
            self =
                switch games {
                case window...: .excellent
                case (window * 7 / 10)...: .good
                case (window / 2)...: .limited
                default: .insufficient
                }
        }
    }

    /// Where a player mostly shoots from.
    public enum PrimaryZone: String, Sendable, Hashable, CaseIterable {
        case paint
        case midRange = "mid_range"
        case perimeter
        case balanced

        /// 40 percent in the paint, else 40 from three, else 35 from mid-range, else balanced.
        public init(paint: Double, midRange: Double, perimeter: Double) {
            self = paint >= 40 ? .paint : perimeter >= 40 ? .perimeter : midRange >= 35 ? .midRange : .balanced
        }
    }

    /// Games of the window with known zones.
    public var games: Int
    /// Field goals tried in them.
    public var attempts: Int
    public var paint = Zone()
    public var midRange = Zone()
    public var perimeter = Zone()
    /// Share of the makes that a team-mate assisted, 0 … 100; over the games that tell.
    public var assistedRatePercent: Double?
    public var unassistedRatePercent: Double?

    /// The last `window` games played, as far as their zones are known.
    public init(_ history: GamesBefore<ShotGame>, last window: Int) {
        let last = history.last(window)
        let known = last.compactMap(\.zones)
        let sum = ZoneShots.sum(known)
        games = known.count
        attempts = sum.attempts
        func zone(_ zone: ShotZone) -> Zone {
            let count = sum[zone]
            return Zone(
                ratePercent: attempts > 0 ? (100 * Double(count.attempts) / Double(attempts)).stored : nil,
                fieldGoalShare: count.share?.stored,
                attemptsPerGame: games > 0 ? (Double(count.attempts) / Double(games)).stored : nil
            )
        }
        paint = zone(.paint)
        midRange = zone(.midRange)
        perimeter = zone(.perimeter)
        let told = last.compactMap { game in
            game.assistedMakes.flatMap { assisted in game.unassistedMakes.map { (assisted, $0) } }
        }
        let assisted = told.reduce(0) { $0 + $1.0 }
        let makes = told.reduce(assisted) { $0 + $1.1 }
        if makes > 0 {
            assistedRatePercent = (100 * Double(assisted) / Double(makes)).stored
            unassistedRatePercent = (100 * Double(makes - assisted) / Double(makes)).stored
        }
    }

    /// Nil without a shot.
    public var primaryZone: PrimaryZone? {
        guard let paint = paint.ratePercent, let midRange = midRange.ratePercent, let perimeter = perimeter.ratePercent
        else { return nil }
        return PrimaryZone(paint: paint, midRange: midRange, perimeter: perimeter)
    }
}
