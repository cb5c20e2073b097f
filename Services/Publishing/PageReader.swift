import Basketball
import Foundation
import Page
import Pipeline
import Postgres
import Synchronization

/// Reads what pages are made of. A document is parsed once a version, however many readers ask for it.
struct PageReader: Sendable {
    var pool: PostgresPool
    private let slates = SlateCache()

    init(pool: PostgresPool) { self.pool = pool }

    struct Found: Sendable {
        var slate: PublishedSlate
        /// Of the document.
        var etag: String
        var calendar: SlateCalendar
    }

    /// What is published as the slate `key`, with its neighbours; nil when nothing is.
    ///
    /// - Throws: `PostgresError`, and `PublishedSlateError` for a document that is no slate: neither is an empty slate.
    func slate(key: String) async throws -> Found? {
        guard let shown = try await ShownDocument.find(TonightDocument.kind, key, pool) else { return nil }
        let slate = try await parsed(shown)
        return Found(slate: slate, etag: shown.etag, calendar: try await calendar(of: slate.date))
    }

    /// While a halt holds, the document that readers get says so, and has another ETag.
    private func parsed(_ shown: ShownDocument) async throws -> PublishedSlate {
        if let slate = slates[shown.etag] { return slate }
        let payload = String(decoding: try await shown.bytes(pool), as: UTF8.self)
        let slate = try PublishedSlate(document: try JSONValue(parsing: payload))
        slates[shown.etag] = slate
        return slate
    }

    func calendar(of date: GameDate) async throws -> SlateCalendar {
        let date = date.postgresDate
        let row = try await pool.query(
            """
            SELECT (SELECT max(game_date) FROM nba_publishing.document_pointer
                    WHERE kind = \(TonightDocument.kind) AND key <> \(TonightDocument.currentKey) AND game_date < \(date))
                       AS previous,
                   (SELECT min(game_date) FROM nba_publishing.document_pointer
                    WHERE kind = \(TonightDocument.kind) AND key <> \(TonightDocument.currentKey) AND game_date > \(date))
                       AS next,
                   (SELECT max(game_date) FROM nba_raw.nbac_schedule
                    WHERE game_date < \(date) AND removed_at IS NULL AND NOT is_postponed) AS paused,
                   (SELECT min(game_date) FROM nba_raw.nbac_schedule
                    WHERE game_date > \(date) AND removed_at IS NULL AND NOT is_postponed) AS resumes,
                   (SELECT count(*) FROM nba_raw.nbac_schedule
                    WHERE game_date = \(date) AND removed_at IS NULL AND NOT is_postponed) AS games
            """
        ).one()
        func day(_ column: String) throws -> GameDate? {
            try row.decode(column, as: PostgresDate?.self) == nil ? nil : try row.gameDate(column)
        }
        return SlateCalendar(
            previous: try day("previous"),
            next: try day("next"),
            paused: try day("paused"),
            resumes: try day("resumes"),
            scheduledGames: try row.decode("games")
        )
    }

    /// What was graded so far, by system; predictions that were made after tip-off are no record.
    func records() async throws -> [SystemRecord] {
        let rows = try await pool.query(
            """
            SELECT system_id, COALESCE(lane, 'live') = 'backfill' AS is_replay, min(game_date)::text AS first_date,
                   max(game_date)::text AS last_date, count(*) FILTER (WHERE NOT is_voided) AS graded,
                   count(*) FILTER (WHERE is_voided) AS voided, avg(absolute_error) AS mean_absolute_error,
                   count(*) FILTER (WHERE is_correct) AS wins, count(*) FILTER (WHERE NOT is_correct) AS losses,
                   count(*) FILTER (WHERE line_outcome = 'PUSH' AND recommendation IN ('OVER', 'UNDER')) AS pushes,
                   count(within_interval) AS ranged, count(*) FILTER (WHERE within_interval) AS inside
            FROM nba_predictions.prediction_accuracy
            WHERE removed_at IS NULL AND (COALESCE(lane, 'live') = 'backfill' OR was_made_before_tipoff IS NOT FALSE)
            GROUP BY 1, 2 ORDER BY 2, 1
            """
        )
        return try rows.map { row in
            SystemRecord(
                systemID: try row.decode("system_id"),
                isReplay: try row.decode("is_replay"),
                firstDate: try row.decode("first_date"),
                lastDate: try row.decode("last_date"),
                graded: try row.decode("graded"),
                voided: try row.decode("voided"),
                meanAbsoluteError: try row.decode("mean_absolute_error"),
                wins: try row.decode("wins"),
                losses: try row.decode("losses"),
                pushes: try row.decode("pushes"),
                ranged: try row.decode("ranged"),
                inside: try row.decode("inside")
            )
        }
    }
}

/// The parsed slates that were asked for last, by the ETag of their documents.
private final class SlateCache: Sendable {
    private static let capacity = 16
    private let content = Mutex<(slates: [String: PublishedSlate], order: [String])>(([:], []))

    subscript(etag: String) -> PublishedSlate? {
        get { content.withLock { $0.slates[etag] } }
        set {
            content.withLock { content in
                if content.slates.updateValue(newValue!, forKey: etag) == nil { content.order.append(etag) }
                if content.order.count > Self.capacity {
                    content.slates[content.order.removeFirst()] = nil
                }
            }
        }
    }
}
