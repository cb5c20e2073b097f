public import Pipeline

/// A published `best-bets` document of a date as the page reads it.
public struct PublishedPicks: Sendable, Hashable {
    /// What stands, the most valuable first; then what was taken back.
    public var picks: [Pick]
    /// Points between prediction and line below which no side is a pick.
    public var minimumEdge: Double?

    /// A side as readers were shown it first.
    public struct Pick: Sendable, Hashable {
        /// nil of one that was taken back.
        public var rank: Int?
        public var lookup: String
        public var name: String
        public var team: String
        public var opponent: String
        /// `OVER` or `UNDER`.
        public var side: String
        public var line: Double
        /// American odds.
        public var price: Int
        public var bookmaker: String
        public var shownAt: String
        /// 0 … 1.
        public var winProbability: Double?
        public var breakEven: Double?
        /// Points.
        public var edge: Double?
        public var retraction: Retraction?
        /// What the same bookmaker offers since.
        public var latestLine: Double?
        public var latestPrice: Int?
        /// `WIN`, `LOSS`, `PUSH` or `VOID`.
        public var result: String?
        public var actual: Int?
    }

    public struct Retraction: Sendable, Hashable {
        public var reason: String
        public var detail: String?
        public var at: String?
    }

    /// - Throws: `PublishedSlateError` when the document lacks what every one has.
    public init(document: JSONValue) throws(PublishedSlateError) {
        guard let values = document["data"]?["picks"]?.arrayValue else { throw PublishedSlateError(field: "picks") }
        minimumEdge = document["data"]?["rule"]?["minimum_edge"]?.doubleValue
        picks = []
        for value in values { picks.append(try Pick(value)) }
    }
}

extension PublishedPicks.Pick {
    fileprivate init(_ value: JSONValue) throws(PublishedSlateError) {
        guard let line = value["line"]?.doubleValue else { throw PublishedSlateError(field: "line") }
        guard let price = value["price"]?.intValue else { throw PublishedSlateError(field: "price") }
        rank = value["rank"]?.intValue.map { Int($0) }
        lookup = try value.text("player_lookup")
        name = value["name"]?.stringValue ?? lookup
        team = try value.text("team")
        opponent = try value.text("opponent")
        side = try value.text("side")
        self.line = line
        self.price = Int(price)
        bookmaker = try value.text("bookmaker")
        shownAt = try value.text("shown_at")
        winProbability = value["win_probability"]?.doubleValue
        breakEven = value["break_even_probability"]?.doubleValue
        edge = value["edge"]?.doubleValue
        if value["state"]?.stringValue == "retracted" {
            let retraction = value["retraction"]
            self.retraction = .init(
                reason: retraction?["reason"]?.stringValue ?? "unknown",
                detail: retraction?["detail"]?.stringValue,
                at: retraction?["at"]?.stringValue
            )
        }
        latestLine = value["latest"]?["line"]?.doubleValue
        latestPrice = value["latest"]?["price"]?.intValue.map { Int($0) }
        result = value["result"]?.stringValue
        actual = value["actual"]?.intValue.map { Int($0) }
    }
}
