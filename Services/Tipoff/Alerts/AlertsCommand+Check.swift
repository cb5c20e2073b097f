import Alerting
import ArgumentParser
import Foundation
import Pipeline
import Postgres

extension AlertsCommand {
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "For cron on another machine: exit 1 when those who watch give no sign of life.",
            discussion: """
                Tells it through the sinks of its own settings (TIPOFF_ALERT_WEBHOOK, TIPOFF_ALERT_COMMAND), at most once \
                an hour; an unreachable database, exit 3, each time, because there is nowhere to remember it.

                Example: tipoff alerts check --older 10
                """
        )

        @Option(name: .long, help: "How old a sign of life may be, in minutes.")
        var older = 10

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard (1...1440).contains(older) else { throw ValidationError("--older is a number from 1 to 1440") }
        }

        struct Sign: Sendable, Hashable {
            var role: String
            var owner: String?
            var seenAt: Date?
            var isOld: Bool
        }

        func run() async throws {
            let isWell = try await Session.with([.database]) { session in
                let signs: [Sign]
                do { signs = try await read(session) } catch let error as PostgresError where error.isInfrastructure {
                    await tell(
                        "the database does not answer: nothing goes on",
                        names: ["PostgreSQL"],
                        next: "tipoff doctor",
                        session
                    )
                    throw error
                }
                let old = signs.filter(\.isOld)
                if !old.isEmpty, try await isFirst(session) {
                    await tell(
                        "no sign of life of \(old.map(\.role).joined(separator: ", "))",
                        names: old.map(\.role),
                        next: session.alerts.restart(old[0].role == DeadManRole.lease ? "scrapers" : "publishing"),
                        session
                    )
                }
                if format.json {
                    try session.output.json(.array(signs.map(Self.json)))
                } else {
                    var table = TextTable(["ROLE", "SIGN", "AT", "BY"])
                    for sign in signs {
                        table.add([
                            sign.role, sign.isOld ? "OLD" : "ok",
                            sign.seenAt.map { EasternTime.short($0, on: session.clock.leagueDay) } ?? "never",
                            sign.owner ?? "-",
                        ])
                    }
                    session.output.lines(table.lines)
                    if !old.isEmpty {
                        session.output.line(
                            "next: "
                                + session.alerts.restart(
                                    old[0].role == DeadManRole.lease ? "scrapers" : "publishing"
                                )
                        )
                    }
                }
                return old.isEmpty
            }
            if !isWell { throw CommandProblem.alreadyTold }
        }

        /// The roles without which nobody would be told of anything.
        static let roles = [WatchRole.lease, AlertRole.lease, DeadManRole.lease]

        private func read(_ session: Session) async throws -> [Sign] {
            try await session.pool.query(
                """
                SELECT r.role, l.owner, l.seen_at,
                       COALESCE(l.seen_at < now() - \(Int32(older)) * interval '1 minute', true) AS is_old
                FROM unnest(\(Self.roles)::text[]) WITH ORDINALITY AS r(role, place)
                LEFT JOIN nba_orchestration.lease AS l USING (role) ORDER BY r.place
                """
            ).map { row in
                Sign(
                    role: try row.decode("role"),
                    owner: try row.decode("owner"),
                    seenAt: try row.decode("seen_at"),
                    isOld: try row.decode("is_old")
                )
            }
        }

        /// Whether this hour has not heard of it.
        private func isFirst(_ session: Session) async throws -> Bool {
            try await session.pool.execute(
                """
                INSERT INTO nba_orchestration.alert_message
                    (signature, window_key, kind, level, body, is_planned, created_by)
                VALUES ('check:heartbeat', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24'), 'first', 'critical', '{}', true,
                        \(session.actor))
                ON CONFLICT (signature, window_key) DO NOTHING
                """
            ) == 1
        }

        /// A sink that does not take it is said on standard error, which cron mails.
        private func tell(_ title: String, names: [String], next: String, _ session: Session) async {
            let message = AlertMessage(
                kind: .first,
                level: .critical,
                signature: "check:heartbeat",
                title: title,
                since: .now,
                names: names,
                command: next,
                raisedBy: "tipoff alerts check"
            )
            for sink in session.alerts.sinks(logger: session.logger) {
                do throws(AlertSinkError) { try await sink.send(message) } catch {
                    session.output.error("\(sink.name.rawValue): \(error)")
                }
            }
        }

        private static func json(_ sign: Sign) -> JSONValue {
            [
                "role": .string(sign.role), "owner": sign.owner.map { .string($0) } ?? .null,
                "seen_at": sign.seenAt.map { .string(Instant.text($0)) } ?? .null, "is_old": .bool(sign.isOld),
            ]
        }
    }
}
