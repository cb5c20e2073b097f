extension Team {
    /// The team with a league tricode (upper case, as nba.com writes it). Throws `TeamError.unknown`.
    public init(tricode: String) throws(TeamError) {
        guard let team = Self.byTricode[tricode] else { throw .unknown(tricode) }
        self = team
    }

    /// The team with a league id. Throws `TeamError.unknown`.
    public init(id: Int) throws(TeamError) {
        guard let team = Self.byID[id] else { throw .unknown(String(id)) }
        self = team
    }

    /// The team that a source means by a name or code, whatever its case: tricode, ESPN or Basketball-Reference code,
    /// full name, nickname, or a city with a single team.
    ///
    /// Never guesses: throws `TeamError.ambiguous` for "Los Angeles" and "LA", and
    /// `TeamError.unknown` for everything else.
    public init(named name: String) throws(TeamError) {
        let key = Self.key(name)
        if Self.ambiguous.contains(key) { throw .ambiguous(name) }
        guard let team = Self.byName[key] else { throw .unknown(name) }
        self = team
    }

    private static let byTricode = Dictionary(uniqueKeysWithValues: all.map { ($0.tricode, $0) })
    private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
    private static let ambiguous: Set<String> = ["losangeles", "la"]

    /// ESPN and odds feeds shorten some codes; Basketball-Reference has three of its own; the rest are usual nicknames.
    private static let aliases: [String: String] = [
        "gs": "GSW", "ny": "NYK", "no": "NOP", "sa": "SAS", "utah": "UTA", "wsh": "WAS",
        "brk": "BKN", "cho": "CHA", "pho": "PHX",
        "losangelesclippers": "LAC", "losangeleslakers": "LAL", "lalakers": "LAL",
        "sixers": "PHI", "philadelphiasixers": "PHI", "blazers": "POR", "portlandblazers": "POR", "cavs": "CLE",
        "mavs": "DAL", "wolves": "MIN",
    ]

    private static let byName: [String: Team] = {
        var names: [String: Team] = [:]
        for team in all {
            names[key(team.tricode)] = team
            names[key(team.fullName)] = team
            names[key(team.nickname)] = team
            names[key(team.city)] = team
        }
        for (alias, tricode) in aliases { names[alias] = byTricode[tricode] }
        return names
    }()

    /// Lower-case ASCII letters and digits only, so that spacing, dots and case do not matter.
    private static func key(_ name: String) -> String {
        String(
            decoding: name.utf8.compactMap { byte in
                switch byte {
                case 65...90: byte + 32
                case 97...122, 48...57, 0x80...: byte
                default: nil
                }
            },
            as: UTF8.self
        )
    }
}

/// Why a name is not one team.
public enum TeamError: Error, Hashable, Sendable {
    /// No team of the thirty; exhibition and All-Star sides end here.
    case unknown(String)
    /// A place that two teams share.
    case ambiguous(String)
}
