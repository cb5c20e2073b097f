/// A league season, named by the year in which it starts.
public struct Season: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// The year of the season's first games: 2023 for 2023-24.
    public let startYear: Int

    /// The season that starts in `startYear`.
    public init(startYear: Int) { self.startYear = startYear }

    /// The season that a day belongs to, pre-season and off-season days included.
    ///
    /// The rule is "October begins the next season". The pandemic moved two seasons, and some pre-seasons began in
    /// September; `firstDays` holds those.
    public init(containing date: GameDate) {
        let year = date.year
        startYear = date >= Season.firstDay(ofSeasonStarting: year) ? year : year - 1
    }

    /// Parses `2023-24`. Throws `SeasonError.malformed` when the two years do not follow each other.
    public init(label: String) throws(SeasonError) {
        let parts = label.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
            label.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: "-") }),
            let start = Int(parts[0]), let end = Int(parts[1]), (start + 1) % 100 == end, (1946...2199).contains(start)
        else { throw .malformed(label) }
        startYear = start
    }

    /// `2023-24`.
    public var label: String {
        let end = (startYear + 1) % 100
        return "\(startYear)-\(end < 10 ? "0" : "")\(end)"
    }

    /// `2023-24`.
    public var description: String { label }

    /// The year in which the season ends, which Basketball-Reference and ESPN use as its name.
    public var endYear: Int { startYear + 1 }

    /// The day of the first regular-season game, where known.
    public var openingDay: GameDate? { Season.openingDays[startYear] }

    /// Seasons in order of time.
    public static func < (left: Season, right: Season) -> Bool { left.startYear < right.startYear }

    /// The first day that belongs to the season.
    public var firstDay: GameDate { Season.firstDay(ofSeasonStarting: startYear) }

    /// The last day that belongs to the season: the day before the next one begins.
    public var lastDay: GameDate {
        GameDate(unchecked: Season.firstDay(ofSeasonStarting: startYear + 1).daysSince1970 - 1)
    }

    private static func firstDay(ofSeasonStarting year: Int) -> GameDate {
        firstDays[year] ?? GameDate(unchecked: GameDate.daysFromCivil(year: year, month: 10, day: 1))
    }

    private static func day(_ year: Int, _ month: Int, _ day: Int) -> GameDate {
        GameDate(unchecked: GameDate.daysFromCivil(year: year, month: month, day: day))
    }

    /// Seasons whose first day is not 1 October: a pre-season game in September, or the 2019-20 finals of October 2020.
    private static let firstDays: [Int: GameDate] = [
        2017: day(2017, 9, 30),
        2018: day(2018, 9, 28),
        2019: day(2019, 9, 30),
        2020: day(2020, 10, 12),
        2022: day(2022, 9, 30),
    ]

    private static let openingDays: [Int: GameDate] = [
        2015: day(2015, 10, 27), 2016: day(2016, 10, 25), 2017: day(2017, 10, 17), 2018: day(2018, 10, 16),
        2019: day(2019, 10, 22), 2020: day(2020, 12, 22), 2021: day(2021, 10, 19), 2022: day(2022, 10, 18),
        2023: day(2023, 10, 24), 2024: day(2024, 10, 22), 2025: day(2025, 10, 21),
    ]
}

/// Why a text is not a season.
public enum SeasonError: Error, Hashable, Sendable {
    /// Not `YYYY-YY` with consecutive years.
    case malformed(String)
}

/// The kind of a game, told by the first three digits of its NBA id.
public enum SeasonType: String, Sendable, Hashable, Codable, CaseIterable {
    case preseason, regular, allStar = "all_star", playoffs, playIn = "play_in", cupFinal = "cup_final"

    /// The type behind an id prefix such as `002`; nil for a prefix the league does not use.
    public init?(prefix: String) {
        guard let type = SeasonType.allCases.first(where: { $0.prefix == prefix }) else { return nil }
        self = type
    }

    /// The id prefix, `001` … `006`.
    public var prefix: String {
        switch self {
        case .preseason: "001"
        case .regular: "002"
        case .allStar: "003"
        case .playoffs: "004"
        case .playIn: "005"
        case .cupFinal: "006"
        }
    }

    /// The value of stats.nba.com's `SeasonType` parameter. The cup final is asked for under its own name.
    public var statsName: String {
        switch self {
        case .preseason: "Pre Season"
        case .regular: "Regular Season"
        case .allStar: "All Star"
        case .playoffs: "Playoffs"
        case .playIn: "PlayIn"
        case .cupFinal: "IST"
        }
    }
}
