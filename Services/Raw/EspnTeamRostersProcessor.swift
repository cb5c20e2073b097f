import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.espn_team_rosters`: the players of a team now.
struct EspnTeamRostersProcessor: RawReader {
    static let name = "espn_team_rosters"
    static let needs: RawNeeds = .names

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? { scope(subject.unit).headKey }

    private func scope(_ team: String) -> WriteScope { .rows([ScopeCondition("team_abbr", .text(team))]) }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<EspnTeamRoster> {
        let team = try subject.team()
        let payload = try ESPNRosterPayload.parse(body, team: team)
        var content = RawContent(
            rows: payload.players.map {
                EspnTeamRoster(team: team, player: $0, lookup: subject.names.lookup($0.name))
            },
            scope: scope(team.tricode),
            minimumShareOfHead: 0.7,
            notes: payload.notes,
            listedCount: payload.listedCount
        )
        let season = Season(containing: subject.gameDate)
        content.names = Set(
            content.rows.map { SeenName(name: $0.player.name, lookup: $0.lookup, team: team, season: season) }
        )
        return content
    }
}
