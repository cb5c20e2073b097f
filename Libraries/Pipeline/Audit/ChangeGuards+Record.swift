import Basketball
import Foundation
import Logging
import Postgres

extension ChangeGuards {
    /// Writes what a guard saw, raises and resolves its alerts and has a date computed again that it found first.
    func record(_ guardian: Guard, _ check: Check, _ day: GameDate) async throws {
        let verdict = check.lookedAt == 0 ? "unknown" : check.findings.isEmpty ? "quiet" : "fired"
        let findings = JSONValue.array(check.findings.map(\.json))
        let signatures = check.findings.map { Self.signature(guardian, $0) }
        try await pool.transaction { transaction in
            let written = try await transaction.execute(
                """
                INSERT INTO nba_orchestration.guard_check
                    (league_day, guard, verdict, looked_at, findings, owner)
                VALUES (\(day.postgres), \(guardian.rawValue), \(verdict), \(Int64(check.lookedAt)),
                        \(PostgresJSON(findings.encodedText)), \(owner))
                ON CONFLICT (league_day, guard) DO NOTHING
                """
            )
            guard written == 1 else { return }
            for finding in check.findings {
                let isNew = try await transaction.execute(
                    """
                    INSERT INTO nba_orchestration.guard_finding (guard, processor, game_date)
                    VALUES (\(guardian.rawValue), \(finding.processor), \(finding.date.postgres))
                    ON CONFLICT DO NOTHING
                    """
                )
                try await transaction.execute(
                    Alerts.raise(
                        .error,
                        signature: Self.signature(guardian, finding),
                        title: guardian.title(of: finding),
                        detail: finding.json,
                        gameDate: finding.date,
                        runID: nil,
                        by: role
                    )
                )
                guard isNew == 1 else { continue }
                let markers = MarkerSet.full(finding.recomputed, date: finding.date)
                for statement in markers.insertStatements(originDate: finding.date, runID: nil, wantRun: true) {
                    try await transaction.execute(statement)
                }
            }
            // Unknown is not quiet: what was found stays open until it is seen to be well.
            if verdict != "unknown" {
                try await transaction.execute(
                    """
                    UPDATE nba_orchestration.alert SET resolved_at = now()
                    WHERE resolved_at IS NULL AND starts_with(signature, \("guard:\(guardian.rawValue):"))
                        AND signature <> ALL(\(signatures))
                    """
                )
            }
            let (checks, found): (SQL, SQL) = ("guard_check", "guard_finding")
            for (table, column) in [(checks, "checked_at" as SQL), (found, "found_at")] {
                try await transaction.execute(
                    """
                    DELETE FROM nba_orchestration.\(sql: table)
                    WHERE \(sql: column) < now() - \(Self.keptDays) * interval '1 day'
                    """
                )
            }
        }
        logger.log(
            level: check.findings.isEmpty ? .info : .error,
            "change guard looked",
            metadata: [
                "guard": "\(guardian.rawValue)", "verdict": "\(verdict)", "looked_at": "\(check.lookedAt)",
                "processors": "\(check.findings.map(\.processor).joined(separator: ","))",
            ]
        )
    }

    private static func signature(_ guardian: Guard, _ finding: Finding) -> String {
        "guard:\(guardian.rawValue):\(finding.processor)"
    }
}

extension ChangeGuards.Finding {
    var json: JSONValue {
        [
            "processor": .string(processor), "game_date": .string(date.description),
            "figures": .dictionary(figures.mapValues { .int($0) }),
            "recomputed": .array(recomputed.map { .string($0.name) }),
        ]
    }
}

extension ChangeGuards.Guard {
    func title(of finding: ChangeGuards.Finding) -> String {
        func figure(_ name: String) -> Int64 { finding.figures[name] ?? 0 }
        return switch self {
        case .silentSource: "\(finding.processor) has changed nothing on the last two dates with games"
        case .oneHash: "\(figure("rows")) rows of \(finding.processor) have one hash"
        case .everythingChanged:
            "\(finding.processor) changed all \(figure("rows")) rows of \(finding.date) after \(figure("reported")) "
                + "changed rows of the sources"
        }
    }
}
