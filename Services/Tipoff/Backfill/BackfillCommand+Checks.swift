import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres
import Warehouse

extension BackfillCommand {
    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "plan",
            abstract: "Shows what a backfill would find: games, and which of them have which rows.",
            discussion: """
                Nothing is written. Exit 1 when there is nothing to load or something is in the way.

                With phase 5 among --phases it also names the model that each date would be predicted by.

                Example: tipoff backfill plan --from 2023-10-24 --to 2024-01-14 --phases 1-5
                """
        )

        @OptionGroup var range: BackfillRange

        @Flag(name: .long, help: "A line a date instead of a line a month.")
        var dates = false

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database], statementTimeout: .seconds(600)) { session in
                let preflight = try await BackfillPreflight.check(range, session)
                if format.json {
                    try session.output.json(preflight.json)
                } else {
                    session.output.line("\(range.from) to \(range.to), phases \(range.phases)")
                    if !preflight.coverage.days.isEmpty {
                        session.output.lines(preflight.coverage.table(byDate: dates).lines)
                    }
                    session.output.lines(preflight.notes.map { "note: \(SafeText.escaped($0))" })
                }
                guard preflight.obstacles.isEmpty else {
                    throw CommandProblem.problem(preflight.obstacles.joined(separator: "\n"), next: preflight.next)
                }
                if !format.json {
                    session.output.line(
                        "next: tipoff backfill run --from \(range.from) --to \(range.to) --phases \(range.phases) --wait"
                    )
                }
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Checks that every game of a job's dates, or of a range, has its rows, and prints the digest.",
            discussion: """
                Exit 0 only when everything is there or each exception was accepted by name (tipoff backfill accept).

                Example: tipoff backfill verify --job history
                """
        )

        @OptionGroup var name: JobOption

        @Option(name: .long, help: "Instead of a job: the first date.")
        var from: GameDate?

        @Option(name: .long, help: "Instead of a job: the last date.")
        var to: GameDate?

        @Option(name: .long, help: "Instead of a job: first and last phase.")
        var phases: PhaseRange?

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard (from == nil) == (to == nil) else { throw ValidationError("--from and --to go together") }
            if let from, let to, from > to { throw ValidationError("--from lies after --to") }
            if from != nil, name.job != nil { throw ValidationError("give --job, or --from and --to") }
        }

        func run() async throws {
            try await Session.with([.database], statementTimeout: .seconds(600)) { session in
                let store = BackfillStore(session: session)
                var accepted: [GameDate: String] = [:]
                let first: GameDate
                let last: GameDate
                var chosen = phases?.range ?? .scrapers ... .precompute
                var wanting: [BackfillStore.DateRow] = []
                if let from, let to {
                    (first, last) = (from, to)
                } else {
                    let job = try await store.chosen(name.job)
                    (first, last) = (job.firstDate, job.lastDate)
                    // Later phases need what the earlier ones left, whoever brought it.
                    chosen = phases?.range ?? .scrapers...job.untilPhase
                    let dates = try await store.dates(of: job.name)
                    for date in dates where date.state == .accepted { accepted[date.date] = date.reason ?? "" }
                    wanting = dates.filter { $0.state != .complete && $0.state != .accepted }
                }
                try await BackfillRange.requireGames(first, last, on: session.pool)
                let coverage = try await BackfillCoverage.read(from: first, to: last, on: session.pool)
                let gaps = coverage.gaps(chosen)
                let open = gaps.filter { accepted[$0.date] == nil }
                let digests = try await TableDigest.compute(WarehouseTables.all, dates: first...last, on: session.pool)
                let digest = TableDigest.total(digests)
                let games = coverage.days.reduce(0) { $0 + $1.games }
                if format.json {
                    try session.output.json([
                        "from": .string(first.description), "to": .string(last.description),
                        "dates": .int(Int64(coverage.days.count)), "games": .int(Int64(games)),
                        "gaps": .array(
                            gaps.map { gap in
                                [
                                    "date": .string(gap.date.description),
                                    "missing": .array(gap.texts.map { .string($0) }),
                                    "accepted": accepted[gap.date].map { .string($0) } ?? .null,
                                ]
                            }
                        ),
                        "not_complete": .array(wanting.map(\.json)), "digest": .string(digest),
                    ])
                } else {
                    session.output.line(
                        "\(coverage.days.count) dates, \(games) games, phases \(PhaseRange(chosen)): "
                            + (gaps.isEmpty ? "every game has its rows" : "\(gaps.count) dates lack rows")
                    )
                    for gap in gaps {
                        let note = accepted[gap.date].map { " — accepted: \(SafeText.escaped($0))" } ?? ""
                        session.output.line(
                            "  \(gap.date) \(SafeText.escaped(gap.texts.joined(separator: "; ")))\(note)"
                        )
                    }
                    session.output.line("digest \(digest)")
                }
                guard open.isEmpty, wanting.isEmpty else {
                    throw CommandProblem.problem(
                        "\(open.count) dates lack rows and \(wanting.count) dates of the job are not complete",
                        next: "tipoff backfill resume --date …, or tipoff backfill accept --date … --reason …"
                    )
                }
            }
        }
    }
}

