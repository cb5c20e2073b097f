public import Basketball
import Pipeline

/// The players under contract now, `/v1/players/active`.
public struct BallDontLieActivePlayers: Sendable, Hashable {
    public struct Player: Sendable, Hashable {
        public var player: BallDontLiePlayer
        /// Nil for a player without a team.
        public var team: Team?
    }

    public var players: [Player]
    public var notes: PayloadNotes
    public var listedCount: Int

    /// Reads a payload of one or more pages. Throws ``PayloadError``.
    public static func parse(_ body: [UInt8]) throws -> BallDontLieActivePlayers {
        let entries = try BallDontLie.entries(body)
        var list = BallDontLieActivePlayers(players: [], notes: PayloadNotes(), listedCount: entries.count)
        var seen: Set<Int> = []
        for entry in entries {
            do throws(RowRejection) {
                let row = try Fields(entry, "player")
                let player = try BallDontLiePlayer(row)
                var team: Team?
                if row.value("team") != nil {
                    let about = try row.fields("team")
                    team = try BallDontLie.team(about)
                    if team == nil {
                        throw RowRejection("unknown_team", "\(player.name): \(try about.text("abbreviation"))")
                    }
                }
                guard seen.insert(player.id).inserted else {
                    throw RowRejection("listed_twice", "\(player.id) \(player.name)")
                }
                list.players.append(Player(player: player, team: team))
            } catch {
                list.notes.reject(error)
            }
        }
        return list
    }
}
