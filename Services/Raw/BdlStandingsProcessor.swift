import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.bdl_standings`: the thirty teams' places as they were when the standings were captured.
struct BdlStandingsProcessor: RawReader {
    static let name = "bdl_standings"

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        WriteScope.date(LeagueClock.gameDate(of: location.capturedAt), column: "date_recorded").headKey + ","
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<BdlStanding> {
        let payload = try BallDontLieStandings.parse(body)
        let day = LeagueClock.gameDate(of: location.capturedAt)
        return RawContent(
            rows: payload.standings.map { BdlStanding(standing: $0, dateRecorded: day) },
            scope: .rows([
                ScopeCondition("date_recorded", .date(day)),
                ScopeCondition("season_year", .integer(payload.season.startYear)),
            ]),
            minimumShareOfHead: 0.9,
            notes: payload.notes,
            listedCount: Team.all.count
        )
    }
}
