import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.nbac_gamebook_player_stats`: the players of one game's gamebook. Inactive players are printed by their last
/// names; who is meant is told by the team's roster and by the injury reports before the game.
struct NbacGamebookPlayerStatsProcessor: RawReader {
    static let name = "nbac_gamebook_player_stats"
    static let needs: RawNeeds = [.games, .names, .rosters, .injuries]

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        guard let key = location.key, let date = key.gameDate, let teams = key.subject.teams else { return nil }
        do { return scope(try GameID(date: date, away: teams.away, home: teams.home)).headKey } catch { return nil }
    }

    private func scope(_ game: GameID) -> WriteScope {
        .rows([ScopeCondition("game_date", .date(game.date)), ScopeCondition("game_id", .text(game.description))])
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) async throws -> RawContent<NbacGamebookPlayerStats> {
        let (id, game) = try Self.game(location, subject)
        let payload = try await GamebookPayload.parse(body, game: game)
        return RawContent(
            rows: rows(payload, id, subject),
            scope: scope(game),
            minimumShareOfHead: 0.9,
            notes: payload.notes,
            listedCount: payload.players.count + payload.notes.rejectedCount
        )
    }

    /// The game by the path, or by the schedule for a payload that lies elsewhere.
    private static func game(_ location: RawInput.Location, _ subject: RawSubject) throws -> (NBAGameID, GameID) {
        let id: NBAGameID
        do { id = try NBAGameID(subject.unit) } catch {
            throw TaskError(.permanent, type: "invalid_unit", "\"\(subject.unit.prefix(40))\" is no NBA game id")
        }
        if let date = location.key?.gameDate, let teams = location.key?.subject.teams {
            return (id, try GameID(date: date, away: teams.away, home: teams.home))
        }
        guard let game = subject.games.game(id) else {
            throw TaskError(.permanent, type: "unknown_game", "the schedule does not know \(id)")
        }
        return (id, game.gameID)
    }

    private func rows(_ payload: GamebookPayload, _ id: NBAGameID, _ subject: RawSubject) -> [NbacGamebookPlayerStats] {
        let listed = Set(payload.players.filter { $0.absence != .inactive }.map { subject.names.lookup($0.name) })
        var counts: [String: Int] = [:]
        return payload.players.map { player in
            let letters = PlayerLookup.normalize(player.name)
            counts["\(player.team) \(letters)", default: 0] += 1
            let number = counts["\(player.team) \(letters)", default: 1]
            return NbacGamebookPlayerStats(
                game: payload.game,
                nbaGameID: id,
                listedAs: number == 1 ? letters : "\(letters)_\(number)",
                player: player,
                resolution: player.absence == .inactive
                    ? InactiveNames(subject: subject, listed: listed).resolve(player, in: payload.game)
                    : .init(
                        .original,
                        lookup: subject.names.lookup(player.name),
                        name: player.name,
                        confidence: 1,
                        method: "printed"
                    )
            )
        }
    }
}

/// Finds out who is meant by an inactive player's last name.
private struct InactiveNames {
    let subject: RawSubject
    /// The players whom the gamebook names in full: none of them is inactive.
    let listed: Set<String>

    func resolve(_ player: GamebookPlayer, in game: GameID) -> NbacGamebookPlayerStats.Resolution {
        let squad = subject.rosters.players(of: player.team, lastName: player.name)
            .filter { !listed.contains($0.lookup) }
        let injured = subject.injuries.players(of: player.team, in: game)
        let ill = RosterBook(injured.map { .init(lookup: $0.lookup, name: $0.name, team: player.team) })
            .players(of: player.team, lastName: player.name).filter { !listed.contains($0.lookup) }
        let names = Dictionary((squad + ill).map { ($0.lookup, $0.name) }) { first, _ in first }
        let (members, absent) = (Set(squad.map(\.lookup)), Set(ill.map(\.lookup)))
        let both = members.intersection(absent)
        // Injury reports give whole names, so that a roster that lacks a new player is no obstacle.
        let attempts: [(Set<String>, Double, String)] = [
            (members, 1, "roster"), (both, 0.85, "roster_and_injury_report"), (absent, 0.85, "injury_report"),
        ]
        for (found, confidence, method) in attempts {
            guard let lookup = found.first, found.count == 1 else { continue }
            return .init(.resolved, lookup: lookup, name: names[lookup], confidence: confidence, method: method)
        }
        let isNobody = members.isEmpty && absent.isEmpty
        return .init(isNobody ? .notFound : .multipleMatches, lookup: nil, name: nil, confidence: 0, method: nil)
    }
}
