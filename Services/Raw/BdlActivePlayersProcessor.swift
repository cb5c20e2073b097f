import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.bdl_active_players_current`: balldontlie's players under contract, held against the league's own list of the
/// season.
struct BdlActivePlayersProcessor: RawReader {
    static let name = "bdl_active_players_current"
    static let needs: RawNeeds = [.names, .playerList]

    // The rows depend on the league's list as well, so that the same payload may have to be read again.
    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? { nil }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<BdlActivePlayer> {
        let payload = try BallDontLieActivePlayers.parse(body)
        // The list is of the moment, whatever date the run is about.
        let season = Season(containing: LeagueClock.gameDate(of: location.capturedAt))
        let list = season == Season(containing: subject.gameDate) ? subject.playerList : PlayerListBook()
        let lookups = payload.players.map { subject.names.lookup($0.player.name) }
        let counts = lookups.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        let rows = zip(payload.players, lookups).map { entry, lookup in
            let teams = list.teams(of: lookup)
            return BdlActivePlayer(
                season: season,
                entry: entry,
                playerLookup: lookup,
                validation: list.isEmpty
                    ? nil : Self.validation(entry.team, teams, isOne: counts[lookup] == 1),
                nbaTeam: teams.count == 1 ? teams[0] : nil
            )
        }
        return RawContent(
            rows: rows,
            scope: .rows([ScopeCondition("season_year", .integer(season.startYear))]),
            minimumShareOfHead: 0.9,
            notes: payload.notes,
            listedCount: payload.listedCount,
            names: Set(
                rows.map { row in
                    SeenName(
                        name: row.entry.player.name,
                        lookup: row.playerLookup,
                        team: row.entry.team,
                        season: season
                    )
                }
            )
        )
    }

    private static func validation(_ team: Team?, _ teams: [Team?], isOne: Bool) -> BdlActivePlayer.Validation {
        if teams.isEmpty { return .missingNBACom }
        // A name that two men share proves nothing about either.
        if teams.count > 1 || !isOne { return .dataQualityIssue }
        return teams[0] == team ? .validated : .teamMismatch
    }
}
