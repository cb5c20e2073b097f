public import Basketball

/// A published `tonight` document as the page reads it. A field that the document does not hold is nil; a document
/// without its frame is refused.
public struct PublishedSlate: Sendable, Hashable {
    public var date: GameDate
    public var version: Int
    /// Where the slate stands, such as `predictions_ready`.
    public var state: String
    /// `good`, `degraded`, `late` or `empty`.
    public var status: String
    public var reasons: [String]
    public var generatedAt: String
    public var dataAsOf: String?
    public var halt: Halt?
    public var games: [Game]
    public var players: [Player]
    /// The picks of the date, of a document of their own; nil where none is published.
    public var picks: PublishedPicks?

    /// Why nothing is recommended at the moment.
    public struct Halt: Sendable, Hashable {
        public var reason: String
        public var since: String?

        public init(reason: String, since: String?) {
            self.reason = reason
            self.since = since
        }
    }

    public struct Game: Sendable, Hashable {
        public var gameID: String
        public var home: String
        public var away: String
        /// Eastern wall clock, such as `7:30 PM ET`.
        public var time: String?
        public var startsAt: String?
        /// `scheduled`, `in_progress`, `final` or `postponed`.
        public var status: String
        public var homeScore: Int?
        public var awayScore: Int?
        public var playerCount: Int
    }

    public struct Player: Sendable, Hashable {
        public var lookup: String
        public var name: String
        public var team: String
        public var opponent: String
        public var isHome: Bool
        public var gameID: String
        public var injuryStatus: String?
        public var injuryReason: String?
        public var daysRest: Int?
        public var isBackToBack: Bool?
        public var fatigueLevel: String?
        public var gamesPlayed: Int
        /// Means of the season.
        public var seasonPoints: Double?
        public var seasonMinutes: Double?
        public var lastFivePoints: Double?
        public var last30DaysPoints: Double?
        public var form: String?
        /// The newest first.
        public var recent: [PastGame]
        /// Each book's last offer; those at the shown line come first.
        public var offers: [Offer]
        /// Where the shown line opened and each change of it, the oldest first.
        public var lineHistory: [LinePoint]
        public var prediction: Prediction?
        public var actualPoints: Int?
        /// `WIN`, `LOSS` or `PUSH` once the game is final.
        public var result: String?

        public var line: Double? { prediction?.line ?? offers.first?.line }
    }

    public struct PastGame: Sendable, Hashable {
        /// nil of a game that he missed.
        public var points: Int?
        public var minutes: Double?
        /// The line of that day.
        public var line: Double?
        public var isHome: Bool
    }

    public struct Offer: Sendable, Hashable {
        public var bookmaker: String
        public var line: Double
        public var overOdds: Int?
        public var underOdds: Int?
        public var isSynthetic: Bool
        /// UTC, when the book was seen to offer it.
        public var seenAt: String?
    }

    public struct LinePoint: Sendable, Hashable {
        public var line: Double
        /// UTC.
        public var seenAt: String
    }

    public struct Prediction: Sendable, Hashable {
        public var points: Double
        /// 0 … 1.
        public var confidence: Double
        /// `OVER`, `UNDER`, `PASS` or `NO_LINE`.
        public var recommendation: String
        public var line: Double?
        public var edge: Double?
        /// 0 … 1, a push left out.
        public var overProbability: Double?
        /// Eight times in ten he ends in here.
        public var interval: ClosedRange<Double>?
        public var modelVersion: String?
        public var isLineSynthetic: Bool
        public var reasonsFor: [String]
        public var reasonsAgainst: [String]
    }
}

/// A document that is no slate.
public struct PublishedSlateError: Error, Sendable, Hashable, CustomStringConvertible {
    public var field: String
    public var description: String { "the document has no usable \(field)" }
}
