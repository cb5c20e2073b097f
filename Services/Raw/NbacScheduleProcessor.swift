import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.nbac_schedule`: the league's schedule of a season, from the statistics site or from the static file. Rows carry their own dates, so a change concerns each
/// game's own day whatever the date of the run.
struct NbacScheduleProcessor: RawReader {
    static let name = "nbac_schedule"

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        location.key?.subject.season.map { scope($0).headKey }
    }

    private func scope(_ season: Season) -> WriteScope {
        .rows([ScopeCondition("season_year", .integer(season.startYear))])
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<NbacSchedule> {
        let payload = try SchedulePayload.parse(body)
        if let season = location.key?.subject.season, season != payload.season {
            throw PayloadError(.wrongSubject, "stored as the schedule of \(season), is the one of \(payload.season)")
        }
        return RawContent(
            rows: payload.games.map { Self.row($0, feed: Self.feed(location)) },
            scope: scope(payload.season),
            minimumShareOfHead: 0.9,
            notes: payload.notes,
            listedCount: payload.listedCount,
            isNothingToExpect: payload.listedCount > 0 && payload.notes.rejectedCount == 0
        )
    }

    /// Nil for a payload that was laid down under a name of its own.
    private static func feed(_ location: RawInput.Location) -> String? {
        switch location.key?.scraper {
        case "nbac_schedule_api": "api_stats"
        case "nbac_schedule_cdn": "cdn_static"
        default: nil
        }
    }

    private static func row(_ game: ScheduledGame, feed: String?) -> NbacSchedule {
        NbacSchedule(
            gameID: game.gameID.description,
            nbaGameID: game.id.rawValue,
            gameCode: game.gameID.gameCode,
            seasonYear: game.id.season.startYear,
            seasonType: game.id.seasonType.rawValue,
            gameDate: game.date,
            tipoffAt: game.tipoff,
            gameStatus: game.status.rawValue,
            gameStatusText: game.statusText.isEmpty ? nil : game.statusText,
            isPostponed: game.isPostponed,
            homeTeamID: game.gameID.home.id,
            homeTeamTricode: game.gameID.home.tricode,
            awayTeamID: game.gameID.away.id,
            awayTeamTricode: game.gameID.away.tricode,
            arenaName: game.arenaName,
            arenaCity: game.arenaCity,
            isNeutralSite: game.isNeutralSite,
            homeTeamScore: game.homeScore,
            awayTeamScore: game.awayScore,
            winningTeamTricode: game.winner?.tricode,
            listing: game.listing,
            feed: feed
        )
    }
}
