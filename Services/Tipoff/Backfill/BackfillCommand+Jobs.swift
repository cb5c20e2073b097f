import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

/// `--job`, which may be left out while only one job is open.
struct JobOption: ParsableArguments {
    @Option(name: .long, help: "The job's name; may be left out while only one job is running or paused.")
    var job: String?
}

/// `--reason` of what is audited.
struct ReasonOption: ParsableArguments {
    @Option(name: .long, help: "Why, for the record.")
    var reason: String

    func validate() throws {
        if reason.allSatisfy(\.isWhitespace) { throw ValidationError("--reason must say something") }
    }
}

extension BackfillCommand {
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Shows the jobs, or one of them with its dates and log.",
            discussion: "Example: tipoff backfill status --job 2023-10-24_2024-01-14_p1-4 --dates"
        )

        @OptionGroup var name: JobOption

        @Flag(name: .long, help: "Every date of the job with its state and reason.")
        var dates = false

        @Option(name: .long, help: "The log of a date: one row a processor.")
        var date: GameDate?

        @Flag(name: .shortAndLong, help: "Stay until the job has ended.")
        var follow = false

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database], statementTimeout: .seconds(600)) { session in
                let store = BackfillStore(session: session)
                if name.job == nil, !dates, !follow, date == nil { return try await list(store) }
                let job = try await store.chosen(name.job)
                if follow { return try await BackfillCommand.follow(job.name, store, printsJSON: format.json) }
                if let date { return try await log(job, date, store) }
                let report = try await store.report(job.name)
                if format.json {
                    guard case .object(var object) = report.json else { return }
                    if dates { object["all_dates"] = .array(report.dates.map(\.json)) }
                    return try session.output.json(.object(object))
                }
                session.output.line(report.line)
                if let predictions = report.predictions { session.output.line(predictions.line) }
                session.output.line(
                    "asked for by \(job.actor) at \(EasternTime.precise(job.createdAt)): \(SafeText.escaped(job.reason))"
                )
                if let reason = job.stateReason {
                    session.output.line("\(job.state.rawValue): \(SafeText.escaped(reason))")
                }
                if !dates { return session.output.lines(report.wantingLines()) }
                var table = TextTable(["date", "state", "attempt", "seconds", "run", "reason"])
                for row in report.dates {
                    table.add([
                        row.date.description, row.state.rawValue, String(row.attempt),
                        row.seconds.map(EasternTime.tenths) ?? "-", row.runID?.uuidString.lowercased() ?? "-",
                        row.reason ?? "",
                    ])
                }
                session.output.lines(table.lines)
            }
        }

        private func list(_ store: BackfillStore) async throws {
            let jobs = try await store.jobs()
            var reports: [BackfillReport] = []
            for job in jobs { reports.append(try await store.report(job.name)) }
            if format.json { return try store.session.output.json(.array(reports.map(\.json))) }
            guard !reports.isEmpty else {
                return store.session.output.line(
                    "no backfills; tipoff backfill plan --from … --to … shows what is there"
                )
            }
            for report in reports { store.session.output.line(report.line) }
        }

        private func log(_ job: BackfillJob, _ date: GameDate, _ store: BackfillStore) async throws {
            let rows = try await store.session.pool.query(
                """
                SELECT phase, processor, attempt, units, units_done, units_wanting, states, attempts,
                       extract(epoch FROM finished_at - started_at)::float8 AS seconds, first_error
                FROM nba_orchestration.backfill_log
                WHERE job_id = \(job.name) AND game_date = \(date.sqlDate) ORDER BY phase, started_at, processor
                """
            )
            var table = TextTable(["phase", "processor", "units", "done", "wanting", "states", "seconds", "error"])
            var values: [JSONValue] = []
            for row in rows {
                let phase = try row.phase("phase").rawValue
                let processor: String = try row.decode("processor")
                let counts = try ["units", "units_done", "units_wanting"].map { try row.decode($0, as: Int64.self) }
                let states: String = try row.decode("states")
                let seconds: Double? = try row.decode("seconds")
                let error: String? = try row.decode("first_error")
                table.add(
                    [String(phase), processor] + counts.map(String.init)
                        + [states, seconds.map(EasternTime.tenths) ?? "-", error ?? ""]
                )
                values.append([
                    "phase": .int(Int64(phase)), "processor": .string(processor), "units": .int(counts[0]),
                    "done": .int(counts[1]), "wanting": .int(counts[2]), "states": .string(states),
                    "seconds": seconds.map { .double($0) } ?? .null, "error": error.map { .string($0) } ?? .null,
                ])
            }
            if format.json { return try store.session.output.json(.array(values)) }
            guard !table.isEmpty else {
                throw CommandProblem.problem(
                    "job \(job.name) has no run of \(date) yet",
                    next: "tipoff backfill status --job \(job.name) --dates"
                )
            }
            store.session.output.lines(table.lines)
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause",
            abstract: "Opens no more dates of a job; those that are open end by themselves.",
            discussion: "Example: tipoff backfill pause --reason 'games tonight'"
        )

        @OptionGroup var name: JobOption
        @OptionGroup var why: ReasonOption
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await BackfillCommand.act(name, format) { job, store in
                try await store.move(job.name, from: [.running], to: .paused, event: "paused", reason: why.reason)
            }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "Lets a job go on; its failed dates are tried again.",
            discussion: """
                With --date only these dates are tried again, degraded ones too.

                Example: tipoff backfill resume --job history --reason 'source is back'
                """
        )

        @OptionGroup var name: JobOption
        @OptionGroup var why: ReasonOption

        @Option(name: .long, help: "Only this date is tried again; may be repeated.")
        var date: [GameDate] = []

        @Option(name: .long, help: "Most dates open at the same time, from now on.")
        var window: Int?

        @OptionGroup var format: FormatOptions

        func validate() throws {
            if let window, !(1...64).contains(window) { throw ValidationError("--window is a number from 1 to 64") }
        }

        func run() async throws {
            try await BackfillCommand.act(name, format) { job, store in
                _ = try await store.resume(job, window: window, only: Array(Set(date)), reason: why.reason)
            }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "Ends a job; its open runs are cancelled by their owners.",
            discussion: """
                What was loaded stays; tipoff backfill rollback takes it back.

                Example: tipoff backfill cancel --job history --reason 'wrong season'
                """
        )

        @OptionGroup var name: JobOption
        @OptionGroup var why: ReasonOption
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await BackfillCommand.act(name, format) { job, store in
                try await store.move(
                    job.name,
                    from: [.running, .paused, .failed],
                    to: .cancelled,
                    event: "cancelled",
                    reason: why.reason
                ) { transaction in
                    try await store.cancelOpenRuns(of: job.name, reason: why.reason, in: transaction)
                }
            }
        }
    }

    struct Accept: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "accept",
            abstract: "Takes failed or degraded dates of a job as they are.",
            discussion: "Example: tipoff backfill accept --job history --date 2020-12-23 --reason 'no box score exists'"
        )

        @OptionGroup var name: JobOption
        @OptionGroup var why: ReasonOption

        @Option(name: .long, help: "The date; may be repeated.")
        var date: [GameDate]

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await BackfillCommand.act(name, format) { job, store in
                try await store.accept(job, Array(Set(date)), reason: why.reason)
            }
        }
    }

    /// Finds the job, acts on it and says how it stands then.
    private static func act(
        _ name: JobOption,
        _ format: FormatOptions,
        _ body: @Sendable (BackfillJob, BackfillStore) async throws -> Void
    ) async throws {
        try await Session.with([.database]) { session in
            let store = BackfillStore(session: session)
            let job = try await store.chosen(name.job)
            try await body(job, store)
            let report = try await store.report(job.name)
            if format.json { try session.output.json(report.json) } else { session.output.line(report.line) }
        }
    }
}

extension BackfillStore.DateRow {
    var json: JSONValue {
        [
            "date": .string(date.description), "state": .string(state.rawValue), "attempt": .int(Int64(attempt)),
            "seconds": seconds.map { .double($0) } ?? .null, "reason": reason.map { .string($0) } ?? .null,
            "run_id": runID.map { .string($0.uuidString.lowercased()) } ?? .null,
        ]
    }
}
