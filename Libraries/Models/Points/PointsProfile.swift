import Basketball

/// What the rules see of a player before a game, and what reasons are told from: figures for people, from games of earlier
/// dates. Nil where nothing is known.
public struct PointsProfile: Sendable, Hashable, Codable {
    /// Days of rest are not counted beyond.
    public static let longestRest = 30

    /// Points of a zone.
    public struct ZonePoints: Sendable, Hashable, Codable {
        public var zone: PointsZone
        /// His mean in a game, half life 10 games.
        public var points: Double

        public init(zone: PointsZone, points: Double) {
            self.zone = zone
            self.points = points
        }
    }

    // MARK: The player

    /// Appearances so far, in all and in the season.
    public var games: Int
    public var seasonGames: Int
    /// Mean points of the last five and ten appearances in any season; of all when there are fewer.
    public var pointsLast5: Double?
    public var pointsLast10: Double?
    /// Mean points of the season, and of the season before in which he played.
    public var seasonPoints: Double?
    public var previousSeasonPoints: Double?
    /// Mean points, half life 10 games, drawn to a bench player's by half a game.
    public var recentPoints: Double
    /// The standard deviation of the points of the last ten games; nil below three.
    public var deviationLast10: Double?
    /// The standard deviation around what was expected, points: half life 30 games, its square drawn to 30 by five games.
    public var pointsDeviation: Double
    /// Mean minutes of the last ten appearances, and with half life 10 games.
    public var minutesLast10: Double?
    public var usualMinutes: Double
    /// In the order of ``PointsZone``.
    public var zones: [ZonePoints]

    // MARK: The game

    public var isHome: Bool
    /// Days since his last game, at most ``longestRest``.
    public var restDays: Int?
    /// His games at most seven days ago.
    public var gamesLast7Days: Int
    /// What the opponent allowed in the season so far.
    public var opponent: OpponentAllowances
    /// Points of players of his role against the opponent over what they usually score, drawn to 1.
    public var opponentRolePoints: Double
    /// Expected minutes, points and ended possessions of absent teammates, less what was vacated in his last games.
    public var vacatedMinutesChange: Double
    public var vacatedPointsChange: Double
    /// Expected ended possessions of absent teammates.
    public var vacatedUsage: Double

    // MARK: The past

    /// His games of this season and the one before, at most 80, oldest first.
    public var history: [PastGame]

    /// The night after a game.
    public var isBackToBack: Bool { restDays == 1 }

    /// Mean points of the last five games less those of the season.
    public var form: Double? {
        guard let pointsLast5, let seasonPoints else { return nil }
        return pointsLast5 - seasonPoints
    }
}

extension PointsProfile {
    init(_ context: PointsContext) {
        let state = context.state
        games = state.games
        seasonGames = state.season?.games ?? 0
        pointsLast5 = SampleStatistics.mean(context.recentPoints.suffix(5))
        pointsLast10 = SampleStatistics.mean(context.recentPoints)
        seasonPoints = state.season?.pointsPerGame
        previousSeasonPoints = state.previousSeason?.pointsPerGame
        recentPoints = context.mean(.points, .h10)
        let deviation = PointsContext.deviation(context.recentPoints)
        deviationLast10 = deviation.isNaN ? nil : deviation
        pointsDeviation = context.pointsDeviation
        minutesLast10 = SampleStatistics.mean(context.recentMinutes)
        usualMinutes = context.mean(.minutes, .h10)
        let threes = context.mean(.threePointersMade, .h10)
        zones = [
            ZonePoints(zone: .twoPointers, points: 2 * (context.mean(.fieldGoalsMade, .h10) - threes)),
            ZonePoints(zone: .threePointers, points: 3 * threes),
            ZonePoints(zone: .freeThrows, points: context.mean(.freeThrowsMade, .h10)),
        ]
        isHome = context.side.isHome
        restDays = state.restDays(context.date)
        gamesLast7Days = state.games(within: 7, of: context.date)
        opponent = context.day.allowances
        opponentRolePoints = context.day.defense.pointsRatio(state.role)
        vacatedMinutesChange = context.absences.expected.minutes - context.mean(.vacatedMinutes, .h10)
        vacatedPointsChange = context.absences.expected.points - context.mean(.vacatedPoints, .h10)
        vacatedUsage = context.absences.expected.usageEvents
        history = state.history
    }
}
