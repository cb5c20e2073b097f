import Basketball
import Foundation
import Pipeline
import Postgres
import Upstream

/// What operators say about players before the sources do: a payload like any source's, the run that reads it, and an
/// audit row.
struct PlayerOverrides: Sendable {
    static let source = "operator_player_status"
    static let days = 120

    let session: Session

    /// One word that an operator has said.
    struct Entry: Sendable {
        var id: Int64
        var playerName: String
        var playerLookup: String
        var status: String
        var from: String
        var until: String
        var reason: String
        var actor: String
        var enteredAt: Date
        var clearedAt: Date?

        /// A word of its own that does not hold any more; taking back is itself an entry called cleared.
        var isTakenBack: Bool { clearedAt != nil && status != "cleared" }

        var json: JSONValue {
            [
                "override_id": .int(id), "player_name": .string(playerName), "player_lookup": .string(playerLookup),
                "status": .string(status), "from": .string(from), "until": .string(until), "reason": .string(reason),
                "actor": .string(actor), "entered_at": .string(Instant.text(enteredAt)),
                "cleared_at": clearedAt.map { .string(Instant.text($0)) } ?? .null,
            ]
        }
    }

    /// The player whom a name means. Throws when the league does not know him.
    func player(named name: String) async throws -> KnownPlayer {
        let store = NameStore(pool: session.pool, actor: session.actor)
        let spelled = PlayerLookup.normalize(name)
        let wanted = try await store.aliases().first { $0.alias == spelled }?.lookup ?? spelled
        let last = PlayerLookup.splitSuffix(name).name.split(separator: " ").last.map(String.init) ?? ""
        let close = try await store.candidates(wanted, lastName: PlayerLookup.normalize(last))
        if let player = close.first(where: { $0.lookup == wanted }) { return player }
        throw CommandProblem.problem(
            "the league knows no \(name): no box score and no player list holds him",
            next: close.first.map { "perhaps \($0.name) (\($0.lookup))" } ?? "tipoff names suggest \"\(name)\""
        )
    }

    /// Entries that have not been cleared and whose days are not over; all of them when asked for.
    func list(all: Bool, today: GameDate) async throws -> [Entry] {
        let rows = try await session.pool.query(
            """
            SELECT override_id, value->>'player_name' AS player_name, value->>'player_lookup' AS player_lookup,
                   value->>'status' AS status, value->>'from' AS first_day, value->>'until' AS last_day, reason, actor,
                   created_at, cleared_at
            FROM nba_orchestration.override
            WHERE starts_with(subject, 'player:')
                AND (\(all) OR cleared_at IS NULL AND (value->>'until')::date >= \(today.postgres))
            ORDER BY override_id DESC LIMIT 1000
            """
        )
        return try rows.map { row in
            Entry(
                id: try row.decode("override_id"),
                playerName: try row.decode("player_name"),
                playerLookup: try row.decode("player_lookup"),
                status: try row.decode("status"),
                from: try row.decode("first_day"),
                until: try row.decode("last_day"),
                reason: try row.decode("reason"),
                actor: try row.decode("actor"),
                enteredAt: try row.decode("created_at"),
                clearedAt: try row.decode("cleared_at")
            )
        }
    }

    /// Lays the payload down; then the run that reads it, its first message and the audit row come into being in one
    /// transaction. A word that takes back clears what it takes back.
    func enter(_ payload: OperatorStatusPayload) async throws -> RunRecord {
        let bytes = payload.json.encoded
        let digest = SHA256.hash(bytes).hex
        let date = payload.days.lowerBound
        let key = PayloadKey(
            PayloadSubject(Self.source, unit: payload.playerLookup, date: date),
            capturedAt: payload.enteredAt,
            variant: String(digest.prefix(8))
        )
        let object = try await session.configuration.makeObjects().put(key.path, bytes: bytes)
        guard let source = session.registry.processor(Self.source, in: .scrapers) else {
            preconditionFailure("the registry names \(Self.source)")
        }
        let hasBegun: Bool = try await session.pool.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_orchestration.run
                           WHERE game_date = \(date.postgres) AND kind IN ('full', 'pregame') AND until_phase >= 5)
            """
        ).scalar()
        let id = UUID().uuidString.lowercased()
        let request = RunRequest(
            kind: .delta,
            gameDate: date,
            lane: .live,
            firstPhase: .raw,
            // Before the date's own first run one team's contexts would pass for the whole slate's.
            untilPhase: hasBegun ? .publishing : .raw,
            planKey: "override:\(id)",
            correlationID: "override-\(id)",
            openedBy: session.actor,
            reason: "\(payload.playerName) \(payload.status?.rawValue ?? "as the sources say"): \(payload.reason)",
            triggerSource: .manual
        )
        let input: [String: JSONValue] = [
            "status": .string(CompletionStatus.success.rawValue), "object_path": .string(object.path.string),
            "sha256": .string(object.sha256), "captured_at": .string(Instant.text(payload.enteredAt)),
        ]
        let opener = RunOpener(
            registry: session.registry,
            role: RunStarter.role,
            phaseDeadline: session.work.phaseDeadline
        )
        return try await session.withProducer { producer in
            let result = try await session.pool.transaction { transaction in
                let result = try await opener.openRaw(
                    request,
                    scraper: source,
                    processors: session.registry.rawProcessors(of: Self.source),
                    unit: payload.playerLookup,
                    input: input,
                    now: session.clock.now,
                    in: transaction
                )
                try await transaction.execute(audit(payload, run: result.run))
                return result
            }
            await session.relay(producer).sendNow(result.messages)
            return result.run
        }
    }

    private func audit(_ payload: OperatorStatusPayload, run: RunRecord) -> SQL {
        var value = payload.json.objectValue ?? JSONObject()
        value["status"] = .string(payload.status?.rawValue ?? "cleared")
        value["run_id"] = .string(run.runID.uuidString.lowercased())
        let until = LeagueClock.instant(payload.days.upperBound.adding(days: 1), hour: 0, minute: 0)
        return """
            WITH cleared AS (
                UPDATE nba_orchestration.override SET cleared_at = \(payload.enteredAt)
                WHERE subject = \("player:\(payload.playerLookup)") AND cleared_at IS NULL AND \(payload.status == nil)
            )
            INSERT INTO nba_orchestration.override (subject, value, reason, actor, until, created_at, cleared_at)
            VALUES (\("player:\(payload.playerLookup)"), \(PostgresJSON(JSONValue.object(value).encodedText)),
                    \(payload.reason), \(payload.actor), \(until), \(payload.enteredAt),
                    \(payload.status == nil ? payload.enteredAt : nil))
            """
    }
}
