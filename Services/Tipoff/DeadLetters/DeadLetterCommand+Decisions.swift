import ArgumentParser
import Foundation
import Pipeline
import Postgres

/// Which letters a decision is about: some by number, or all that an option names.
struct DeadLetterChoice: ParsableArguments {
    @Argument(help: "Numbers of `tipoff dlq ls`.")
    var ids: [Int64] = []

    @OptionGroup var which: DeadLetterOptions

    @Flag(name: .long, help: "All that are new.")
    var all = false

    func validate() throws {
        let ways = [!ids.isEmpty, !which.isEmpty, all].count { $0 }
        guard ways == 1 else {
            throw ValidationError("name letters by number, or by options such as --error missing_field, or say --all")
        }
    }

    func filter(_ session: Session) -> DeadLetterFilter { which.filter(ids: ids, session: session) }
}

extension DeadLetterCommand {
    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay",
            abstract: "Sends dead letters again, corrected or as they were, each exactly once.",
            discussion: """
                Shows what would happen; --yes does it. Each replay is a new message with a new id, checked like any other \
                before it is sent. Without a run_id in the payload it opens a manual run. A letter whose work has been \
                done since is resolved instead. One whose payload failed again after a replay is left, unless --force. \
                What fails again is the same letter, with an attempt more. Several operators may replay at the same time. \
                Exit code 1 when a letter was left.

                Example: tipoff dlq replay 17 --payload corrected.json --reason "status was misspelt" --yes
                Example: tipoff dlq replay --error unknown_processor --since 6h --reason "processor is deployed" --yes
                """
        )

        @OptionGroup var choice: DeadLetterChoice

        @Option(name: .long, help: "A file with the corrected payload of one letter.", completion: .file())
        var payload: String?

        @Option(name: .long, help: "At most this many messages a second.")
        var rate = 2000.0

        @Option(name: .long, help: "At most this many letters, the oldest first.")
        var limit = 1_000_000

        @Flag(name: .long, help: "Also what failed again after a replay, and what has been done since.")
        var force = false

        @OptionGroup var options: ActionOptions

        func validate() throws {
            guard payload == nil || choice.ids.count == 1 else {
                throw ValidationError("--payload is for one letter, named by its number")
            }
            guard rate >= 1, rate <= 1_000_000, limit > 0 else {
                throw ValidationError("--rate is a number from 1 to 1000000, --limit at least 1")
            }
        }

        func run() async throws {
            let corrected = try payload.map { path -> [UInt8] in
                do { return Array(try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
                    throw CommandProblem.usage("\(path) cannot be read: \(error.localizedDescription)")
                }
            }
            let isComplete = try await Session.with(options.yes ? [.database, .broker] : [.database]) { session in
                let replay = DeadLetterReplay(
                    pool: session.pool,
                    registry: session.registry,
                    today: session.clock.leagueDay,
                    now: session.clock.now,
                    actor: session.actor,
                    isForced: force
                )
                for id in choice.ids {
                    let letter = try await DeadLetterStore(pool: session.pool).load(id)
                    guard letter.state == "new" else { throw DeadLetterStore.done(letter) }
                    // What is wrong with a single one is told in its own words.
                    if choice.ids.count == 1 { _ = try replay.message(for: letter, payload: corrected) }
                }
                let bulk = DeadLetterBulkReplay(
                    session: session,
                    filter: choice.filter(session),
                    replay: replay,
                    corrected: corrected,
                    reason: options.reason,
                    rate: rate,
                    limit: limit
                )
                let report = options.yes ? try await bulk.carryOut() : try await bulk.preview()
                try tell(report, batchID: replay.batchID, session)
                // Somebody else was quicker with what was named by number.
                return report.refused.isEmpty && report.selected >= choice.ids.count
            }
            if !isComplete { throw CommandProblem.alreadyTold }
        }

        private func tell(_ report: DeadLetterBulkReplay.Report, batchID: UUID, _ session: Session) throws {
            let output = session.output
            if options.format.json {
                try output.json(json(report, batchID: batchID))
                return
            }
            let verb = options.yes ? "" : "would be "
            if report.selected == 0 {
                output.line(choice.ids.isEmpty ? "no new dead letters are meant" : "somebody else has decided them")
                return
            }
            let speed =
                options.yes && report.replayed >= DeadLetterBulkReplay.batchSize
                ? " in \(EasternTime.duration(report.seconds)), \(Int(report.perSecond.rounded())) a second" : ""
            output.line("\(verb)replayed: \(report.replayed)\(speed)")
            if !report.resolved.isEmpty {
                output.line("\(verb)resolved, their work has been done since: \(report.resolved.count)")
            }
            let refusals = Dictionary(grouping: report.refused, by: \.reason).sorted { $0.key < $1.key }
            for (reason, refused) in refusals {
                let ids = refused.prefix(5).map { String($0.id) }.joined(separator: ", ")
                output.line(
                    "\(verb)left, \(reason): \(refused.count) (\(ids)\(refused.count > 5 ? ", …" : "")): "
                        + SafeText.escaped(SafeText.cut(refused[0].detail, to: 200))
                )
            }
            if report.unconfirmed > 0 {
                output.line(
                    "the broker has not confirmed \(report.unconfirmed) yet; the services that own them send them"
                )
            }
            if !options.yes {
                output.line(ActionOptions.previewEnd)
            } else if let message = report.messages.first, report.replayed == 1 {
                let messageID = message.envelope.messageID.uuidString.lowercased()
                output.line("message \(messageID) on \(message.topic.rawValue)")
                session.tellTrace(message.envelope.correlationID)
            } else {
                output.line("next: tipoff dlq ls --by fingerprint")
            }
        }

        private func json(_ report: DeadLetterBulkReplay.Report, batchID: UUID) -> JSONValue {
            [
                "is_done": .bool(options.yes), "batch_id": .string(batchID.uuidString.lowercased()),
                "selected": .int(Int64(report.selected)), "replayed": .int(Int64(report.replayed)),
                "resolved": .array(report.resolved.map { .int($0) }),
                "refused": .array(
                    report.refused.map { refusal in
                        [
                            "dead_letter_id": .int(refusal.id), "reason": .string(refusal.reason),
                            "detail": .string(refusal.detail),
                        ]
                    }
                ),
                "unconfirmed": .int(Int64(report.unconfirmed)), "seconds": .double(report.seconds),
                "per_second": .double(report.perSecond),
                "messages": .array(
                    report.messages.map { message in
                        [
                            "message_id": .string(message.envelope.messageID.uuidString.lowercased()),
                            "dead_letter_id": message.extraHeaders["dead_letter_id"].map { .string($0) } ?? .null,
                            "topic": .string(message.topic.rawValue),
                            "correlation_id": .string(message.envelope.correlationID),
                        ]
                    }
                ),
            ]
        }
    }

    struct Resolve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resolve",
            abstract: "Marks dead letters as resolved whose work has been done since, and leaves the others.",
            discussion: """
                A letter is a notice, not a debt: another run may have done what it asked for. Shows what would happen; \
                --yes does it.

                Example: tipoff dlq resolve --all --reason "the backfill went over it" --yes
                """
        )

        @OptionGroup var choice: DeadLetterChoice
        @OptionGroup var options: ActionOptions

        func run() async throws {
            try await DeadLetterCommand.end(choice, options, as: "resolved") { store, filter, session in
                try await store.resolve(filter, actor: session.actor, reason: options.reason)
            }
        }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "drop",
            abstract: "Marks dead letters as done with; they are kept with your name and reason.",
            discussion: """
                Shows what would happen; --yes does it.

                Example: tipoff dlq drop 17 --reason "arrived again by itself" --yes
                """
        )

        @OptionGroup var choice: DeadLetterChoice
        @OptionGroup var options: ActionOptions

        func run() async throws {
            try await DeadLetterCommand.end(choice, options, as: "dropped") { store, filter, session in
                try await store.drop(filter, actor: session.actor, reason: options.reason)
            }
        }
    }

    private static func end(
        _ choice: DeadLetterChoice,
        _ options: ActionOptions,
        as state: String,
        _ act: (DeadLetterStore, DeadLetterFilter, Session) async throws -> Int
    ) async throws {
        try await Session.with([.database]) { session in
            let store = DeadLetterStore(pool: session.pool)
            let filter = choice.filter(session)
            for id in choice.ids {
                let letter = try await store.load(id)
                guard letter.state == "new" else { throw DeadLetterStore.done(letter) }
            }
            let chosen = try await store.count(filter, doneSince: state == "resolved")
            let ended = options.yes ? try await act(store, filter, session) : nil
            if options.format.json {
                try session.output.json([
                    "is_done": .bool(options.yes), "state": .string(state), "selected": .int(Int64(chosen)),
                    "ended": ended.map { .int(Int64($0)) } ?? .null,
                ])
            } else if let ended {
                session.output.line("\(state): \(ended) of \(chosen)")
            } else {
                let all = try await store.count(filter)
                session.output.line("would be \(state): \(chosen) of \(all) new ones")
                session.output.line(ActionOptions.previewEnd)
            }
            // Of two who decide the same letters at once one is too late.
            if let ended, ended < choice.ids.count, state == "dropped" { throw CommandProblem.alreadyTold }
        }
    }
}
