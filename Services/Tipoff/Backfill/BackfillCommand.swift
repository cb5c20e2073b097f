import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres
import UnixSignals
import Warehouse

/// Loads and recomputes history.
struct BackfillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Loads history, date after date.",
        discussion: """
            A backfill is a job of the services: it goes on when this terminal closes, and after any of them was killed.

            Example: tipoff backfill run --from 2023-10-24 --to 2024-01-14 --wait
            """,
        subcommands: [
            Plan.self, Run.self, Status.self, Pause.self, Resume.self, Cancel.self, Accept.self, Verify.self,
            Rollback.self,
        ]
    )

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract: "Asks for a full run in the backfill lane for every date with games.",
            discussion: """
                Dates are opened in ascending order, at most --window at a time, so that live work waits little. After the \
                last of --phases nothing further is triggered. The name of a job that is there already lets it go on: \
                complete dates stay, failed ones are tried again. With --wait, Ctrl-C asks whether the job is paused or \
                goes on alone.

                Phase 5 predicts each date by the newest registered model that was trained on earlier games only and holds \
                its gates, from games before the date and lines before tip-off, and judges it by the stored results; \
                without such a model the rules predict alone. What was predicted live before tip-off stays. tipoff accuracy \
                --lane backfill shows what came of it.

                Example: tipoff backfill run --from 2023-10-24 --to 2024-01-14 --phases 1-4 --wait

                Example: tipoff backfill run --from 2023-10-24 --to 2024-01-14 --phases 5 --wait
                """
        )

        @OptionGroup var range: BackfillRange

        @Option(name: .long, help: "The same as --phases 1-N.")
        var untilPhase: Phase?

        @Option(name: .long, help: "Most dates open at the same time.")
        var window = 8

        @Option(name: .long, help: "The job's name (default: made of the dates and the phases).")
        var job: String?

        @Option(name: .long, help: "Why, for the record.")
        var reason = "load history"

        @Flag(name: .long, help: "Stay until the job has ended; exit 1 when dates failed.")
        var wait = false

        @Option(name: .long, help: "With --wait: append a line a second to this file.")
        var progressFile: String?

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard (1...64).contains(window) else { throw ValidationError("--window is a number from 1 to 64") }
            if let job, job.wholeMatch(of: /[A-Za-z0-9._\-]{1,80}/) == nil {
                throw ValidationError("--job takes letters, digits, '.', '_' and '-', at most 80")
            }
            if progressFile != nil, !wait { throw ValidationError("--progress-file goes with --wait") }
        }

        private var phases: ClosedRange<Phase> { untilPhase.map { .scrapers...$0 } ?? range.phases.range }

        func run() async throws {
            let phases = phases
            let request = BackfillStore.Request(
                job: job
                    ?? "\(range.from)_\(range.to)_p\(phases.lowerBound.rawValue)-\(phases.upperBound.rawValue)",
                from: range.from,
                to: range.to,
                firstPhase: phases.lowerBound,
                untilPhase: phases.upperBound,
                window: window,
                reason: reason
            )
            try await Session.with([.database], statementTimeout: .seconds(600)) { session in
                let today = session.clock.leagueDay
                if let refusal = BackfillRange.refusal(phases, to: request.to, today: today) {
                    throw CommandProblem.usage(refusal, next: "tipoff predict start --date \(request.to) --reason …")
                }
                let store = BackfillStore(session: session)
                if try await BackfillJob.load(request.job, from: session.pool) == nil {
                    try await BackfillRange.requireGames(request.from, request.to, on: session.pool)
                }
                let digests = try await TableDigest.compute(
                    WarehouseTables.all,
                    dates: range.from...range.to,
                    on: session.pool
                )
                if try await store.ask(request, digests: digests) == nil {
                    try await goOn(request, store)
                }
                guard wait else {
                    let follow = "tipoff backfill status --job \(request.job) --follow"
                    if format.json {
                        try session.output.json(await store.report(request.job).json)
                    } else {
                        session.output.line("job \(request.job) is written down; the scrapers service works it off")
                        session.output.line("next: \(follow)")
                    }
                    return
                }
                try await BackfillCommand.follow(
                    request.job,
                    store,
                    printsJSON: format.json,
                    file: try progressFile.map(BackfillCommand.appending)
                )
            }
        }

        /// The same name again: the same job goes on.
        private func goOn(_ request: BackfillStore.Request, _ store: BackfillStore) async throws {
            let job = try await store.job(request.job)
            guard job.firstDate == request.from, job.lastDate == request.to, job.firstPhase == request.firstPhase,
                job.untilPhase == request.untilPhase
            else {
                throw CommandProblem.usage(
                    "job \(job.name) was for other dates or other phases",
                    next: "choose another --job"
                )
            }
            switch job.state {
            case .running, .complete: return
            case .paused, .failed, .cancelled:
                _ = try await store.resume(job, window: window, only: [], reason: reason)
            case .rolledBack:
                throw CommandProblem.problem("job \(job.name) was rolled back", next: "choose another --job")
            }
        }
    }

    /// Opens a file at its end.
    static func appending(_ path: String) throws -> FileHandle {
        if !FileManager.default.fileExists(atPath: path) {
            guard FileManager.default.createFile(atPath: path, contents: nil) else {
                throw CommandProblem.usage("\(path) cannot be written")
            }
        }
        guard let file = FileHandle(forWritingAtPath: path) else {
            throw CommandProblem.usage("\(path) cannot be written")
        }
        try file.seekToEnd()
        return file
    }

    /// Watches a job to its end and says what came of it; a problem when dates failed or it was left.
    static func follow(
        _ name: String,
        _ store: BackfillStore,
        printsJSON: Bool,
        file: FileHandle? = nil
    ) async throws {
        let interrupted = StopFlag()
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let listener = Task {
            for await _ in signals { interrupted.raise() }
        }
        defer { listener.cancel() }
        let follower = BackfillFollower(
            store: store,
            printsProgress: !printsJSON,
            file: file,
            interrupted: interrupted
        )
        let end = try await follower.follow(name)
        guard end == .over else {
            throw CommandProblem.problem(
                end == .paused
                    ? "job \(name) is paused; open dates end by themselves" : "detached; job \(name) goes on",
                next: end == .paused
                    ? "tipoff backfill resume --job \(name) --reason …"
                    : "tipoff backfill status --job \(name) --follow"
            )
        }
        let job = try await store.job(name)
        let session = store.session
        let digests = try await TableDigest.compute(
            WarehouseTables.all,
            dates: job.firstDate...job.lastDate,
            on: session.pool
        )
        try await session.pool.transaction { transaction in
            try await BackfillDigests.store(digests, of: name, moment: .after, in: transaction)
        }
        let report = try await store.report(name, digest: TableDigest.total(digests))
        try report.tell(session.output, printsJSON: printsJSON)
    }
}

extension BackfillReport {
    /// Prints the report; a problem unless the job is complete.
    func tell(_ output: Output, printsJSON: Bool) throws {
        if printsJSON {
            try output.json(json)
        } else {
            output.line(line)
            if let predictions { output.line(predictions.line) }
            if let digest { output.line("digest \(digest)") }
        }
        guard job.state != .complete else {
            if !printsJSON { output.lines(wantingLines()) }
            return
        }
        throw CommandProblem.problem(
            ([job.stateReason ?? "the job is \(job.state.rawValue)"] + wantingLines()).joined(separator: "\n"),
            next: "tipoff backfill resume --job \(job.name) --reason …"
        )
    }
}
