/// Where a field goal was tried from.
public enum ShotZone: String, Sendable, Hashable, CaseIterable {
    /// Eight feet from the basket or nearer.
    case paint
    /// Two-pointers from farther away.
    case midRange = "mid_range"
    /// Three-pointers.
    case perimeter

    /// Feet from the basket up to which a shot counts as in the paint.
    public static let paintFeet = 8.0
    /// Feet from which a shot of unknown kind can only be a three.
    public static let threeFeet = 23.75

    /// The zone of a shot; nil when neither its kind nor its distance tells.
    ///
    /// The kind decides before the distance: a corner three is 22 feet away.
    ///
    /// - Parameters:
    ///   - isThree: nil when the source does not say.
    ///   - feet: distance from the basket; nil when the source does not say.
    public init?(isThree: Bool?, feet: Double?) {
        switch (isThree, feet) {
        case (true?, _): self = .perimeter
        case (_, let feet?):
            self = isThree == nil && feet >= Self.threeFeet ? .perimeter : feet <= Self.paintFeet ? .paint : .midRange
        case (_, nil): return nil
        }
    }
}

/// Attempts and makes of one zone.
public struct ShotCount: Sendable, Hashable {
    public var attempts: Int
    public var makes: Int

    public init(attempts: Int = 0, makes: Int = 0) {
        self.attempts = attempts
        self.makes = makes
    }

    /// Makes an attempt, a fraction; nil without an attempt.
    public var share: Double? { attempts > 0 ? Double(makes) / Double(attempts) : nil }

    public static func + (left: ShotCount, right: ShotCount) -> ShotCount {
        ShotCount(attempts: left.attempts + right.attempts, makes: left.makes + right.makes)
    }
}

/// The field goals of a game by zone. They come from one source, so that all three zones are known or none is.
public struct ZoneShots: Sendable, Hashable {
    public var paint: ShotCount
    public var midRange: ShotCount
    public var perimeter: ShotCount

    public init(paint: ShotCount = .init(), midRange: ShotCount = .init(), perimeter: ShotCount = .init()) {
        self.paint = paint
        self.midRange = midRange
        self.perimeter = perimeter
    }

    public subscript(zone: ShotZone) -> ShotCount {
        get {
            switch zone {
            case .paint: paint
            case .midRange: midRange
            case .perimeter: perimeter
            }
        }
        set {
            switch zone {
            case .paint: paint = newValue
            case .midRange: midRange = newValue
            case .perimeter: perimeter = newValue
            }
        }
    }

    /// All field goals.
    public var attempts: Int { paint.attempts + midRange.attempts + perimeter.attempts }
    public var makes: Int { paint.makes + midRange.makes + perimeter.makes }

    public static func + (left: ZoneShots, right: ZoneShots) -> ZoneShots {
        ZoneShots(
            paint: left.paint + right.paint,
            midRange: left.midRange + right.midRange,
            perimeter: left.perimeter + right.perimeter
        )
    }

    /// The sum of several games.
    public static func sum(_ games: some Sequence<ZoneShots>) -> ZoneShots { games.reduce(ZoneShots(), +) }
}

/// Blocked shots by the zone that they were tried from.
public struct ZoneBlocks: Sendable, Hashable {
    public var paint: Int
    public var midRange: Int
    public var perimeter: Int

    public init(paint: Int = 0, midRange: Int = 0, perimeter: Int = 0) {
        self.paint = paint
        self.midRange = midRange
        self.perimeter = perimeter
    }

    public mutating func add(_ zone: ShotZone) {
        switch zone {
        case .paint: paint += 1
        case .midRange: midRange += 1
        case .perimeter: perimeter += 1
        }
    }
}
