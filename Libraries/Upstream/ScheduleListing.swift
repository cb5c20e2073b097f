import Pipeline

/// What the schedule says of a game besides its teams, time and score. Nil where the source says nothing.
public struct ScheduleListing: Sendable, Hashable {
    public var homeTeamName: String?
    public var awayTeamName: String?
    public var arenaState: String?
    /// Such as `Emirates NBA Cup` or `East First Round`.
    public var label: String?
    /// Such as `Game 3` or `East Group A`.
    public var subLabel: String?
    /// Such as `in-season` or `Global Games`.
    public var subtype: String?
    public var seriesGame: String?
    /// The season's week; nil outside of them.
    public var week: Int?
    public var weekName: String?
    /// Whether the game is played only if the series is still open.
    public var isIfNecessary: Bool?
    /// The source's letter: N for a game that stands.
    public var postponedStatus: String?
    /// Channels and streams in the whole country, without those that are still to be announced.
    public var nationalTelevision: [String]?
    public var nationalStreams: [String]?

    public init() {}

    /// Takes over a member of a game; false for one that it does not know.
    mutating func read(_ key: JSONKey, _ reader: inout JSONReader) throws -> Bool {
        switch key {
        case "arenaState": arenaState = filled(try reader.optionalString())
        case "gameLabel": label = filled(try reader.optionalString())
        case "gameSubLabel": subLabel = filled(try reader.optionalString())
        case "gameSubtype": subtype = filled(try reader.optionalString())
        case "seriesGameNumber": seriesGame = filled(try reader.optionalString())
        case "weekNumber": week = try reader.optionalInteger().flatMap { $0 > 0 ? $0 : nil }
        case "weekName": weekName = filled(try reader.optionalString())
        case "ifNecessary": isIfNecessary = try reader.optionalBoolean()
        case "broadcasters": try readBroadcasters(&reader)
        default: return false
        }
        return true
    }

    private mutating func readBroadcasters(_ reader: inout JSONReader) throws {
        if try reader.null() { return }
        try reader.members { reader, key in
            switch key {
            // The statistics site and the static file differ in the first name.
            case "nationalTvBroadcasters", "nationalBroadcasters":
                nationalTelevision = try Self.names(&reader)
            case "nationalOttBroadcasters": nationalStreams = try Self.names(&reader)
            default: try reader.skip()
            }
        }
    }

    private static func names(_ reader: inout JSONReader) throws -> [String]? {
        if try reader.null() { return nil }
        var names: [String] = []
        try reader.elements { reader in
            try reader.members { reader, key in
                switch key {
                case "broadcasterDisplay", "broadcastDisplay":
                    if let name = filled(try reader.optionalString()), name != "TBD" { names.append(name) }
                default: try reader.skip()
                }
            }
        }
        return names
    }
}
