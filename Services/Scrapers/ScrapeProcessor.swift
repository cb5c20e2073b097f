import Foundation
import HTTPFetch
import Logging
import Pipeline
import Upstream

/// Runs a scraper's tasks: ask, check, store byte for byte, judge, report.
struct ScrapeProcessor<Source: Scraper>: Processor {
    static var name: String { Source.name }

    let source: Source
    let client: SourceClient
    let cache = CaptureCache<Source.Content>(capacity: 4)

    init(_ source: Source, client: SourceClient) {
        self.source = source
        self.client = client
    }

    func execute(_ execution: Execution) async throws -> Outcome {
        var outcome = try await scrape(execution)
        if Source.hasCredits, let credits = client.credits.latest {
            outcome.alsoWrite = { try await credits.report(in: $0) }
        }
        return outcome
    }

    private func scrape(_ execution: Execution) async throws -> Outcome {
        guard let capture = try await capture(execution) else {
            return try await nothing(execution, Finding(status: .noData, count: 0))
        }
        let finding = try await source.judge(capture.content, execution)
        guard finding.status != .noData else { return try await nothing(execution, finding) }
        var outcome = Outcome(finding.status == .success ? .success : .partial, recordCount: finding.count)
        outcome.entitiesInScope = finding.count
        outcome.entitiesProcessed = finding.count
        outcome.recordsFailed = finding.notes.rejectedCount
        outcome.discovered = finding.discovered
        outcome.metadata = metadata(finding)
        outcome.metadata["bytes"] = .int(Int64(capture.byteCount))
        var input: [String: JSONValue] = [
            "object_path": .string(capture.path.string), "sha256": .string(capture.sha256),
            "captured_at": .string(Instant.text(capture.capturedAt)), "row_count": .int(Int64(finding.count)),
        ]
        // Who plays whom where, from whoever found the unit: the schedule's table may come later than this payload.
        if let game = execution.task.input?["game_id"]?.stringValue { input["game_id"] = .string(game) }
        outcome.rawInput = .dictionary(input)
        return outcome
    }

    private func nothing(_ execution: Execution, _ finding: Finding) async throws -> Outcome {
        var outcome = Outcome(.noData)
        outcome.isExpectedEmpty = try await source.isNothingExpected(execution)
        outcome.skipReason = outcome.isExpectedEmpty ? "nothing_expected" : "source_has_no_data"
        outcome.metadata = metadata(finding)
        return outcome
    }

    private func metadata(_ finding: Finding) -> [String: JSONValue] {
        var metadata = finding.details
        if case .partial(let reason) = finding.status { metadata["reason"] = .string(reason) }
        if !finding.notes.dropped.isEmpty { metadata["dropped"] = .counts(finding.notes.dropped) }
        if !finding.notes.rejected.isEmpty {
            metadata["rejected"] = .counts(finding.notes.rejected)
            metadata["examples"] = .array(finding.notes.examples.map { .string($0) })
        }
        return metadata
    }

    /// The payload of a task, from the source or from the last capture; nil when the source says that it has none.
    func capture(_ execution: Execution) async throws -> Capture<Source.Content>? {
        let request = try await source.request(for: execution)
        guard let maximumAge = request.maximumAge else { return try await load(request, nil, execution)?.capture }
        do {
            return try await cache.capture(request.http.url, maximumAge: maximumAge) { old in
                guard let entry = try await load(request, old, execution) else { throw Absent() }
                return entry
            }
        } catch is Absent {
            return nil
        }
    }

    private struct Absent: Error {}

    private func load(
        _ request: ScrapeRequest,
        _ old: CaptureCache<Source.Content>.Entry?,
        _ execution: Execution
    ) async throws -> CaptureCache<Source.Content>.Entry? {
        var failure: TaskError?
        for http in [request.http] + request.alternatives {
            var asked = request
            asked.http = http
            do {
                if let entry = try await ask(asked, old, execution) { return entry }
            } catch let error as TaskError {
                if !request.alternatives.isEmpty {
                    execution.logger.warning(
                        "no usable answer from one of several places",
                        metadata: ["request": "\(http)", "error": "\(error)"]
                    )
                }
                // One that may pass is worth another attempt, whatever the other places say.
                if failure?.kind != .transient { failure = error }
            }
        }
        if let failure { throw failure }
        return nil
    }

