import Foundation
import Postgres
import Synchronization
import Testing

@testable import Pipeline
@testable import Publishing

/// A reader who looks at a slate all the time and remembers everything that was not whole.
final class SlateWatcher: Sendable {
    private struct Seen {
        var looks = 0
        var versions: [String] = []
        var problems: [String] = []
    }

    private let seen = Mutex(Seen())
    let pool: PostgresPool
    /// Whose predicted points tell the versions apart.
    let player: String

    init(_ pool: PostgresPool, player: String) {
        self.pool = pool
        self.player = player
    }

    /// Looks until it is cancelled.
    func watch() async {
        while !Task.isCancelled {
            do {
                try await look()
                // Others need the cores as well.
                try await Task.sleep(for: .milliseconds(3))
            } catch is CancellationError {
                return
            } catch { note("\(error)") }
        }
    }

    /// Returns when a look that begins from now on has ended.
    func lookTwice() async throws {
        let before = looks
        while looks < before + 2 { try await Task.sleep(for: .milliseconds(5)) }
    }

    var looks: Int { seen.withLock(\.looks) }
    /// What was seen one after the other: predicted points of each document.
    var versions: [String] { seen.withLock(\.versions) }
    var problems: [String] { seen.withLock(\.problems) }

    private func note(_ problem: String) { seen.withLock { $0.problems.append(problem) } }

    /// One look: the manifest of the slate in one statement, as a reader of several documents takes it, and then each document
    /// as it is served.
    private func look() async throws {
        let rows = try await pool.query(
            """
            SELECT p.kind || '/' || p.key AS name, p.kind, d.etag, d.payload::text AS payload,
                   (SELECT count(*) FROM nba_publishing.pick WHERE NOT is_retracted) AS open_picks
            FROM nba_publishing.document_pointer AS p JOIN nba_publishing.document AS d USING (document_id)
            WHERE p.kind IN ('tonight', 'predictions') OR p.kind = 'best-bets' AND p.key <> 'all' ORDER BY 1
            """
        )
        var points: Set<String> = []
        var runs: Set<String> = []
        for row in rows {
            let payload: String = try row.decode("payload")
            if SHA256.hash(Array(payload.utf8)).hex != (try row.decode("etag", as: String.self)) {
                note("\(try row.decode("name", as: String.self)) is not what its ETag says")
            }
            let document = try JSONValue(parsing: payload)
            if try row.decode("kind", as: String.self) == BestBetsDocument.kind {
                let logged: Int = try row.decode("open_picks")
                let told = document["data"]?["active"]?.intValue
                if told != Int64(logged) { note("the log has \(logged) open picks, the document \(told ?? -1)") }
                continue
            }
            points.insert(predicted(document))
            runs.insert(document["run_id"]?.stringValue ?? "none")
        }
        if rows.count != 4 || points.count != 1 || runs.count != 1 {
            note("a slate of \(rows.count) documents says \(points.sorted()) of \(runs.count) runs")
        }
        for (kind, key) in [("tonight", "all-players"), ("predictions", "2024-01-15")] {
            let answer = try await ServedDocument.get(kind, key, pool)
            // A look that is broken off is none.
            try Task.checkCancellation()
            if answer.status != 200 || SHA256.hash(answer.bytes).hex != answer.etag {
                note("\(kind) answers \(answer.status) and is not whole")
            }
            // Whoever asks for one document after the other may meet the switch between the two, and never goes back.
            let told = predicted(try answer.json)
            seen.withLock { if $0.versions.last != told { $0.versions.append(told) } }
        }
        seen.withLock { $0.looks += 1 }
    }

    private func predicted(_ document: JSONValue) -> String {
        let entries = (document["data"]?["games"]?.arrayValue ?? [])
            .flatMap { ($0["players"] ?? $0["predictions"])?.arrayValue ?? [] }
        let own = entries.first { $0["player_lookup"]?.stringValue == player }?["prediction"]
        return (own?["predicted"] ?? own?["points"])?.encodedText ?? "none"
    }
}
