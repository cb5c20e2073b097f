import Postgres

/// Reads `nba_publishing.change_event`.
struct ChangeLog: Sendable {
    var pool: PostgresPool

    /// Whether every event after `id` is still there, and not too many of them.
    func canReplay(after id: Int64) async throws -> Bool {
        let row = try await pool.query(
            """
            SELECT COALESCE(min(seq), 0) AS oldest, COALESCE(max(seq), 0) AS newest,
                   (SELECT count(*) FROM (SELECT 1 FROM nba_publishing.change_event WHERE seq > \(id)
                                          LIMIT \(Int64(ChangeStream.replayLimit + 1))) AS missed) AS missed
            FROM nba_publishing.change_event
            """
        ).one()
        let oldest: Int64 = try row.decode("oldest")
        // An id from the future is one of another database.
        return try id >= oldest - 1 && id <= row.decode("newest", as: Int64.self)
            && row.decode("missed", as: Int.self) <= ChangeStream.replayLimit
    }

    func newest() async throws -> Int64 {
        try await pool.query("SELECT COALESCE(max(seq), 0) FROM nba_publishing.change_event").scalar(as: Int64.self)
    }

    func events(after seq: Int64, limit: Int) async throws -> [ChangeStream.Event] {
        let rows = try await pool.query(
            """
            SELECT seq, kind, key, version, slate_date::text AS slate_date, at FROM nba_publishing.change_event
            WHERE seq > \(seq) ORDER BY seq LIMIT \(Int64(limit))
            """
        )
        return try rows.map { row in
            ChangeStream.Event(
                seq: try row.decode("seq"),
                kind: try row.decode("kind"),
                key: try row.decode("key"),
                version: try row.decode("version"),
                slateDate: try row.decode("slate_date"),
                at: try row.decode("at")
            )
        }
    }
}
