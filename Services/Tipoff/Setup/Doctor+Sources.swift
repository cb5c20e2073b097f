import Basketball
import Foundation
import Pipeline
import Postgres
import Warehouse

extension Doctor {
    /// What the run of the probes begins with: every source that can be asked about a day or a team. Those that find games
    /// or events ask for one of them each.
    static func probes(_ registry: Registry, on date: GameDate, now: Date) -> [RunStarter.Restriction] {
        // The moment at which a history is looked at.
        let moment = Instant.text(min(LeagueClock.instant(date, hour: 12, minute: 0), now))
        let input: JSONValue = ["discover": true, "probe": true, "snapshot_timestamp": .string(moment)]
        return registry.enabled(in: .scrapers).filter { $0.discoveredBy == nil }.compactMap { scraper in
            switch scraper.unit {
            case .date: (scraper.name, UnitKind.wholeDate, input)
            // One team stands for all: its page has the same form.
            case .team: (scraper.name, "BOS", nil)
            case .game, .event, .player: nil
            }
        }
    }

    /// One question to each source, and its verdict.
    func sources(on date: GameDate, timeout: Double) async throws -> [Finding] {
        let request = RunRequest(
            kind: .delta,
            gameDate: date,
            untilPhase: .raw,
            planKey: "cli:\(UUID().uuidString.lowercased())",
            openedBy: session.actor,
            reason: "tipoff doctor",
            triggerSource: .api
        )
        let opener = RunOpener(
            registry: session.registry,
            role: RunStarter.role,
            phaseDeadline: session.work.phaseDeadline
        )
        let now = session.clock.now
        let probes = Self.probes(session.registry, on: date, now: now)
        let run = try await session.withProducer { producer in
            let result = try await session.pool.transaction { transaction in
                try await opener.open(request, only: probes, now: now, in: transaction)
            }
            await session.relay(producer).sendNow(result.messages)
            return result.run
        }
        let findings = try await follow(run.runID, timeout: timeout)
        return findings + (try await unasked(besides: Set(findings.map(\.check)), on: date))
    }

    /// The sources that were not asked, because none of what they are asked for was found.
    private func unasked(besides asked: Set<String>, on date: GameDate) async throws -> [Finding] {
        let others = session.registry.enabled(in: .scrapers).filter { !asked.contains($0.name) }
        guard !others.isEmpty else { return [] }
        let rows = try await session.pool.query(
            """
            SELECT max(game_date) AS day FROM nba_raw.nbac_schedule
            WHERE removed_at IS NULL AND NOT is_postponed AND game_status = 3 AND game_date < \(date.postgres)
            """
        )
        let day = try rows.one().optionalGameDate("day")
        return others.map { scraper in
            Finding(
                check: scraper.name,
                verdict: .note,
                detail:
                    "not asked: \(scraper.discoveredBy ?? "nobody") has found no \(scraper.unit.rawValue) of \(date)",
                next: day.map { "tipoff doctor --sources --date \($0)" }
            )
        }
    }

    private func follow(_ runID: UUID, timeout: Double) async throws -> [Finding] {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(timeout)
        while true {
            let rows = try await session.pool.query(
                """
                SELECT processor, state, is_terminal, attempts, record_count, expected_empty, error_type, error_message
                FROM nba_orchestration.task WHERE run_id = \(runID) AND phase = 1 ORDER BY processor
                """
            )
            let isOver = try rows.column("is_terminal", as: Bool.self).allSatisfy { $0 }
            if isOver || clock.now >= deadline { return try rows.map(Self.finding) }
            try await clock.sleep(for: .milliseconds(250))
        }
    }

    private static func finding(_ row: PostgresRow) throws -> Finding {
        let name: String = try row.decode("processor")
        let state: String = try row.decode("state")
        let error = [
            try row.decode("error_type", as: String?.self), try row.decode("error_message", as: String?.self),
        ].compactMap { $0 }.joined(separator: ": ")
        let count = try row.decode("record_count", as: Int32?.self) ?? 0
        switch state {
        case "success": return Finding(check: name, verdict: .good, detail: "\(count) records")
        case "partial": return Finding(check: name, verdict: .note, detail: "\(count) records, not all")
        case "no_data":
            let isExpected = try row.decode("expected_empty", as: Bool?.self) ?? false
            return Finding(
                check: name,
                verdict: isExpected ? .good : .note,
                detail: isExpected ? "nothing, and nothing was expected" : "answers, and has nothing"
            )
        case "failed":
            return Finding(check: name, verdict: .bad, detail: error, next: "tipoff dlq ls")
        default:
            let attempts: Int16 = try row.decode("attempts")
            return Finding(
                check: name,
                verdict: .note,
                detail: "no verdict yet after \(attempts) attempts\(error.isEmpty ? "" : ": \(error)")"
            )
        }
    }
}
