import Basketball
import Foundation
import Page
import Pipeline
import Postgres
import Synchronization

/// Reads what pages are made of. A document is parsed once a version, however many readers ask for it.
struct PageReader: Sendable {
    private let documents: DocumentReader
    private let slates = ParsedDocuments<PublishedSlate>()
    private let picks = ParsedDocuments<PublishedPicks>()
    /// What was rendered of it.
    let rendered = RenderedPages()

    init(_ documents: DocumentReader) { self.documents = documents }

    private var pool: PostgresPool { documents.pool }

    struct Found: Sendable {
        var slate: PublishedSlate
        /// Of the documents that the slate was read from.
        var etag: String
        var calendar: SlateCalendar
    }

    /// What is published as the slate `key`, with its neighbours; nil when nothing is.
    ///
    /// - Throws: `PostgresError`, and `PublishedSlateError` for a document that is no slate: neither is an empty slate.
    func slate(key: String) async throws -> Found? {
        while let found = try await documents.document(TonightDocument.kind, key) {
            var slate = try slates.parsed(found.shown.etag, found.bytes, PublishedSlate.init(document:))
            var etag = found.shown.etag
            if let found = try await documents.document(BestBetsDocument.kind, slate.date.description) {
                slate.picks = try picks.parsed(found.shown.etag, found.bytes, PublishedPicks.init(document:))
                etag += "-" + found.shown.etag
            }
            // A slate and its picks switch together: what was published between the two looks is looked at again.
            guard try await ShownDocument.find(TonightDocument.kind, key, pool)?.etag == found.shown.etag else {
                continue
            }
            return Found(slate: slate, etag: etag, calendar: try await calendar(of: slate.date))
        }
        return nil
    }

    func calendar(of date: GameDate) async throws -> SlateCalendar {
        let date = date.postgresDate
        let row = try await pool.query(
            """
            SELECT (SELECT max(game_date) FROM nba_publishing.shown_document
                    WHERE kind = \(TonightDocument.kind) AND key <> \(TonightDocument.currentKey) AND game_date < \(date))
                       AS previous,
                   (SELECT min(game_date) FROM nba_publishing.shown_document
                    WHERE kind = \(TonightDocument.kind) AND key <> \(TonightDocument.currentKey) AND game_date > \(date))
                       AS next,
                   (SELECT max(game_date) FROM nba_publishing.shown_game WHERE game_date < \(date)) AS paused,
                   (SELECT min(game_date) FROM nba_publishing.shown_game WHERE game_date > \(date)) AS resumes,
                   (SELECT count(*) FROM nba_publishing.shown_game WHERE game_date = \(date)) AS games
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

    /// While this stands, the record does: it changes with each version of what tells of graded predictions, and every five
    /// minutes, because systems that readers are not shown are graded too.
    func recordVersion() async throws -> String {
        let versions = try await pool.query(
            """
            SELECT COALESCE(sum(version), 0)::bigint FROM nba_publishing.shown_document
            WHERE kind IN (\(ResultsDocument.kind), \(SystemsDocument.kind))
            """
        ).scalar(as: Int64.self)
        return "\(versions)-\(Int(Date().timeIntervalSince1970) / 300)"
    }

    /// What was graded so far, by system; predictions that were made after tip-off are no record.
    func records() async throws -> [SystemRecord] {
        let rows = try await pool.query(
            """
            SELECT system_id, is_replay, first_date::text AS first_date, last_date::text AS last_date, graded, voided,
                   mean_absolute_error, wins, losses, pushes, ranged, inside
            FROM nba_publishing.shown_record ORDER BY is_replay, system_id
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

/// The parsed documents that were asked for last, by their ETags.
private final class ParsedDocuments<Document: Sendable>: Sendable {
    private static var capacity: Int { 16 }
    private let content = Mutex<(documents: [String: Document], order: [String])>(([:], []))

    /// - Parameter etag: names the bytes; while a halt holds, a document says so and has another.
    func parsed(_ etag: String, _ bytes: [UInt8], _ read: (JSONValue) throws -> Document) throws -> Document {
        if let known = content.withLock({ $0.documents[etag] }) { return known }
        let document = try read(JSONValue(parsing: bytes))
        content.withLock { content in
            if content.documents.updateValue(document, forKey: etag) == nil { content.order.append(etag) }
            if content.order.count > Self.capacity { content.documents[content.order.removeFirst()] = nil }
        }
        return document
    }
}
