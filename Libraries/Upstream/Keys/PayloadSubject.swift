public import Basketball
public import Pipeline

/// What a stored payload is about. Which of the fields a source's payloads have is said by its ``PayloadLayout``.
public struct PayloadSubject: Sendable, Hashable {
    public var scraper: String
    /// The unit of the tasks that the payload belongs to.
    public var unit: String
    /// The game date; nil for a payload about a whole season.
    public var date: GameDate?
    public var season: Season?
    public var teams: TeamPair?
    /// A part of the day or of the offer: the report's time `1230`, a market.
    public var part: String?

    public init(
        _ scraper: String,
        unit: String = UnitKind.wholeDate,
        date: GameDate? = nil,
        season: Season? = nil,
        teams: TeamPair? = nil,
        part: String? = nil
    ) {
        self.scraper = scraper
        self.unit = unit
        self.date = date
        self.season = season
        self.teams = teams
        self.part = part
    }
}

/// The two teams of a game.
public struct TeamPair: Sendable, Hashable {
    public var away: Team
    public var home: Team

    public init(away: Team, home: Team) {
        self.away = away
        self.home = home
    }

    /// Six letters, the away team first.
    public init?(_ text: String) {
        guard text.utf8.count == 6 else { return nil }
        do {
            away = try Team(tricode: String(text.prefix(3)))
            home = try Team(tricode: String(text.suffix(3)))
        } catch {
            // Not two teams of the league, which is what nil says.
            return nil
        }
    }

    var text: String { away.tricode + home.tricode }
}
