/// Everything that a feature vector is computed from. Training fills it from games, serving from tables; what follows
/// is the same code.
public struct FeatureInputs: Sendable, Hashable {
    /// The player's season so far; nil without a game.
    public var form: PlayerForm?
    /// Rest and load of the player.
    public var load: RestAndLoad?
    /// The player's games before the day.
    public var history: PlayerHistory
    /// The games of the player's team before the day.
    public var team: TeamHistory
    /// The games of the opponent before the day.
    public var opponent: TeamHistory
    /// Tricode of the player's team on the day.
    public var teamAbbr: String
    /// Tricode of the opponent.
    public var opponentAbbr: String
    public var isHome: Bool
    /// A playoff game; the play-in is none.
    public var isPlayoffGame: Bool
    /// What the books said about the player.
    public var line: FeatureLine?
    /// The books' median line for the player's previous game, if that was at most 14 days ago.
    public var previousConsensus: Double?
    /// The team's own handicap, negative for the favourite.
    public var spread: Double?
    /// Points of both teams.
    public var total: Double?
    /// The last word on the player; nil when nobody names him.
    public var injuryStatus: InjuryStatus?
    /// Nil without a report about his team.
    public var starTeammatesOut: Int?
    /// Usage (percent) of the team-mates who are out, summed; nil without a report about his team.
    public var teammateUsageOut: Double?
    /// Nil where they were not computed.
    public var factors: CompositeFactors?
    /// Share of his attempts (0–100) in the paint, from mid-range and from three; nil without play-by-play.
    public var zoneRates: ZoneRates?
    /// Whether there is a profile of his shots, be it without a known zone.
    public var isShotProfiled: Bool
    /// Nil while no gamebook tells of him.
    public var listings: Listings?

    /// The games of the last ``recentDays`` days of which a gamebook says whether a player took part.
    public struct Listings: Sendable, Hashable {
        public static let recentDays = 30

        public var games: Int
        /// Dressed and not used, or inactive.
        public var missed: Int

        public init(games: Int, missed: Int) {
            self.games = games
            self.missed = missed
        }
    }

    /// Shares of attempts, 0–100.
    public struct ZoneRates: Sendable, Hashable {
        public var paintPercent: Double
        public var midRangePercent: Double
        public var perimeterPercent: Double

        public init(paintPercent: Double, midRangePercent: Double, perimeterPercent: Double) {
            self.paintPercent = paintPercent
            self.midRangePercent = midRangePercent
            self.perimeterPercent = perimeterPercent
        }
    }

    public init(
        form: PlayerForm?,
        load: RestAndLoad?,
        history: PlayerHistory,
        team: TeamHistory,
        opponent: TeamHistory,
        teamAbbr: String,
        opponentAbbr: String,
        isHome: Bool,
        isPlayoffGame: Bool,
        line: FeatureLine? = nil,
        previousConsensus: Double? = nil,
        spread: Double? = nil,
        total: Double? = nil,
        injuryStatus: InjuryStatus? = nil,
        starTeammatesOut: Int? = nil,
        teammateUsageOut: Double? = nil,
        factors: CompositeFactors? = nil,
        zoneRates: ZoneRates? = nil,
        isShotProfiled: Bool = false,
        listings: Listings? = nil
    ) {
        self.isShotProfiled = isShotProfiled
        self.listings = listings
        self.form = form
        self.load = load
        self.history = history
        self.team = team
        self.opponent = opponent
        self.teamAbbr = teamAbbr
        self.opponentAbbr = opponentAbbr
        self.isHome = isHome
        self.isPlayoffGame = isPlayoffGame
        self.line = line
        self.previousConsensus = previousConsensus
        self.spread = spread
        self.total = total
        self.injuryStatus = injuryStatus
        self.starTeammatesOut = starTeammatesOut
        self.teammateUsageOut = teammateUsageOut
        self.factors = factors
        self.zoneRates = zoneRates
    }
}

/// A points line as features use it.
public struct FeatureLine: Sendable, Hashable {
    public var current: Double
    public var opening: Double?
    public var consensus: Double?
    /// Sample standard deviation over the books; nil for one book.
    public var deviation: Double?

    public init(current: Double, opening: Double? = nil, consensus: Double? = nil, deviation: Double? = nil) {
        self.current = current
        self.opening = opening
        self.consensus = consensus
        self.deviation = deviation
    }

    public init(_ lines: PointsLines) {
        self.init(
            current: lines.current,
            opening: lines.opening,
            consensus: lines.consensus,
            deviation: lines.deviation
        )
    }
}
