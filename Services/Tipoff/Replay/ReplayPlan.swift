import Basketball
import Foundation
import Pipeline
import Postgres
import Upstream

/// What a replay does again: dates, phases, and what of them.
struct ReplayPlan: Sendable {
    /// The oldest first.
    var dates: [GameDate]
    var from: Phase
    var until: Phase
    /// Nil for everything.
    var selection: EntitySelection?
    var reason: String

    /// The dates of a span on which games are scheduled or runs were opened.
    static func dates(_ first: GameDate, _ last: GameDate, _ pool: PostgresPool) async throws -> [GameDate] {
        guard first <= last, last - first <= 400 else {
            throw CommandProblem.usage("\(first) to \(last) is no span of up to 400 days")
        }
        let rows = try await pool.query(
            """
            SELECT game_date FROM nba_raw.nbac_schedule
            WHERE removed_at IS NULL AND NOT is_postponed AND game_date BETWEEN \(first.sqlDate) AND \(last.sqlDate)
            UNION SELECT game_date FROM nba_orchestration.run
            WHERE game_date BETWEEN \(first.sqlDate) AND \(last.sqlDate)
            ORDER BY game_date
            """
        )
        return try rows.map { try $0.gameDate("game_date") }
    }

    /// What one phase of a date would do.
    struct Work: Sendable {
        var date: GameDate
        var phase: Phase
        var processors: [String]
        /// The stored payloads that would be read again, for Phase 2.
        var payloads: [String]

        var text: String {
            payloads.isEmpty
                ? (processors.isEmpty ? "nothing to do" : processors.joined(separator: ", "))
                : "\(payloads.count) payloads: \(processors.joined(separator: ", "))"
        }

        var json: JSONValue {
            [
                "date": .string(date.description), "phase": .int(Int64(phase.rawValue)),
                "processors": .array(processors.map { .string($0) }), "payloads": .array(payloads.map { .string($0) }),
            ]
        }
    }

    /// What would run, by date and phase.
    func works(_ session: Session) async throws -> [Work] {
        var works: [Work] = []
        for date in dates {
            for phase in Phase.allCases where phase >= from && phase <= until {
                var payloads: [StoredPayloads.Payload] = []
                let processors: [ProcessorDefinition]
                switch phase {
                case .scrapers:
                    processors = session.registry.enabled(in: .scrapers).filter {
                        $0.begins(.full, lane(date, session))
                    }
                case .raw where from == .raw:
                    payloads = try await StoredPayloads(session: session).all(of: date)
                    processors = session.registry.enabled(in: .raw).filter { raw in
                        payloads.contains { $0.processors.contains(raw) }
                    }
                case .raw: processors = session.registry.enabled(in: .raw)
                default: processors = session.registry.replayed(in: phase)
                }
                works.append(
                    Work(
                        date: date,
                        phase: phase,
                        processors: processors.map(\.name),
                        payloads: payloads.map(\.key.path.string)
                    )
                )
            }
        }
        return works
    }

    /// Past dates are history, whatever their runs do.
    func lane(_ date: GameDate, _ session: Session) -> Lane { date < session.clock.leagueDay ? .backfill : .live }
}
