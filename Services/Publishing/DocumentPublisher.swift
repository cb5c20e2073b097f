import Basketball
import Foundation
import Pipeline
import Postgres

/// Publishes drafts: versions and pointers in the transaction that ends the task, the files as a projection of them.
///
/// A candidate is inserted, checked and either promoted or quarantined; a quarantined one never moves the pointer, so that
/// readers keep the last good version. A candidate that says nothing new becomes no version.
struct DocumentPublisher: Sendable {
    var execution: Execution
    /// A slate's first version after it is late.
    var deadline = PredictionDeadline.standard

    /// Reads, makes the drafts and returns what the task's end writes. Without a draft the end is `no_data`.
    func publish(
        scopeOf processor: String,
        _ makeDrafts: @Sendable @escaping (SnapshotReader) async throws -> [DocumentDraft]
    ) async throws -> Outcome {
        let run = execution.task.run
        let (scope, drafts, shown, control) = try await execution.snapshot { reader in
            let scope = try await reader.scope(of: processor)
            let control = try await PublishControl(reader: reader)
            let drafts = try await makeDrafts(reader)
            return (scope, drafts, try await Self.shown(drafts, reader: reader), control)
        }
        for draft in drafts {
            guard Registry.document(draft.kind)?.isPublished(by: processor) == true else {
                throw TaskError(.permanent, type: "unknown_document", "\(processor) does not publish \(draft.kind)")
            }
        }
        let generatedAt = execution.clock.now
        var versions: [DocumentVersion] = []
        var confirmed: [String] = []
        var judged: [(draft: DocumentDraft, shown: Known, judgement: DocumentDraft.Judgement, contentHash: String)] = []
        for (draft, shown) in zip(drafts, shown) {
            if draft.isCurrent, let current = shown.document, current.slateDate > draft.slateDate { continue }
            var judgement = draft.judged(shown: shown.document, at: generatedAt, deadline: deadline)
            if let reason = try control.refusal(of: draft) {
                // What is shown says something else already; the same content as before says nothing new.
                judgement = .init(status: .quarantined, reasons: draft.reasons + [reason])
            }
            let contentHash = try draft.contentHash(judgement)
            if judgement.status != .quarantined, shown.document?.contentHash == contentHash {
                confirmed.append(DocumentVersion.alertSignature(draft))
                continue
            }
            judged.append((draft, shown, judgement, contentHash))
        }
        // A slate switches as one: while a part of it is refused, readers keep the last good whole.
        let refused = judged.first { $0.judgement.status == .quarantined && $0.draft.isPartOfSlate }?.draft
        for (draft, shown, own, contentHash) in judged {
            var judgement = own
            let isHeld = refused != nil && draft.isPartOfSlate && own.status != .quarantined
            if isHeld, let refused {
                let reason = "held back with \(refused.kind)/\(refused.key)"
                judgement = .init(status: .quarantined, reasons: own.reasons + [reason])
            }
            let version = shown.newestVersion + 1
            let bytes = try draft.envelope(
                version: version,
                judgement,
                generatedAt: generatedAt,
                run: run
            ).utf8()
            let etag = SHA256.hash(bytes).hex
            let path = try ObjectPath(validating: "documents/\(draft.kind)/\(draft.key)/\(etag).json")
            // Named by its content: harmless when the transaction does not come about.
            try await execution.objects.put(path, bytes: bytes)
            FaultPoint.hit("publish-between-objects")
            versions.append(
                DocumentVersion(
                    draft: draft,
                    judgement: judgement,
                    isHeld: isHeld,
                    version: version,
                    bytes: bytes,
                    etag: etag,
                    contentHash: contentHash,
                    objectPath: path.string,
                    generatedAt: generatedAt
                )
            )
        }
        return outcome(scope: scope, drafts: drafts, versions: versions, confirmed: confirmed, control: control)
    }

    /// `confirmed` are the alerts of documents that are right as they are shown.
    private func outcome(
        scope: Scope,
        drafts: [DocumentDraft],
        versions: [DocumentVersion],
        confirmed: [String],
        control: PublishControl
    ) -> Outcome {
        let isRefused = versions.contains { $0.judgement.status == .quarantined }
        // A refused candidate keeps its markers, so that the next run of the date tries again.
        var outcome = Outcome(
            drafts.isEmpty ? .noData : isRefused ? .partial : .success,
            scope: scope,
            inScope: drafts.count,
            processed: drafts.count,
            recordCount: versions.count
        )
        outcome.recordsFailed = versions.count { $0.judgement.status == .quarantined }
        if versions.isEmpty { outcome.skipReason = "unchanged" }
        if drafts.isEmpty {
            outcome.isExpectedEmpty = true
            outcome.skipReason = "nothing_to_tell"
        }
        outcome.metadata["documents"] = .array(
            versions.map {
                [
                    "kind": .string($0.draft.kind), "key": .string($0.draft.key), "version": .count($0.version),
                    "status": .string($0.judgement.status.rawValue),
                ]
            }
        )
        outcome.alsoWrite = { [confirmed] finish in
            if !versions.isEmpty { try await control.stillHolds(finish) }
            for signature in confirmed.sorted() { try await finish.execute(Alerts.resolve(signature: signature)) }
            // One order for all, so that two runs that publish the same documents queue instead of deadlocking.
            for version in versions.sorted(by: { ($0.draft.kind, $0.draft.key) < ($1.draft.kind, $1.draft.key) }) {
                try await version.write(finish)
            }
        }
        return outcome
    }

