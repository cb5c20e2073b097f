/// One game of a team as its defence looks back at it.
public struct DefenseGame: DatedGame {
    public var date: GameDate
    /// The opponent's field goals; nil when no play-by-play tells.
    public var zones: ZoneShots?
    /// The own blocks; nil when no play-by-play tells.
    public var blocks: ZoneBlocks?
    public var pointsAllowed: Int?
    /// Free throws that the opponent tried per 100 of his possessions.
    public var freeThrowRate: Double?
    /// Points allowed per 100 possessions.
    public var defensiveRating: Double?
    /// The opponent's possessions per 48 minutes.
    public var opponentPace: Double?

    public init(
        date: GameDate,
        zones: ZoneShots? = nil,
        blocks: ZoneBlocks? = nil,
        pointsAllowed: Int? = nil,
        freeThrowRate: Double? = nil,
        defensiveRating: Double? = nil,
        opponentPace: Double? = nil
    ) {
        self.date = date
        self.zones = zones
        self.blocks = blocks
        self.pointsAllowed = pointsAllowed
        self.freeThrowRate = freeThrowRate
        self.defensiveRating = defensiveRating
        self.opponentPace = opponentPace
    }
}

/// What a team's defence allows by zone, over its last games. Per-game figures are over the games whose zones are
/// known, so that a game without play-by-play makes no defence look better.
public struct ZoneDefense: Sendable, Hashable {
    /// The size of the window.
    public static let window = 15

    /// What the defence allows in a zone.
    public struct Zone: Sendable, Hashable {
        /// Makes an attempt, a fraction.
        public var allowedShare: Double?
        public var attemptsPerGame: Double?
        public var blocksPerGame: Double?
        /// Percentage points above the league's mean share; positive is the weaker defence.
        public var versusLeaguePoints: Double?
    }

    /// Games in the window.
    public var games: Int
    /// Those with known zones.
    public var zoneGames: Int
    public var paint = Zone()
    public var midRange = Zone()
    public var perimeter = Zone()
    /// Points in the paint a game: two for each make.
    public var paintPointsPerGame: Double?
    /// Plain means over the games.
    public var defensiveRating: Double?
    public var pointsAllowedPerGame: Double?
    public var opponentPace: Double?

    public subscript(zone: ShotZone) -> Zone {
        switch zone {
        case .paint: paint
        case .midRange: midRange
        case .perimeter: perimeter
        }
    }

    public init(_ history: GamesBefore<DefenseGame>, league: LeagueZones) {
        let last = history.last(Self.window)
        let known = last.compactMap(\.zones)
        let blocks = last.compactMap(\.blocks)
        games = last.count
        zoneGames = known.count
        defensiveRating = history.mean(ofLast: Self.window, \.defensiveRating)?.stored
        pointsAllowedPerGame = history.mean(ofLast: Self.window) { $0.pointsAllowed.map(Double.init) }?.stored
        opponentPace = history.mean(ofLast: Self.window, \.opponentPace)?.stored
        let sum = ZoneShots.sum(known)
        let zoneGames = zoneGames
        func perGame(_ count: Int) -> Double? {
            zoneGames > 0 ? (Double(count) / Double(zoneGames)).stored : nil
        }
        func zone(_ zone: ShotZone, _ blocked: KeyPath<ZoneBlocks, Int>) -> Zone {
            let count = sum[zone]
            let versus = count.share.flatMap { share in league[zone].map { 100 * (share - $0) } }
            return Zone(
                allowedShare: count.share?.stored,
                attemptsPerGame: perGame(count.attempts),
                blocksPerGame: SampleStatistics.mean(blocks.map { Double($0[keyPath: blocked]) })?.stored,
                versusLeaguePoints: versus?.stored
            )
        }
        paint = zone(.paint, \.paint)
        midRange = zone(.midRange, \.midRange)
        perimeter = zone(.perimeter, \.perimeter)
        paintPointsPerGame = perGame(2 * sum.paint.makes)
    }

    /// The zones in which the defence is best and worst against the league; nil when no zone can be compared. Of equals
    /// the first in the order paint, mid-range, perimeter.
    public var strongestZone: ShotZone? { extreme { $0 < $1 } }
    public var weakestZone: ShotZone? { extreme { $0 > $1 } }

    private func extreme(_ isBetter: (Double, Double) -> Bool) -> ShotZone? {
        var best: (zone: ShotZone, value: Double)?
        for zone in ShotZone.allCases {
            guard let value = self[zone].versusLeaguePoints else { continue }
            if let known = best, !isBetter(value, known.value) { continue }
            best = (zone, value)
        }
        return best?.zone
    }

    /// The games that a team should have by a day of the season: 5 on the first day (0), one more every third day, 15 from
    /// day 22 on.
    public static func expectedGames(daysIntoSeason days: Int) -> Int { days > 21 ? 15 : min(5 + max(days, 0) / 3, 14) }
}

/// The league's mean share of makes by zone: the mean over teams, of which each counts once.
public struct LeagueZones: Sendable, Hashable {
    public static let fewestGames = 10
    public static let fewestTeams = 10
    /// The days before the date that count.
    public static let days = 30

    private var shares: [ShotZone: Double] = [:]

    public subscript(zone: ShotZone) -> Double? { shares[zone] }

    /// A league whose means are known.
    public init(_ shares: [ShotZone: Double] = [:]) { self.shares = shares }

    /// Over the teams with at least ten games of known zones in the thirty days before the date. Fewer than ten such
    /// teams are no league: the comparison is unknown then.
    public init(_ teams: some Sequence<GamesBefore<DefenseGame>>) {
        let sums = teams.compactMap { history -> ZoneShots? in
            let first = history.date.adding(days: -Self.days)
            let known = history.games.filter { $0.date >= first }.compactMap(\.zones)
            return known.count >= Self.fewestGames ? ZoneShots.sum(known) : nil
        }
        guard sums.count >= Self.fewestTeams else { return }
        for zone in ShotZone.allCases { shares[zone] = SampleStatistics.mean(sums.compactMap { $0[zone].share }) }
    }
}
