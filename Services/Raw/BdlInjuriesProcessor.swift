import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.bdl_injuries`: balldontlie's injury list, every capture of it. The list is about the moment at which it was
/// captured, whatever date the run is about.
struct BdlInjuriesProcessor: RawReader {
    static let name = "bdl_injuries"
    static let needs: RawNeeds = .names

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        WriteScope.date(LeagueClock.gameDate(of: location.capturedAt), column: "scrape_date").headKey + ","
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<BdlInjury> {
        let day = LeagueClock.gameDate(of: location.capturedAt)
        let payload = try BallDontLieInjuries.parse(body, on: day)
        let rows = payload.injuries.map { injury in
            BdlInjury(
                injury: injury,
                snapshotTimestamp: location.capturedAt,
                playerLookup: subject.names.lookup(injury.player.name)
            )
        }
        let season = Season(containing: day)
        return RawContent(
            rows: rows,
            scope: .rows([
                ScopeCondition("scrape_date", .date(day)),
                ScopeCondition("snapshot_timestamp", .instant(location.capturedAt)),
            ]),
            minimumShareOfHead: 0,
            notes: payload.notes,
            listedCount: payload.listedCount,
            names: Set(
                rows.map { row in
                    SeenName(
                        name: row.injury.player.name,
                        lookup: row.playerLookup,
                        team: row.injury.team,
                        season: season
                    )
                }
            )
        )
    }
}
