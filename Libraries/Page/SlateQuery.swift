/// What a reader asked of a slate's table. Everything is in the URL, so that a view can be shared.
public struct SlateQuery: Sendable, Hashable {
    public enum Sort: String, Sendable, Hashable, CaseIterable {
        case confidence, player, game, line, projection, over, edge

        /// Names begin with A, figures with the highest.
        var isAscending: Bool { self == .player || self == .game }
    }

    public enum Side: String, Sendable, Hashable, CaseIterable {
        case over, under, pass, lined

        var label: String {
            switch self {
            case .over: "Over"
            case .under: "Under"
            case .pass: "Pass"
            case .lined: "With a line"
            }
        }

        func matches(_ player: PublishedSlate.Player) -> Bool {
            switch self {
            case .lined: player.line != nil
            case .over, .under, .pass: player.prediction?.recommendation == rawValue.uppercased()
            }
        }
    }

    public var sort = Sort.confidence
    public var isReversed = false
    public var team: String?
    public var side: Side?
    public var text = ""
    /// From 1.
    public var page = 1

    /// Rows of a page: with them the first load of a full slate stays far below 150 KB.
    public static let rowsPerPage = 50
    static let maximumTextLength = 60

    public init() {}

    /// Reads the parameters; what is not understood counts as not asked for, since links live longer than pages.
    public init(parameter: (String) -> String?) {
        if let asked = parameter("sort") {
            isReversed = asked.hasPrefix("-")
            sort = Sort(rawValue: isReversed ? String(asked.dropFirst()) : asked) ?? .confidence
        }
        if let asked = parameter("team"), !asked.isEmpty, asked.count <= 3 { team = asked.uppercased() }
        side = parameter("side").flatMap(Side.init)
        text = String((parameter("q") ?? "").prefix(Self.maximumTextLength))
        page = max(1, min(parameter("page").flatMap(Int.init) ?? 1, 1000))
    }

    var isFiltering: Bool { team != nil || side != nil || !text.isEmpty }

    /// The query of a link, beginning with `?`.
    public var link: String {
        var parts: [String] = []
        if sort != .confidence || isReversed { parts.append("sort=\(isReversed ? "-" : "")\(sort.rawValue)") }
        if let team { parts.append("team=\(PercentEncoding.encode(team))") }
        if let side { parts.append("side=\(side.rawValue)") }
        if !text.isEmpty { parts.append("q=\(PercentEncoding.encode(text))") }
        if page > 1 { parts.append("page=\(page)") }
        return "?" + parts.joined(separator: "&")
    }

    func with(_ change: (inout SlateQuery) -> Void) -> SlateQuery {
        var copy = self
        copy.page = 1
        change(&copy)
        return copy
    }

    /// What a click on a column's head asks for.
    func sorted(by column: Sort) -> SlateQuery {
        with {
            $0.isReversed = sort == column && !isReversed
            $0.sort = column
        }
    }

    /// The players that were asked for, in order; equals keep the document's order.
    func apply(to players: [PublishedSlate.Player]) -> [PublishedSlate.Player] {
        let needle = Self.folded(text)
        let found = players.filter { player in
            (team == nil || player.team == team) && (side?.matches(player) ?? true)
                && (needle.isEmpty || Self.folded(player.name).contains(needle) || player.lookup.contains(needle))
        }
        let ascending = sort.isAscending != isReversed
        return found.enumerated().sorted { left, right in
            switch (key(left.element), key(right.element)) {
            // Who has no figure comes last, whatever the direction.
            case (nil, nil): left.offset < right.offset
            case (nil, _): false
            case (_, nil): true
            case (let first?, let second?):
                first == second ? left.offset < right.offset : ascending ? first < second : second < first
            }
        }.map(\.element)
    }

    private enum Key: Comparable {
        case number(Double)
        case name(String)
    }

    private func key(_ player: PublishedSlate.Player) -> Key? {
        switch sort {
        case .confidence: player.prediction.map { .number($0.confidence) }
        case .player: .name(Self.folded(player.name))
        case .game: .name(player.gameID + player.team)
        case .line: player.line.map { .number($0) }
        case .projection: player.prediction.map { .number($0.points) }
        case .over: player.prediction?.overProbability.map { .number($0) }
        // However far from the line, on either side.
        case .edge: player.prediction?.edge.map { .number($0.magnitude) }
        }
    }

    /// Lower case without accents: `Jokić` is found by `jokic`.
    static func folded(_ text: String) -> String {
        let plain: [Character: Character] = [
            "á": "a", "à": "a", "ä": "a", "â": "a", "ã": "a", "č": "c", "ć": "c", "ç": "c", "é": "e", "è": "e",
            "ê": "e", "ë": "e", "í": "i", "ï": "i", "ģ": "g", "ņ": "n", "ñ": "n", "ó": "o", "ö": "o", "ô": "o",
            "š": "s", "ş": "s", "ū": "u", "ü": "u", "ú": "u", "ý": "y", "ž": "z", "ł": "l", "đ": "d", "ø": "o",
        ]
        return String(text.lowercased().map { plain[$0] ?? $0 })
    }
}

enum PercentEncoding {
    /// RFC 3986: everything but unreserved characters.
    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }
}
