import Basketball
import Foundation
import Pipeline
import Postgres

/// Takes a player's prediction out of what readers see, and puts it back.
struct PlayerWithdrawal: Sendable {
    let session: Session
    let player: String
    let reason: String

    /// How often a run that publishes meanwhile is waited for.
    private static let attempts = 5
    private static let publisher = "tonight_document"

    func holds() async throws -> Bool {
        try await session.pool.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_publishing.withdrawal
                           WHERE player_lookup = \(player) AND ended_at IS NULL)
            """
        ).scalar()
    }

    /// The first date that is concerned: today's, or the slate's that readers follow when that is an earlier one.
    private func firstDate() async throws -> GameDate {
        let today = session.clock.leagueDay
        let rows = try await session.pool.query(
            "SELECT game_date FROM nba_publishing.document_pointer WHERE kind = 'tonight' AND key = 'all-players'"
        )
        return min(today, try rows.first?.gameDate("game_date") ?? today)
    }

    /// The documents that show the prediction, each as it will be without it; picks stay and are marked as retracted.
    func plan(at now: Date? = nil) async throws -> [OperatorVersion] {
        let now = now ?? session.clock.now
        let rows = try await session.pool.query(
            """
            SELECT d.kind, d.key, d.version, d.payload::text AS payload,
                   (SELECT max(v.version) FROM nba_publishing.document AS v
                    WHERE v.kind = d.kind AND v.key = d.key) AS newest
            FROM nba_publishing.document_pointer AS p JOIN nba_publishing.document AS d USING (document_id)
            WHERE p.game_date >= \(try await firstDate().postgres) AND p.kind = ANY(\(Self.kinds))
            ORDER BY d.kind, d.key
            """
        )
        var versions: [OperatorVersion] = []
        for row in rows {
            let newest: Int64 = try row.decode("newest")
            let shown = try PublishedEnvelope(parsing: row.decode("payload", as: String.self))
            guard let envelope = shown.withdrawing(player, as: newest + 1, at: now, because: reason) else { continue }
            let number: Int64 = try row.decode("version")
            versions.append(
                OperatorVersion(
                    name: DocumentName(kind: try row.decode("kind"), key: try row.decode("key")),
                    shown: number,
                    source: number,
                    version: newest + 1,
                    envelope: envelope
                )
            )
        }
        return versions
    }

    private static let kinds = Registry.documents.filter(\.isHaltable).map(\.kind)

    /// Writes it down and shows the documents without it, in one transaction.
    func begin() async throws -> [OperatorVersion] {
        let first = try await firstDate()
        let action = PublishAction(action: "withdraw", actor: session.actor, reason: reason)
        let objects = try session.configuration.makeObjects()
        var moved: DocumentName?
        for _ in 0..<Self.attempts {
            let now = session.clock.now
            let versions = try await plan(at: now)
            for version in versions {
                let bytes = try version.envelope.utf8()
                try await objects.put(version.path(SHA256.hash(bytes).hex), bytes: bytes)
            }
            do {
                try await session.pool.transaction { transaction in
                    // Runs that publish meanwhile have ended before, or read again.
                    try await lockPlayers(transaction)
                    try await transaction.execute(
                        """
                        INSERT INTO nba_publishing.withdrawal (player_lookup, from_date, reason, actor)
                        VALUES (\(player), \(first.postgres), \(reason), \(action.actor))
                        """
                    )
                    let id = try await action.insert(player: player, in: transaction)
                    for version in versions { try await version.write(actionID: id, in: transaction) }
                    try await retractPicks(from: first, at: now, actionID: id, transaction)
                }
                // A run that ended between the plan and the lock may have shown him in a document that had not.
                guard try await plan().isEmpty else {
                    return versions + (try await again(action))
                }
                return versions
            } catch let error as OperatorVersion.Moved {
                moved = error.name
            }
        }
        throw CommandProblem.problem(
            "\(moved?.description ?? "a document") is being published all the time; nothing was changed",
            next: "tipoff publish halt --reason \"…\""
        )
    }

    /// Shows documents without the prediction that came to show it while the withdrawal was written down; none can after it.
    private func again(_ action: PublishAction) async throws -> [OperatorVersion] {
        let first = try await firstDate()
        for _ in 0..<Self.attempts {
            let now = session.clock.now
            let versions = try await plan(at: now)
            do {
                try await session.pool.transaction { transaction in
                    let id = try await action.insert(player: player, in: transaction)
                    for version in versions { try await version.write(actionID: id, in: transaction) }
                    try await retractPicks(from: first, at: now, actionID: id, transaction)
                }
                return versions
            } catch is OperatorVersion.Moved {
                continue
            }
        }
        throw CommandProblem.problem(
            "\(player) is withdrawn, but a document that a run has just published still shows the prediction",
            next: "tipoff publish halt --reason \"…\""
        )
    }

    /// Ends the withdrawal and opens a run for each date whose documents are shown.
    func end() async throws -> [RunRecord] {
        guard let publisher = session.registry.processor(Self.publisher, in: .publishing) else {
            preconditionFailure("the registry names \(Self.publisher)")
        }
        let action = PublishAction(action: "restore", actor: session.actor, reason: reason)
        let opener = RunOpener(
            registry: session.registry,
            role: Phase.publishing.name,
            phaseDeadline: session.work.phaseDeadline
        )
        let now = session.clock.now
        return try await session.withProducer { producer in
            let results = try await session.pool.transaction { transaction in
                try await lockPlayers(transaction)
                let ended = try await transaction.query(
                    """
                    UPDATE nba_publishing.withdrawal
                    SET ended_at = now(), ended_by = \(action.actor), end_reason = \(reason)
                    WHERE player_lookup = \(player) AND ended_at IS NULL RETURNING from_date
                    """
                ).one().gameDate("from_date")
                let id = try await action.insert(player: player, in: transaction)
                let dates = try await transaction.query(
                    """
                    SELECT DISTINCT game_date FROM nba_publishing.document_pointer
                    WHERE kind = 'tonight' AND game_date >= \(ended.postgres) ORDER BY game_date
                    """
                )
                var results: [RunOpener.Result] = []
                for row in dates {
                    let date = try row.gameDate("game_date")
                    results.append(
                        try await opener.openDelta(
                            RunRequest(
                                kind: .delta,
                                gameDate: date,
                                firstPhase: .publishing,
                                untilPhase: .publishing,
                                planKey: "restore:\(id):\(date)",
                                openedBy: action.actor,
                                reason: reason,
                                triggerSource: .manual
                            ),
                            marking: .full([publisher], date: date),
                            now: now,
                            in: transaction
                        )
                    )
                }
                return results
            }
            await session.relay(producer).sendNow(results.flatMap(\.messages))
            return results.map(\.run)
        }
    }

    /// Appends to the log of picks what the documents of the same transaction say: his open picks are taken back. A game
    /// that has begun is played.
    private func retractPicks(
        from date: GameDate,
        at now: Date,
        actionID: Int64,
        _ transaction: PostgresTransaction
    ) async throws {
        try await transaction.execute(
            """
            INSERT INTO nba_publishing.pick_event
                (game_date, game_id, player_lookup, stat_type, side, event, reason, detail, occurred_at, action_id)
            SELECT game_date, game_id, player_lookup, stat_type, side, 'retracted', 'withdrawn', \(reason), \(now), \(actionID)
            FROM nba_publishing.pick
            WHERE player_lookup = \(player) AND game_date >= \(date.postgres) AND NOT is_retracted AND tipoff_at > \(now)
            """
        )
    }

    private func lockPlayers(_ transaction: PostgresTransaction) async throws {
        _ = try await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended('publish:players', 0))")
    }
}