    private struct Known: Sendable {
        var document: DocumentDraft.Shown?
        /// The newest version, promoted or not; 0 when there is none.
        var newestVersion: Int
    }

    private static func shown(_ drafts: [DocumentDraft], reader: SnapshotReader) async throws -> [Known] {
        let rows = try await reader.query(
            """
            SELECT w.place, d.version, d.game_date, d.player_count, d.content_hash,
                   COALESCE((SELECT max(v.version) FROM nba_publishing.document AS v
                             WHERE v.kind = w.kind AND v.key = w.key), 0) AS newest
            FROM unnest(\(drafts.map(\.kind))::text[], \(drafts.map(\.key))::text[]) WITH ORDINALITY AS w(kind, key, place)
            LEFT JOIN nba_publishing.document_pointer AS p ON p.kind = w.kind AND p.key = w.key
            LEFT JOIN nba_publishing.document AS d ON d.document_id = p.document_id
            ORDER BY w.place
            """
        )
        return try rows.map { row in
            var shown: DocumentDraft.Shown?
            if let version = try row.decode("version", as: Int?.self) {
                shown = .init(
                    version: version,
                    slateDate: try row.gameDate("game_date"),
                    playerCount: Int(try row.decode("player_count", as: Int32.self)),
                    contentHash: try row.decode("content_hash")
                )
            }
            return Known(document: shown, newestVersion: try row.decode("newest"))
        }
    }
}

/// A candidate with its version and bytes.
struct DocumentVersion: Sendable {
    var draft: DocumentDraft
    var judgement: DocumentDraft.Judgement
    /// Whether nothing is wrong with it but the company.
    var isHeld = false
    var version: Int
    var bytes: [UInt8]
    /// SHA-256 of the bytes.
    var etag: String
    var contentHash: String
    var objectPath: String
    var generatedAt: Date

    static func alertSignature(_ draft: DocumentDraft) -> String { "publishing:quarantined:\(draft.kind)/\(draft.key)" }

    /// Inserts the version and moves the pointer forward, or leaves an alert.
    func write(_ finish: FinishTransaction) async throws {
        let name = "\(draft.kind)/\(draft.key)"
        try await finish.execute("SELECT pg_advisory_xact_lock(hashtextextended(\("document:" + name), 0))")
        let newest = try await finish.query(
            """
            SELECT COALESCE(max(version), 0) FROM nba_publishing.document
            WHERE kind = \(draft.kind) AND key = \(draft.key)
            """
        ).scalar(as: Int.self)
        guard newest == version - 1 else {
            throw TaskError(.transient, type: "document_moved", "another run published \(name) meanwhile")
        }
        let documentID = UUID()
        try await finish.execute(
            """
            INSERT INTO nba_publishing.document
                (document_id, kind, key, version, schema_version, game_date, state, reasons, slate_state, player_count,
                 payload, etag, content_hash, object_path, data_as_of, generated_at, run_id, execution_id, correlation_id)
            VALUES (\(documentID), \(draft.kind), \(draft.key), \(Int64(version)), \(Int64(draft.schemaVersion)),
                    \(draft.slateDate.postgresDate), \(judgement.status.rawValue), \(judgement.reasons),
                    \(draft.slateState), \(Int32(draft.checks.playerCount)),
                    \(String(decoding: bytes, as: UTF8.self))::text::json, \(etag), \(contentHash), \(objectPath),
                    \(draft.dataAsOf), \(generatedAt), \(finish.task.run.runID), \(finish.executionID),
                    \(finish.task.run.correlationID))
            """
        )
        FaultPoint.hit("publish-between-writes")
        let signature = Self.alertSignature(draft)
        guard judgement.status != .quarantined else {
            // Who is refused has raised the alert for all.
            if isHeld { return }
            try await refuse(name, signature: signature, finish)
            return
        }
        try await finish.execute(
            """
            INSERT INTO nba_publishing.document_pointer AS p (kind, key, document_id, version, game_date)
            VALUES (\(draft.kind), \(draft.key), \(documentID), \(Int64(version)), \(draft.slateDate.postgresDate))
            ON CONFLICT (kind, key) DO UPDATE SET document_id = excluded.document_id, version = excluded.version,
                game_date = excluded.game_date, moved_at = now()
            WHERE p.game_date <= excluded.game_date AND p.version < excluded.version
            """
        )
        try await draft.alsoWrite?(finish)
        FaultPoint.hit("publish-between-writes")
        try await finish.execute(Alerts.resolve(signature: signature))
    }

    /// Readers keep what they have; the run says so.
    private func refuse(_ name: String, signature: String, _ finish: FinishTransaction) async throws {
        let reason = "\(name) quarantined: \(judgement.reasons.prefix(5).joined(separator: "; "))"
        try await finish.execute(
            Alerts.raise(
                .error,
                signature: signature,
                title: reason,
                detail: ["version": .count(version), "reasons": .list(judgement.reasons)],
                gameDate: draft.slateDate,
                runID: finish.task.run.runID,
                by: "publishing"
            )
        )
        try await finish.execute(
            """
            UPDATE nba_orchestration.run_phase SET degraded = true, degraded_reasons = degraded_reasons || \(reason)::text,
                version = version + 1
            WHERE run_id = \(finish.task.run.runID) AND phase = 6 AND state = 'open'
            """
        )
    }
}
