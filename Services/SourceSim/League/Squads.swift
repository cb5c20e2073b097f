import Basketball

/// A player of a team on a day.
struct SquadMember: Sendable {
    let playerID: Int32
    let name: String
}

extension SimLeague {
    /// Who is with a team on a day: those whose last game before it was for the team, and before the season those whose
    /// first will be.
    func squad(of team: Side, on date: GameDate) throws -> [SquadMember] {
        guard let book = try store.players(Season(containing: date)) else { return [] }
        return (book.squads[team.id] ?? []).compactMap { id in
            guard let appearances = book.appearances[id], let first = appearances.first, let name = book.names[id]
            else {
                return nil
            }
            let last = appearances.last { $0.date < date } ?? first
            return last.teamID == team.id ? SquadMember(playerID: id, name: name) : nil
        }
    }

    /// Who took part in a game.
    func participants(of game: Game) throws -> Set<Int32> {
        Set((try store.players(game.id.season)?.rows[game.id] ?? []).map(\.playerID))
    }
}

/// What is known of a player's health before a game, made up so that those who will not play are mostly announced.
struct Ailment {
    enum Status: String, CaseIterable {
        case out = "Out"
        case questionable = "Questionable"
        case probable = "Probable"
        case available = "Available"
    }

    let status: Status
    let reason: String

    private static let reasons = [
        "Injury/Illness - Left Ankle; Sprain", "Injury/Illness - Right Knee; Soreness", "Injury/Illness - N/A; Illness",
        "Injury/Illness - Right Hamstring; Injury Management", "Rest", "Personal Reasons", "G League - On Assignment",
        "Injury/Illness - Lower Back; Left Sacroiliac Joint Dysfunction",
    ]

    init(_ status: Status, reason: String) {
        self.status = status
        self.reason = reason
    }

    /// Nil for a player of whom nothing is said.
    ///
    /// - Parameter hour: of the game's day; some are doubtful first and decided after noon.
    init?(_ player: Int32, _ game: Game, plays: Bool, hour: Int) {
        let facts = stableHash("ailment \(game.id) \(player)", salt: 21)
        reason = Self.reasons[Int((facts >> 20) % UInt64(Self.reasons.count))]
        let isEarly = hour < 13
        if plays {
            guard facts % 100 < 7 else { return nil }
            status = facts % 2 == 0 ? .probable : isEarly ? .questionable : .available
        } else {
            guard facts % 10 < 7 else { return nil }
            status = isEarly && facts % 3 == 0 ? .questionable : .out
        }
    }
}
