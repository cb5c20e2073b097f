import Basketball
import Foundation
import Pipeline
import Postgres
import Upstream

/// Scraped payloads as they lie in the object store: what can be read again when the database has lost or garbled it.
struct StoredPayloads: Sendable {
    /// One object and who reads it.
    struct Payload: Sendable, Hashable {
        var key: PayloadKey
        var sha256: String
        var processors: [ProcessorDefinition]

        /// A payload about a season tells most about the day on which it was captured.
        var date: GameDate { key.gameDate ?? LeagueClock.gameDate(of: key.capturedAt) }

        /// As a run takes it.
        func stored(_ registry: Registry) -> RunOpener.StoredPayload? {
            registry.processor(key.scraper, in: .scrapers).map { scraper in
                RunOpener.StoredPayload(
                    scraper: scraper,
                    processors: processors,
                    unit: key.unit,
                    input: [
                        "status": .string(CompletionStatus.success.rawValue), "object_path": .string(key.path.string),
                        "sha256": .string(sha256), "captured_at": .string(Instant.text(key.capturedAt)),
                    ]
                )
            }
        }
    }

    let session: Session

    /// The payloads of every source that name the date, in the order of their capture: all of them, because a table that
    /// keeps what each capture said first is not made of the newest alone.
    func all(of date: GameDate) async throws -> [Payload] {
        let objects = try session.configuration.makeObjects()
        var found: [Payload] = []
        for layout in PayloadLayout.all {
            guard let prefix = Self.prefix(layout, date) else { continue }
            try await list(prefix, in: objects) { payload in
                if payload.key.gameDate == date { found.append(payload) }
            }
        }
        return Self.inOrder(Array(Set(found)))
    }

    /// Every payload that was captured at or after an instant, in the order of capture.
    func captured(since: Date, progress: (Int) -> Void) async throws -> [Payload] {
        let objects = try session.configuration.makeObjects()
        var found: [Payload] = []
        var seen = 0
        for root in Set(PayloadLayout.all.compactMap(\.folders.first)).sorted() {
            try await list(root + "/", in: objects) { payload in
                seen += 1
                if seen % 1000 == 0 { progress(seen) }
                if payload.key.capturedAt >= since { found.append(payload) }
            }
        }
        return Self.inOrder(found)
    }

    /// Which of the payloads the database knows: by a task that was told to read one, or by what a table says it holds.
    func known(_ payloads: [Payload]) async throws -> Set<String> {
        let paths = payloads.map(\.key.path.string)
        let dates = Set(payloads.map(\.date)).sorted().map(\.sqlDate)
        let rows = try await session.pool.query(
            """
            SELECT input->>'object_path' AS path FROM nba_orchestration.task
            WHERE game_date = ANY(\(dates)) AND phase = 2 AND input->>'object_path' = ANY(\(paths))
            UNION SELECT source_object FROM nba_orchestration.snapshot_head WHERE source_object = ANY(\(paths))
            UNION SELECT metadata->>'object_path' FROM nba_orchestration.pipeline_execution_log
            WHERE game_date = ANY(\(dates)) AND phase IN (1, 2) AND metadata->>'object_path' = ANY(\(paths))
            """
        )
        return Set(try rows.column("path", as: String.self))
    }

    /// The payloads of a date in rounds: no processor reads two of one unit in one round, and the earlier comes first.
    static func rounds(_ payloads: [Payload]) -> [[Payload]] {
        struct Place: Hashable {
            var processor: String
            var unit: String
        }
        var next: [Place: Int] = [:]
        var rounds: [[Payload]] = []
        for payload in inOrder(payloads) {
            let places = payload.processors.map { Place(processor: $0.name, unit: payload.key.unit) }
            let round = places.map { next[$0] ?? 0 }.max() ?? 0
            while rounds.count <= round { rounds.append([]) }
            rounds[round].append(payload)
            for place in places { next[place] = round + 1 }
        }
        return rounds
    }

    private static func inOrder(_ payloads: [Payload]) -> [Payload] {
        payloads.sorted { ($0.key.capturedAt, $0.key.path.string) < ($1.key.capturedAt, $1.key.path.string) }
    }

    /// The folders of a source up to the date; nil when its paths name none.
    private static func prefix(_ layout: PayloadLayout, _ date: GameDate) -> String? {
        guard layout.folders.contains("{date}") else { return nil }
        var parts: [String] = []
        for folder in layout.folders {
            if folder == "{season}" {
                parts.append(Season(containing: date).label)
            } else if folder.contains("{") {
                if folder == "{date}" { parts.append(date.description) }
                break
            } else {
                parts.append(folder)
            }
        }
        return parts.joined(separator: "/") + "/"
    }

    private func list(_ prefix: String, in objects: any ObjectStore, _ take: (Payload) -> Void) async throws {
        var after: String?
        while true {
            let page = try await objects.list(prefix: prefix, after: after, limit: 1000)
            for object in page {
                guard let key = PayloadKey(path: object.path.string) else { continue }
                let processors = session.registry.rawProcessors(of: key.scraper)
                if !processors.isEmpty { take(Payload(key: key, sha256: object.sha256, processors: processors)) }
            }
            guard page.count == 1000, let last = page.last else { return }
            after = last.path.string
        }
    }
}