/// What is looked at before a backfill.
struct BackfillPreflight: Sendable {
    var coverage: BackfillCoverage
    /// Worth knowing, and not in the way.
    var notes: [String] = []
    /// What keeps a backfill from being of use.
    var obstacles: [String] = []
    var next: String?

    static func check(_ range: BackfillRange, _ session: Session) async throws -> BackfillPreflight {
        let phases = range.phases.range
        let store = BackfillStore(session: session)
        var preflight = BackfillPreflight(
            coverage: try await BackfillCoverage.read(from: range.from, to: range.to, on: session.pool)
        )
        let seasons = BackfillJob.spans(from: range.from, to: range.to)
        let known = try await session.pool.query(
            "SELECT DISTINCT season_year FROM nba_raw.nbac_schedule WHERE removed_at IS NULL"
        ).column("season_year", as: Int64.self)
        let unknown = seasons.filter { !known.contains(Int64($0.season.startYear)) }.map(\.season.description)
        if !unknown.isEmpty {
            let names = unknown.joined(separator: ", ")
            if phases.lowerBound == .scrapers {
                preflight.notes.append("the schedule of \(names) is not known yet; the job's first run fetches it")
            } else {
                preflight.obstacles.append("the schedule of \(names) is not known, and phase 1 is left out")
            }
        } else if preflight.coverage.days.isEmpty {
            preflight.obstacles.append("no date from \(range.from) to \(range.to) has games of the season")
            preflight.next = "check the dates, or tipoff scrape nbac_schedule_api --date \(range.from) --wait"
        }
        // What Phases 3 and 4 look back on.
        if phases.upperBound >= .analytics {
            let missing = try await session.pool.query(
                "SELECT game_id FROM nba_orchestration.history_missing(ARRAY[\(range.from.sqlDate)])"
            ).column("game_id", as: String.self)
            if !missing.isEmpty {
                preflight.notes.append(
                    "\(missing.count) earlier games of the season have no Phase-3 rows; the averages of these dates will "
                        + "lack them (first: \(missing[0]))"
                )
            }
        }
        if phases.lowerBound >= .analytics {
            let lacking = preflight.coverage.gaps(.scrapers ... .raw)
            if !lacking.isEmpty {
                preflight.notes.append("\(lacking.count) dates lack raw rows, and phase 1 is left out")
            }
        }
        if phases.lowerBound == .predictions {
            let lacking = preflight.coverage.gaps(.analytics ... .precompute)
            if !lacking.isEmpty {
                preflight.notes.append("\(lacking.count) dates lack rows of phases 3 and 4, and these are left out")
            }
        }
        if phases.contains(.predictions) {
            let dates = preflight.coverage.days.map(\.date)
            preflight.notes += try await BackfillPredictions.modelNotes(for: dates, on: session.pool)
        }
        if let refusal = BackfillRange.refusal(phases, to: range.to, today: session.clock.leagueDay) {
            preflight.obstacles.append(refusal)
            preflight.next = "tipoff predict start --date \(range.to) --reason …"
        }
        for job in try await store.jobs(where: "state IN ('running', 'paused')")
        where job.firstDate <= range.to && job.lastDate >= range.from {
            preflight.obstacles.append("job \(job.name) is \(job.state.rawValue) and has some of these dates")
            preflight.next = "tipoff backfill status --job \(job.name)"
        }
        if try await !store.isWorkedOff() {
            preflight.obstacles.append("no scrapers service is there to work off a job")
            preflight.next = preflight.next ?? "start the services (local stack: make up)"
        }
        return preflight
    }

    var json: JSONValue {
        [
            "coverage": coverage.json, "notes": .array(notes.map { .string($0) }),
            "obstacles": .array(obstacles.map { .string($0) }),
        ]
    }
}