    private func ask(
        _ request: ScrapeRequest,
        _ old: CaptureCache<Source.Content>.Entry?,
        _ execution: Execution
    ) async throws -> CaptureCache<Source.Content>.Entry? {
        var request = request
        if let etag = old?.etag { request.http.headers.append(("If-None-Match", etag)) }
        if let instant = old?.lastModified { request.http.headers.append(("If-Modified-Since", instant)) }
        let response = try await client.fetch(request, for: execution)
        if response.status == 304 {
            guard var entry = old else {
                throw TaskError(.transient, type: "http_304", "\(request.http) answered 304 without being asked")
            }
            entry.checkedAt = .now
            return entry
        }
        if request.absentStatuses.contains(response.status) { return nil }
        let body = try await pages(from: response.body, request, execution)
        let capture = try await store(body, old?.capture, execution)
        return .init(
            capture: capture,
            etag: response.headers["etag"],
            lastModified: response.headers["last-modified"],
            checkedAt: .now
        )
    }

    /// The most pages of one payload; a source that goes on is turning in circles.
    static var maximumPages: Int { 200 }

    /// The first page with those that follow it.
    private func pages(
        from first: [UInt8],
        _ request: ScrapeRequest,
        _ execution: Execution
    ) async throws -> [UInt8] {
        var body = first
        var page = first
        var request = request
        for _ in 1..<Self.maximumPages {
            let next: ScrapeRequest?
            do { next = try request.next?(page) } catch let error as PayloadError {
                throw try await refuse(page, SHA256.hash(page).hex, error, at: execution.clock.now, execution)
            }
            guard let next else { return body }
            request = next
            page = try await client.fetch(request, for: execution).body
            guard body.count + page.count < Payload.maximumBytes else { break }
            body += [UInt8(ascii: "\n")] + page
        }
        throw TaskError(.permanent, type: "too_many_pages", "\(request.http) goes on after \(Self.maximumPages) pages")
    }

    /// Checks a body and stores it as it came. The same bytes as last time stay where they are.
    private func store(
        _ body: [UInt8],
        _ last: Capture<Source.Content>?,
        _ execution: Execution
    ) async throws -> Capture<Source.Content> {
        let sha256 = SHA256.hash(body).hex
        if let last, last.sha256 == sha256, try await execution.objects.head(last.path) != nil { return last }
        let now = execution.clock.now
        let content: Source.Content
        do {
            content = try await source.validate(body, execution)
        } catch let error as PayloadError {
            throw try await refuse(body, sha256, error, at: now, execution)
        }
        let key = PayloadKey(try source.subject(of: content, execution), capturedAt: now)
        let path = try await place(body, sha256, key, in: execution.objects)
        return Capture(content: content, path: path, sha256: sha256, capturedAt: now, byteCount: body.count)
    }

    /// Lays a body down and says where. What is there already is never replaced.
    private func place(
        _ body: [UInt8],
        _ sha256: String,
        _ key: PayloadKey,
        in objects: any ObjectStore
    ) async throws -> ObjectPath {
        do {
            try await objects.put(key.path, bytes: body, ifAbsent: true)
            return key.path
        } catch {
            guard error.code == .alreadyExists else { throw error }
        }
        // Our own body from an attempt that did not end, or another payload of the same second.
        if try await objects.head(key.path)?.sha256 == sha256 { return key.path }
        let other = PayloadKey(key.subject, capturedAt: key.capturedAt, variant: String(sha256.prefix(8)))
        try await objects.put(other.path, bytes: body)
        return other.path
    }

    /// Keeps a body that cannot be used, for people to look at.
    private func refuse(
        _ body: [UInt8],
        _ sha256: String,
        _ error: PayloadError,
        at now: Date,
        _ execution: Execution
    ) async throws -> TaskError {
        let name = "\(PayloadKey.stamp(now))-\(sha256.prefix(8))"
        let path = try ObjectPath(validating: "quarantine/\(Source.name)/\(execution.gameDate)/\(name)")
        try await execution.objects.put(path, bytes: body)
        // A wrong answer may be a passing state of the source; the cap on attempts ends it.
        let kind: TaskError.Kind = error.code == .wrongSubject || execution.task.attempt >= 3 ? .permanent : .transient
        return TaskError(
            error.code == .blocked ? .transient : kind,
            type: error.code.rawValue,
            "\(error.detail) (kept as \(path))"
        )
    }
}
