import Basketball
import Foundation
import Pipeline
import Postgres

/// Shows another version of a document, and of the documents that switch with it, as new versions in one transaction.
struct VersionChange: Sendable {
    enum Kind: Sendable, Hashable {
        /// A quarantined version is shown.
        case promote(Int64)
        /// The shown version is taken away for the last good one before it.
        case quarantine
        /// An earlier version is shown again.
        case rollback(Int64)

        var action: String {
            switch self {
            case .promote: "promote"
            case .quarantine: "quarantine"
            case .rollback: "rollback"
            }
        }
    }

    let session: Session
    let name: DocumentName
    let kind: Kind
    let reason: String

    /// What would change, by name. Throws when the change makes no sense.
    func plan() async throws -> [OperatorVersion] {
        guard !name.keepsWhatWasShown else {
            throw CommandProblem.problem(
                "\(name) keeps what readers were shown: no other version of it can be put in its place",
                next: "tipoff publish withdraw --player NAME --reason \"…\" marks what is wrong as retracted"
            )
        }
        let versions = try await PublishReader(pool: session.pool).versions(of: name, limit: 10_000)
        let shown = versions.first(where: \.isShown)
        let target = try await target(among: versions, shown: shown)
        if let shown, target.slateDate != shown.slateDate {
            throw CommandProblem.problem(
                "version \(target.version) tells of \(target.slateDate) and readers see \(shown.slateDate): \(name) never "
                    + "goes to another slate by hand",
                next: "tipoff publish ls \(name)"
            )
        }
        if let shown, try await dataHash(of: target) == dataHash(of: shown) {
            throw CommandProblem.problem("readers see the content of version \(target.version) of \(name) already")
        }
        var changes = [try await change(to: target, shown: shown, newest: versions[0].version)]
        if name.isPartOfSlate {
            for other in try await others(of: target) {
                guard let companion = try await companion(of: target, other) else { continue }
                changes.append(companion)
            }
        }
        return changes.sorted { $0.name < $1.name }
    }

    /// Makes the change. Throws when somebody published meanwhile; then nothing has changed.
    func carryOut(_ changes: [OperatorVersion]) async throws {
        let objects = try session.configuration.makeObjects()
        for change in changes {
            let bytes = try change.envelope.utf8()
            // Named by its content: harmless when the transaction does not come about.
            try await objects.put(change.path(SHA256.hash(bytes).hex), bytes: bytes)
        }
        do {
            try await session.pool.transaction { transaction in
                for change in changes {
                    let action = PublishAction(action: kind.action, actor: session.actor, reason: reason)
                    let id = try await action.insert(change, in: transaction)
                    try await change.write(actionID: id, in: transaction)
                }
            }
        } catch let moved as OperatorVersion.Moved {
            throw CommandProblem.problem(
                "a run has published \(moved.name) meanwhile; nothing was changed",
                next: "tipoff publish ls \(moved.name)"
            )
        }
    }

    private func target(
        among versions: [PublishedVersion],
        shown: PublishedVersion?
    ) async throws -> PublishedVersion {
        func named(_ number: Int64) throws -> PublishedVersion {
            guard let version = versions.first(where: { $0.version == number }) else {
                throw CommandProblem.problem("\(name) has no version \(number)", next: "tipoff publish ls \(name)")
            }
            return version
        }
        switch kind {
        case .promote(let number):
            let version = try named(number)
            guard version.state == "quarantined" else {
                throw CommandProblem.problem(
                    "version \(number) of \(name) is not quarantined",
                    next: "tipoff publish rollback \(name) --to \(number) --reason \"…\""
                )
            }
            return version
        case .rollback(let number):
            let version = try named(number)
            guard version.state != "quarantined" else {
                throw CommandProblem.problem(
                    "version \(number) of \(name) is quarantined",
                    next: "tipoff publish promote \(name) --version \(number) --reason \"…\""
                )
            }
            guard !version.isShown else { throw CommandProblem.problem("version \(number) of \(name) is shown now") }
            return version
        case .quarantine:
            guard let shown else { throw PublishReader.unknown(name) }
            let bad = try await refusedHashes(of: name).union([dataHash(of: shown)])
            for version in versions
            where version.version < shown.version && version.state != "quarantined"
                && version.slateDate == shown.slateDate
            {
                if try await !bad.contains(dataHash(of: version)) { return version }
            }
            throw CommandProblem.problem(
                "\(name) has no good version before \(shown.version)",
                next: "tipoff publish halt --reason \"…\" tells readers not to rely on it"
            )
        }
    }

    private func change(
        to target: PublishedVersion,
        shown: PublishedVersion?,
        newest: Int64
    ) async throws -> OperatorVersion {
        let payload = try await PublishReader(pool: session.pool).payload(of: target.name, version: target.version)
        let stored = try PublishedEnvelope(parsing: payload.payload)
        let word = kind.action == "promote" ? "promoted" : "shown again"
        let envelope = stored.shownAgain(
            as: newest + 1,
            at: session.clock.now,
            because: "version \(target.version) \(word) by an operator: \(reason)"
        )
        var hash: String?
        if case .promote = kind {
            hash = try stored.dataHash
        } else if let shown {
            hash = try await dataHash(of: shown)
        }
        return OperatorVersion(
            name: target.name,
            shown: shown?.version,
            source: target.version,
            version: newest + 1,
            envelope: envelope,
            dataHash: hash
        )
    }

    /// The other shown documents of the target's slate.
    private func others(of target: PublishedVersion) async throws -> [PublishedVersion] {
        try await PublishReader(pool: session.pool).shown(on: target.slateDate)
            .filter { $0.name != target.name && $0.name.isPartOfSlate && !$0.name.keepsWhatWasShown }
    }

    /// What another document of the slate said when the target was made; nil when readers see just that.
    private func companion(of target: PublishedVersion, _ other: PublishedVersion) async throws -> OperatorVersion? {
        let versions = try await PublishReader(pool: session.pool).versions(of: other.name, limit: 10_000)
        let isPromotion = kind.action == "promote"
        let then = versions.first { version in
            guard version.slateDate == target.slateDate else { return false }
            if isPromotion { return version.executionID == target.executionID && version.state == "quarantined" }
            return version.createdAt <= target.createdAt && version.state != "quarantined"
        }
        guard let then, try await dataHash(of: then) != dataHash(of: other) else { return nil }
        return try await change(to: then, shown: other, newest: versions[0].version)
    }

    private func dataHash(of version: PublishedVersion) async throws -> String {
        let payload = try await PublishReader(pool: session.pool).payload(of: version.name, version: version.version)
        return try PublishedEnvelope(parsing: payload.payload).dataHash
    }

    private func refusedHashes(of name: DocumentName) async throws -> Set<String> {
        let rows = try await session.pool.query(
            """
            SELECT data_hash FROM (
                SELECT DISTINCT ON (data_hash) * FROM nba_publishing.publish_action
                WHERE kind = \(name.kind) AND key = \(name.key) AND data_hash IS NOT NULL
                ORDER BY data_hash, action_id DESC
            ) AS last WHERE action IN ('quarantine', 'rollback')
            """
        )
        return Set(try rows.column("data_hash", as: String.self))
    }
}
