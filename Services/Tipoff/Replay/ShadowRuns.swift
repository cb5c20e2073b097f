import Basketball
import Foundation
import Pipeline
import Postgres

/// Has services say what a replay would change.
struct ShadowRuns: Sendable {
    let session: Session

    /// Files a shadow of the plan's first phase for each of its dates and waits for the answers.
    func cast(_ plan: ReplayPlan, timeout: Double) async throws -> [AuditStore.Audit] {
        let rows = try await session.pool.query(
            """
            INSERT INTO nba_orchestration.audit (phase, game_date, kind, requested_by, selection)
            SELECT \(Int16(plan.from.rawValue)), d.game_date, 'shadow', \(session.actor),
                   \(plan.selection.map { PostgresJSON($0.json.encodedText) })
            FROM unnest(\(plan.dates.map(\.sqlDate))::date[]) WITH ORDINALITY AS d(game_date, place) ORDER BY d.place
            RETURNING audit_id
            """
        )
        let ids = try rows.column("audit_id", as: Int64.self)
        let store = AuditStore(session: session)
        let clock = ContinuousClock()
        let end = clock.now + .seconds(timeout)
        var shadows = try await store.audits(ids)
        while shadows.contains(where: { $0.state == "requested" }), clock.now < end {
            session.output.transient("\(shadows.count { $0.state != "requested" }) of \(ids.count) dates")
            try await clock.sleep(for: .milliseconds(250))
            shadows = try await store.audits(ids)
        }
        session.output.endTransient()
        return shadows
    }
}

extension AuditStore.Audit {
    /// `  nba_analytics.player_game_summary 2024-01-15/joelembiid updated: points 99 → 31`
    var changeLines: [String] {
        (differences.arrayValue ?? []).map { difference in
            let columns = (difference["columns"]?.objectValue ?? JSONObject()).map { name, values -> String in
                let texts = (values.arrayValue ?? []).map { SafeText.cut($0.encodedText, to: 40) }
                return "\(name) \(texts.joined(separator: " → "))"
            }
            let words = ["table", "key", "kind"].compactMap { difference[$0]?.stringValue }
            return "  " + SafeText.escaped(words.joined(separator: " "))
                + (columns.isEmpty ? "" : ": " + SafeText.escaped(columns.joined(separator: ", ")))
        }
    }
}
