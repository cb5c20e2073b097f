import Basketball
import Foundation
public import Pipeline
import Postgres

/// `calendar/{season}.json`: how many games each date of a season has, for date pickers and for saying when the next
/// games are.
///
/// Reads: `nba_raw.nbac_schedule`. Writes: `nba_publishing.document` and its pointer.
public struct CalendarDocument: Processor {
    public static let name = "calendar_document"
    static let kind = "calendar"
    static let schemaVersion = 1

    init() {}

    public func execute(_ execution: Execution) async throws -> Outcome {
        let season = Season(containing: execution.gameDate)
        return try await DocumentPublisher(execution: execution)
            .publish(scopeOf: Self.name) { reader in try await Self.drafts(season, reader) }
    }

    private static func drafts(_ season: Season, _ reader: SnapshotReader) async throws -> [DocumentDraft] {
        let rows = try await reader.query(
            """
            SELECT game_date, count(*) FILTER (WHERE NOT is_postponed) AS games,
                   count(*) FILTER (WHERE is_postponed) AS postponed, max(captured_at) AS captured_at
            FROM nba_raw.nbac_schedule
            WHERE season_year = \(Int64(season.startYear)) AND removed_at IS NULL
            GROUP BY game_date ORDER BY game_date
            """
        )
        // A season that nobody has scheduled yet is told when it is, not as an empty one.
        guard !rows.isEmpty else { return [] }
        var dates: [JSONValue] = []
        var total = 0
        var days: [GameDate] = []
        var asOf: Date?
        for row in rows {
            let date = try row.gameDate("game_date")
            let games: Int = try row.decode("games")
            total += games
            if games > 0 { days.append(date) }
            dates.append([
                "game_date": .string(date.description), "games": .count(games),
                "postponed": .count(try row.decode("postponed")),
            ])
            if let captured = try row.decode("captured_at", as: Date?.self) { asOf = max(asOf ?? captured, captured) }
        }
        return [
            DocumentDraft(
                kind: kind,
                key: String(season.startYear),
                schemaVersion: schemaVersion,
                slateDate: try rows.last.map { try $0.gameDate("game_date") } ?? GameDate("\(season.startYear)-10-01"),
                state: "scheduled",
                dataAsOf: asOf,
                data: [
                    "season": .count(season.startYear), "total_games": .count(total),
                    "first_game_date": .maybe(days.first?.description),
                    "last_game_date": .maybe(days.last?.description), "dates": .array(dates),
                ]
            )
        ]
    }
}
