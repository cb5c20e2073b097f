import Basketball

/// The Odds API's participants: the thirty teams, and the players of one.
enum OddsParticipantsFormat: SourceFormat {
    private static let root = "/v4/sports/basketball_nba/participants"

    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        guard request.path.hasPrefix(root) else { return nil }
        guard request.query["apiKey"]?.isEmpty == false else {
            return .refusal(401, "API key is missing", code: "MISSING_KEY")
        }
        let parts = request.path.dropFirst(root.count).split(separator: "/")
        if parts.isEmpty {
            return SimReply(
                .array(Team.all.map { ["id": .string(id($0)), "full_name": .string($0.oddsAPIName)] })
            )
        }
        guard parts.count == 2, parts[1] == "players" else { return nil }
        guard let team = Team.all.first(where: { id($0) == parts[0] }),
            let book = try league.store.players(league.currentSeason)
        else { return .refusal(404, "Participant not found") }
        let names = (book.squads[team.id] ?? []).compactMap { player in book.names[player].map { (player, $0) } }
        return SimReply(
            .array(names.map { ["id": .string("par_\($0.0)"), "full_name": .string($0.1)] })
        )
    }

    private static func id(_ team: Team) -> String { "par_\(team.tricode.lowercased())\(team.id)" }
}
