public import Basketball
import Pipeline

/// The league's list of signings, waivers and trades since 2015.
public struct PlayerMovementPayload: Sendable, Hashable {
    public struct Transaction: Sendable, Hashable {
        /// Signing, Waive, Trade, ContractConverted or AwardOnWaivers.
        public var type: String
        public var date: GameDate
        public var description: String
        public var team: Team
        /// Nil for what is no player, such as a draft pick.
        public var playerID: Int?
        public var playerSlug: String?
        /// In a trade the team that gave.
        public var otherTeam: Team?
        /// The rows of one transaction share it.
        public var groupSort: String
        /// The source's second order inside a group: in a trade the id of the team that gave, else 0.
        public var additionalSort: Int

        /// The name that the slug `jaren-jackson-jr` is made of.
        public var playerName: String? {
            playerSlug.map { slug in
                slug.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
            }
        }
    }

    public static let types: Set<String> = ["Signing", "Waive", "Trade", "ContractConverted", "AwardOnWaivers"]

    public var transactions: [Transaction]
    public var notes: PayloadNotes
    public var listedCount: Int

    /// Reads a payload. Throws ``PayloadError``.
    public static func parse(_ body: [UInt8]) throws -> PlayerMovementPayload {
        guard let rows = try Payload.value(body)["NBA_Player_Movement"]?["rows"]?.arrayValue else {
            throw PayloadError(.structure, "NBA_Player_Movement.rows is missing")
        }
        var payload = PlayerMovementPayload(transactions: [], notes: PayloadNotes(), listedCount: rows.count)
        var seen: Set<String> = []
        for row in rows {
            do {
                let transaction = try transaction(try Fields(row, "NBA_Player_Movement"))
                let key =
                    "\(transaction.groupSort)|\(transaction.team)|\(transaction.playerID ?? 0)|\(transaction.additionalSort)"
                guard seen.insert(key).inserted else { throw RowRejection("listed_twice", key) }
                payload.transactions.append(transaction)
            } catch {
                payload.notes.file(error)
            }
        }
        return payload
    }

    private static func transaction(_ row: Fields) throws -> Transaction {
        let group = try row.text("GroupSort")
        let type = try row.text("Transaction_Type")
        guard types.contains(type) else { throw RowRejection("unknown_type", "\(group): \(type.prefix(40))") }
        let slug = try row.text("TEAM_SLUG")
        let teamID = try row.integer("TEAM_ID")
        guard let team = known({ try Team(id: teamID) }) else {
            throw RowRejection("unknown_team", "\(group): \(teamID)")
        }
        guard team.slug == slug else {
            throw RowRejection("team_mismatch", "\(group): \(teamID) is not \(slug.prefix(40))")
        }
        let playerID = try row.integer("PLAYER_ID")
        let playerSlug = try row.optionalText("PLAYER_SLUG")
        guard playerID == 0 || playerSlug != nil else { throw RowRejection("no_name", "\(group): player \(playerID)") }
        let additional = try row.optionalInteger("Additional_Sort") ?? 0
        return Transaction(
            type: type,
            date: try day(try row.text("TRANSACTION_DATE"), group),
            description: try row.text("TRANSACTION_DESCRIPTION"),
            team: team,
            playerID: playerID == 0 ? nil : playerID,
            playerSlug: playerID == 0 ? nil : playerSlug,
            otherTeam: known { try Team(id: additional) },
            groupSort: group,
            additionalSort: additional
        )
    }
}
