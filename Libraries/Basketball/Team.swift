/// One of the thirty teams.
public struct Team: Sendable, Hashable, CustomStringConvertible {
    /// The league's three-letter code, for example `GSW`.
    public let tricode: String
    /// The league's numeric id, for example 1610612744.
    public let id: Int
    /// The city or region as nba.com writes it (`LA` for the Clippers).
    public let city: String
    /// The nickname, for example `Warriors`.
    public let nickname: String
    /// The last part of the team's nba.com address, for example `blazers`.
    public let slug: String
    /// Eastern or Western.
    public let conference: Conference
    /// The division, for example `Pacific`.
    public let division: String

    /// City and nickname as nba.com writes them.
    public var fullName: String { "\(city) \(nickname)" }
    /// The name the Odds API uses; it differs for the Clippers only.
    public var oddsAPIName: String { tricode == "LAC" ? "Los Angeles Clippers" : fullName }
    /// The tricode.
    public var description: String { tricode }

    /// The two conferences.
    public enum Conference: String, Sendable, Hashable, Codable { case eastern = "East", western = "West" }

    /// Teams are equal when their ids are.
    public static func == (left: Team, right: Team) -> Bool { left.id == right.id }
    /// Hashes the id.
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }

    private init(
        _ tricode: String,
        _ id: Int,
        _ city: String,
        _ nickname: String,
        _ slug: String,
        _ conference: Conference,
        _ division: String
    ) {
        (self.tricode, self.id, self.city, self.nickname) = (tricode, id, city, nickname)
        (self.slug, self.conference, self.division) = (slug, conference, division)
    }

    /// The thirty teams, by full name.
    public static let all: [Team] = [
        Team("ATL", 1610612737, "Atlanta", "Hawks", "hawks", .eastern, "Southeast"),
        Team("BOS", 1610612738, "Boston", "Celtics", "celtics", .eastern, "Atlantic"),
        Team("BKN", 1610612751, "Brooklyn", "Nets", "nets", .eastern, "Atlantic"),
        Team("CHA", 1610612766, "Charlotte", "Hornets", "hornets", .eastern, "Southeast"),
        Team("CHI", 1610612741, "Chicago", "Bulls", "bulls", .eastern, "Central"),
        Team("CLE", 1610612739, "Cleveland", "Cavaliers", "cavaliers", .eastern, "Central"),
        Team("DAL", 1610612742, "Dallas", "Mavericks", "mavericks", .western, "Southwest"),
        Team("DEN", 1610612743, "Denver", "Nuggets", "nuggets", .western, "Northwest"),
        Team("DET", 1610612765, "Detroit", "Pistons", "pistons", .eastern, "Central"),
        Team("GSW", 1610612744, "Golden State", "Warriors", "warriors", .western, "Pacific"),
        Team("HOU", 1610612745, "Houston", "Rockets", "rockets", .western, "Southwest"),
        Team("IND", 1610612754, "Indiana", "Pacers", "pacers", .eastern, "Central"),
        Team("LAC", 1610612746, "LA", "Clippers", "clippers", .western, "Pacific"),
        Team("LAL", 1610612747, "Los Angeles", "Lakers", "lakers", .western, "Pacific"),
        Team("MEM", 1610612763, "Memphis", "Grizzlies", "grizzlies", .western, "Southwest"),
        Team("MIA", 1610612748, "Miami", "Heat", "heat", .eastern, "Southeast"),
        Team("MIL", 1610612749, "Milwaukee", "Bucks", "bucks", .eastern, "Central"),
        Team("MIN", 1610612750, "Minnesota", "Timberwolves", "timberwolves", .western, "Northwest"),
        Team("NOP", 1610612740, "New Orleans", "Pelicans", "pelicans", .western, "Southwest"),
        Team("NYK", 1610612752, "New York", "Knicks", "knicks", .eastern, "Atlantic"),
        Team("OKC", 1610612760, "Oklahoma City", "Thunder", "thunder", .western, "Northwest"),
        Team("ORL", 1610612753, "Orlando", "Magic", "magic", .eastern, "Southeast"),
        Team("PHI", 1610612755, "Philadelphia", "76ers", "sixers", .eastern, "Atlantic"),
        Team("PHX", 1610612756, "Phoenix", "Suns", "suns", .western, "Pacific"),
        Team("POR", 1610612757, "Portland", "Trail Blazers", "blazers", .western, "Northwest"),
        Team("SAC", 1610612758, "Sacramento", "Kings", "kings", .western, "Pacific"),
        Team("SAS", 1610612759, "San Antonio", "Spurs", "spurs", .western, "Southwest"),
        Team("TOR", 1610612761, "Toronto", "Raptors", "raptors", .eastern, "Atlantic"),
        Team("UTA", 1610612762, "Utah", "Jazz", "jazz", .western, "Northwest"),
        Team("WAS", 1610612764, "Washington", "Wizards", "wizards", .eastern, "Southeast"),
    ]
}

extension Team: Codable {
    /// Decodes a tricode.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(tricode: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a team: \(error)")
        }
    }

    /// Encodes the tricode.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(tricode)
    }
}
