public import Basketball
public import Foundation
public import Pipeline

/// What an operator knows about a player before the sources say it, as `tipoff override player` lays it down.
public struct OperatorStatusPayload: Sendable, Hashable {
    public var playerLookup: String
    public var playerName: String
    /// His team when it was said; nil when he had none.
    public var team: Team?
    /// Nil takes back what operators said before: from then on the sources speak.
    public var status: InjuryStatus?
    /// The first and the last day on which it holds.
    public var days: ClosedRange<GameDate>
    public var reason: String
    public var actor: String
    /// When it was said.
    public var enteredAt: Date

    public init(
        playerLookup: String,
        playerName: String,
        team: Team?,
        status: InjuryStatus?,
        days: ClosedRange<GameDate>,
        reason: String,
        actor: String,
        enteredAt: Date
    ) {
        self.playerLookup = playerLookup
        self.playerName = playerName
        self.team = team
        self.status = status
        self.days = days
        self.reason = reason
        self.actor = actor
        self.enteredAt = enteredAt
    }

    public var json: JSONValue {
        [
            "player_lookup": .string(playerLookup), "player_name": .string(playerName),
            "team": team.map { .string($0.tricode) } ?? .null, "status": status.map { .string($0.rawValue) } ?? .null,
            "from": .string(days.lowerBound.description),
            "until": .string(days.upperBound.description), "reason": .string(reason), "entered_by": .string(actor),
            "entered_at": .string(Instant.text(enteredAt)),
        ]
    }

    /// Reads a payload. Throws ``PayloadError``.
    public static func parse(_ body: [UInt8]) throws -> OperatorStatusPayload {
        let value = try Payload.value(body)
        do throws(RowRejection) {
            let row = try Fields(value, "override")
            let word = try row.optionalText("status")
            let status = word.flatMap(InjuryStatus.init(rawValue:))
            guard status != nil || word == nil else { throw RowRejection("unknown_status", word ?? "") }
            let code = try row.optionalText("team")
            let team = code.flatMap(Self.team)
            guard team != nil || code == nil else { throw RowRejection("unknown_team", code ?? "") }
            let lookup = try row.text("player_lookup")
            guard PlayerLookup.normalize(lookup) == lookup else { throw RowRejection("no_lookup", lookup) }
            let (from, until) = (try day(row, "from"), try day(row, "until"))
            guard from <= until else { throw RowRejection("empty_range", "\(from) to \(until)") }
            let entered = try row.text("entered_at")
            guard let enteredAt = Instant.parse(entered) else { throw RowRejection("no_instant", entered) }
            return OperatorStatusPayload(
                playerLookup: lookup,
                playerName: try row.text("player_name"),
                team: team,
                status: status,
                days: from...until,
                reason: try row.text("reason"),
                actor: try row.text("entered_by"),
                enteredAt: enteredAt
            )
        } catch {
            throw PayloadError(.structure, error.description)
        }
    }

    private static func team(_ code: String) -> Team? {
        do { return try Team(tricode: code) } catch { return nil }
    }

    private static func day(_ row: Fields, _ key: String) throws(RowRejection) -> GameDate {
        let text = try row.text(key)
        do { return try GameDate(text) } catch { throw RowRejection("no_date", "\(key): \(text)") }
    }
}
