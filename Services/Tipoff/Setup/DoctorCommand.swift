import ArgumentParser
import Basketball
import Foundation
import Kafka
import Pipeline
import Postgres
import Warehouse

/// What stands in the way of a run.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks database, broker, object store and services, and asks each source once.",
        discussion: """
            The sources are asked by the scrapers service itself, from where it runs and with its keys: one question each, \
            opened as a run that ends with Phase 2. A source that is asked for single games or events is asked for the first \
            one of the day; on a day without any, give the date of one with games.

            Example: tipoff doctor --sources
            """
    )

    @Flag(name: .long, help: "Ask the sources, too.")
    var sources = false

    @Option(name: .long, help: "The day that the sources are asked about.")
    var date = DayArgument.today

    @Option(name: .long, help: "How long to wait for the sources, in seconds.")
    var timeout = 180.0

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard (1...3600).contains(timeout) else { throw ValidationError("--timeout is a number from 1 to 3600") }
    }

    func run() async throws {
        try await Session.with([.database, .broker, .objects]) { session in
            let doctor = Doctor(session: session)
            var findings = await doctor.infrastructure()
            if sources, findings.allSatisfy({ $0.verdict != .bad }) {
                findings += try await doctor.sources(on: date.resolved(session.clock), timeout: timeout)
            }
            if format.json {
                try session.output.json(.array(findings.map(\.json)))
            } else {
                var table = TextTable(["CHECK", "VERDICT", "DETAIL"])
                for finding in findings {
                    table.add([finding.check, finding.verdict.rawValue, SafeText.cut(finding.detail, to: 140)])
                }
                session.output.lines(table.lines)
                if let next = findings.first(where: { $0.verdict == .bad })?.next {
                    session.output.line("next: \(next)")
                } else if !sources {
                    session.output.line("next: tipoff doctor --sources")
                }
            }
            if findings.contains(where: { $0.verdict == .bad }) { throw CommandProblem.alreadyTold }
        }
    }
}

/// The checks of `tipoff doctor`.
struct Doctor: Sendable {
    struct Finding: Sendable {
        enum Verdict: String, Sendable {
            case good = "ok"
            /// Works, with something to know.
            case note
            case bad = "problem"
        }

        var check: String
        var verdict: Verdict
        var detail: String
        var next: String?

        var json: JSONValue {
            [
                "check": .string(check), "verdict": .string(verdict.rawValue), "detail": .string(detail),
                "next": next.map { .string($0) } ?? .null,
            ]
        }
    }

    let session: Session

    /// Everything but the sources; a check that cannot be made is a finding.
    func infrastructure() async -> [Finding] {
        [
            await check("database") { try await database() }, await check("broker") { try await broker() },
            await check("object store") { try await objects() }, await check("services") { try await services() },
        ]
    }

    private func check(_ name: String, _ body: () async throws -> Finding) async -> Finding {
        do { return try await body() } catch {
            let problem = CommandProblem(explaining: error)
            return Finding(
                check: name,
                verdict: .bad,
                detail: problem?.message ?? "\(error)",
                next: problem?.next
            )
        }
    }

    private func database() async throws -> Finding {
        let states = try await PostgresMigrator(migrations: WarehouseMigrations.all).status(session.pool)
        let pending = states.filter { if case .pending = $0.state { true } else { false } }.count
        for state in states {
            if case .conflicting(let reason) = state.state {
                return Finding(check: "database", verdict: .bad, detail: reason)
            }
        }
        let version = try await session.pool.query("SHOW server_version").scalar(as: String.self)
        guard pending == 0 else {
            return Finding(
                check: "database",
                verdict: .bad,
                detail: "\(pending) migrations are not applied",
                next: "tipoff migrate"
            )
        }
        return Finding(check: "database", verdict: .good, detail: "PostgreSQL \(version), \(states.count) migrations")
    }

    private func broker() async throws -> Finding {
        let admin = try KafkaAdmin(
            configuration: session.configuration.kafka(clientID: "tipoff"),
            logger: session.logger
        )
        defer { admin.close() }
        let found = Set(
            try await admin.metadata(timeout: .seconds(5)).topics.filter { $0.error == nil }.map(\.name)
        )
        let missing = Topic.allCases.map { session.configuration.topicPrefix + $0.rawValue }.filter {
            !found.contains($0)
        }
        guard missing.isEmpty else {
            return Finding(
                check: "broker",
                verdict: .bad,
                detail: "missing: \(missing.joined(separator: ", "))",
                next: "tipoff topics apply"
            )
        }
        return Finding(check: "broker", verdict: .good, detail: "\(Topic.allCases.count) topics")
    }

    private func objects() async throws -> Finding {
        let objects = try session.configuration.makeObjects()
        // Named by its content: the same probe twice is one object.
        let bytes = Array("tipoff doctor wrote this to see whether it can".utf8)
        let path = try ObjectPath(validating: "doctor/\(SHA256.hash(bytes).hex).txt")
        try await objects.put(path, bytes: bytes)
        let back = try await objects.get(path, maximumBytes: 1 << 10)
        guard back == bytes else {
            return Finding(check: "object store", verdict: .bad, detail: "\(path) came back changed")
        }
        return Finding(check: "object store", verdict: .good, detail: "written and read back")
    }

    /// Roles that some replica of the services holds.
    private func services() async throws -> Finding {
        let rows = try await session.pool.query(
            "SELECT role, owner FROM nba_orchestration.lease WHERE expires_at > now() ORDER BY role"
        )
        let held = try rows.column("role", as: String.self)
        guard held.contains("planner") else {
            return Finding(
                check: "services",
                verdict: .note,
                detail: "no replica plans: no scrapers service is running, or TIPOFF_PLANNER is false",
                next: "tipoff logs scrapers -n 20"
            )
        }
        return Finding(check: "services", verdict: .good, detail: "roles held: \(held.joined(separator: ", "))")
    }
}
