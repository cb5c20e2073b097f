import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.br_rosters_current`: everybody who was with a team during a season. A player who left stays listed, so that
/// last names in older lists still find him.
struct BrRostersCurrentProcessor: RawReader {
    static let name = "br_rosters_current"
    static let needs: RawNeeds = .names

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        scope(season(location, subject), subject.unit).headKey
    }

    private func season(_ location: RawInput.Location, _ subject: RawSubject) -> Season {
        location.key?.subject.season ?? Season(containing: subject.gameDate)
    }

    private func scope(_ season: Season, _ team: String) -> WriteScope {
        .rows([ScopeCondition("season_year", .integer(season.startYear)), ScopeCondition("team_abbr", .text(team))])
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<BrRosterCurrent> {
        let team = try subject.team()
        let season = season(location, subject)
        let payload = try SeasonRosterPayload.parse(body, team: team, season: season)
        var content = RawContent(
            rows: payload.players.map {
                BrRosterCurrent(season: season, team: team, player: $0, lookup: subject.names.lookup($0.name))
            },
            scope: scope(season, team.tricode),
            minimumShareOfHead: 0.7,
            notes: payload.notes,
            listedCount: payload.listedCount
        )
        content.names = Set(
            content.rows.map { SeenName(name: $0.player.name, lookup: $0.lookup, team: team, season: season) }
        )
        return content
    }
}

extension RawSubject {
    /// The team that the unit names. Throws a permanent ``TaskError``.
    func team() throws(TaskError) -> Team {
        do { return try Team(tricode: unit) } catch {
            throw TaskError(.permanent, type: "invalid_unit", "\"\(unit.prefix(40))\" is no team")
        }
    }
}
