import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.nbac_player_list_current`: the league's player list of a season. The league's spelling of a name is the one
/// that every other source is brought to.
struct NbacPlayerListProcessor: RawReader {
    static let name = "nbac_player_list_current"

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        scope(Season(containing: subject.gameDate)).headKey
    }

    private func scope(_ season: Season) -> WriteScope {
        .rows([ScopeCondition("season_year", .integer(season.startYear))])
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<NbacPlayerListCurrent> {
        let payload = try PlayerListPayload.parse(body)
        guard payload.season == Season(containing: subject.gameDate) else {
            throw PayloadError(.wrongSubject, "the list of \(payload.season) on \(subject.gameDate)")
        }
        return RawContent(
            rows: payload.players.map { NbacPlayerListCurrent(season: payload.season, player: $0) },
            scope: scope(payload.season),
            minimumShareOfHead: 0.9,
            notes: payload.notes,
            listedCount: payload.listedCount
        )
    }
}
