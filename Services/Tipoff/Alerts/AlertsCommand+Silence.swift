import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

/// An end as an operator names it: `2h`, `30m`, or an instant.
struct UntilArgument: ExpressibleByArgument, Sendable {
    enum End: Sendable {
        case after(TimeInterval)
        case at(Date)
    }

    var end: End

    init?(argument: String) {
        if let match = argument.wholeMatch(of: /([1-9][0-9]{0,4})([mhd])/), let number = Double(match.1) {
            let unit: TimeInterval = match.2 == "m" ? 60 : match.2 == "h" ? 3600 : 86_400
            end = .after(number * unit)
        } else if let instant = Instant.parse(argument) {
            end = .at(instant)
        } else {
            return nil
        }
    }

    /// The longest silence: what lasts longer is to be put right, not muted.
    static let longest: TimeInterval = 14 * 86_400

    /// The instant by the database's clock, which silences are compared with.
    ///
    /// - Throws: a usage problem for an end that is past or too far away.
    func instant(now: Date) throws -> Date {
        let instant =
            switch end {
            case .after(let seconds): now.addingTimeInterval(seconds)
            case .at(let instant): instant
            }
        guard instant > now, instant.timeIntervalSince(now) <= Self.longest else {
            throw CommandProblem.usage("--until is a time from now to 14 days from now", next: "--until 2h")
        }
        return instant
    }
}

extension AlertsCommand {
    struct Acknowledge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ack",
            abstract: "Says that somebody looks after an alert: nothing more is sent of it but its end.",
            discussion: "Example: tipoff alerts ack 17 --reason \"restarting raw\""
        )

        @Argument(help: "The alert's number, as tipoff alerts lists it.")
        var alert: Int64

        @Option(name: .long, help: "Until when: 30m, 2h, 1d or an instant; by default until it is over.")
        var until: UntilArgument?

        @OptionGroup var why: ReasonOption
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                let silenceID = try await session.pool.transaction { transaction in
                    let rows = try await transaction.query(
                        """
                        SELECT signature, now() AS database_now FROM nba_orchestration.alert
                        WHERE alert_id = \(alert) AND resolved_at IS NULL
                        """
                    )
                    guard let row = rows.first else {
                        throw CommandProblem.problem("there is no open alert \(alert)", next: "tipoff alerts")
                    }
                    let signature: String = try row.decode("signature")
                    let end = try until?.instant(now: try row.decode("database_now"))
                    return try await transaction.query(
                        """
                        INSERT INTO nba_orchestration.alert_silence (kind, alert_id, signature, until, reason, actor)
                        VALUES ('ack', \(alert), \(signature), \(end), \(why.reason), \(session.actor))
                        RETURNING silence_id
                        """
                    ).one().decode("silence_id", as: Int64.self)
                }
                if format.json {
                    try session.output.json(["silence_id": .int(silenceID), "alert_id": .int(alert)])
                } else {
                    session.output.line("alert \(alert): \(session.actor) looks after it; only its end is still told")
                }
            }
        }
    }

    struct Mute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "mute",
            abstract: "Sends nothing of a signature until a time; the alert itself stays listed.",
            discussion: """
                A * at the end stands for every signature that begins so.

                Example: tipoff alerts mute "source:silent:*" --until 2h --reason "the site is being rebuilt"
                """
        )

        @Argument(help: "The signature, as tipoff alerts ls --json shows it.")
        var signature: String

        @Option(name: .long, help: "Until when: 30m, 2h, 1d or an instant, at most 14 days.")
        var until: UntilArgument

        @OptionGroup var why: ReasonOption
        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard !signature.isEmpty, signature != "*" else {
                throw ValidationError("everything cannot be muted: name the signature or its beginning")
            }
        }

        func run() async throws {
            try await Session.with([.database]) { session in
                let now: Date = try await session.pool.query("SELECT now()").scalar()
                let end = try until.instant(now: now)
                let silenceID: Int64 = try await session.pool.query(
                    """
                    INSERT INTO nba_orchestration.alert_silence (kind, signature, until, reason, actor)
                    VALUES ('mute', \(signature), \(end), \(why.reason), \(session.actor)) RETURNING silence_id
                    """
                ).scalar()
                if format.json {
                    try session.output.json([
                        "silence_id": .int(silenceID), "signature": .string(signature),
                        "until": .string(Instant.text(end)),
                    ])
                } else {
                    session.output.line(
                        "nothing of \(SafeText.escaped(signature)) is sent until "
                            + EasternTime.short(end, on: LeagueClock.gameDate(of: now))
                    )
                    session.output.line("next: tipoff alerts unmute \(silenceID) --reason \"…\"")
                }
            }
        }
    }

    struct Unmute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "unmute",
            abstract: "Ends a mute or an acknowledgement before its time.",
            discussion: "Example: tipoff alerts unmute 3 --reason \"the site is back\""
        )

        @Argument(help: "The number that mute printed.")
        var silence: Int64

        @OptionGroup var why: ReasonOption
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                let ended = try await session.pool.query(
                    """
                    UPDATE nba_orchestration.alert_silence
                    SET ended_at = now(), ended_by = \(session.actor), end_reason = \(why.reason)
                    WHERE silence_id = \(silence) AND ended_at IS NULL AND (until IS NULL OR until > now())
                    RETURNING signature
                    """
                )
                guard let row = ended.first else {
                    throw CommandProblem.problem("there is no silence \(silence) that holds", next: "tipoff alerts ls")
                }
                let signature: String = try row.decode("signature")
                if format.json {
                    try session.output.json(["silence_id": .int(silence), "signature": .string(signature)])
                } else {
                    session.output.line("\(SafeText.escaped(signature)) is told again")
                }
            }
        }
    }
}
