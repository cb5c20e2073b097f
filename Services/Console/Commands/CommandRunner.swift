import Basketball
import Foundation
import Pipeline
import Synchronization
import TipoffCommands

/// Runs commands of the operator's command line in this process. Everything that the console shows or does goes through
/// here, so that page and terminal cannot disagree.
struct CommandRunner: Sendable {
    /// Of whatever a command prints, no more is kept.
    static let mostBytes = 8 << 20
    static let readingRole = "tipoff_readonly"
    static let actingRole = "tipoff_operator"

    let environment: [String: String]
    let clock: PipelineClock
    private let turnstile: Turnstile
    /// How long a command may take: less than the web server waits for an answer.
    var limit: Duration = .seconds(25)

    /// - Parameters:
    ///   - environment: the addresses of database and broker.
    ///   - atOnce: commands that run at the same time; each has connections of its own.
    init(environment: [String: String], clock: PipelineClock, atOnce: Int = 4) {
        self.environment = environment
        self.clock = clock
        turnstile = Turnstile(places: atOnce)
    }

    /// Asks as the role that can change nothing.
    func ask(_ arguments: [String]) async -> CommandAnswer {
        await turnstile.pass { await run(arguments, role: Self.readingRole, actor: "console") }
    }

    /// Acts in somebody's name, as the operators' role.
    func act(_ arguments: [String], as actor: String) async -> CommandAnswer {
        await run(arguments, role: Self.actingRole, actor: actor)
    }

    /// The league's day, as the services' clock has it.
    var today: GameDate { clock.leagueDay }

    private func run(_ arguments: [String], role: String, actor: String) async -> CommandAnswer {
        var environment = environment
        environment["TIPOFF_DATABASE_ROLE"] = role
        environment["TIPOFF_DATABASE_ROLE_FILE"] = nil
        environment["TIPOFF_DATABASE_CONNECTIONS"] = "2"
        // A moved clock starts with the process; a command that starts now starts at its reading.
        if environment["TIPOFF_CLOCK"] != nil { environment["TIPOFF_CLOCK"] = Instant.text(clock.now) }
        let collected = Collected()
        let given = environment
        let limit = limit
        let code = await withTaskGroup(of: Int32?.self) { group in
            group.addTask {
                await TipoffCommandLine.run(
                    arguments,
                    environment: given,
                    output: Output(write: collected.write, writeError: collected.writeError),
                    actor: actor
                )
            }
            group.addTask {
                do { try await Task.sleep(for: limit) } catch { return nil }
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        let (output, errors) = collected.texts
        guard let code else {
            let over = "no end within \(limit.components.seconds) s; whether it was done is not known"
            return CommandAnswer(
                arguments: arguments,
                code: CommandAnswer.cutCode,
                output: output,
                errors: [errors, "\(over)\nnext: \(CommandText.line(arguments))"].filter { !$0.isEmpty }
                    .joined(separator: "\n")
            )
        }
        return CommandAnswer(arguments: arguments, code: code, output: output, errors: errors)
    }
}

/// What a command writes, bounded.
private final class Collected: Sendable {
    private let output = Mutex<[UInt8]>([])
    private let errors = Mutex("")

    var write: @Sendable ([UInt8]) -> Void {
        { [self] bytes in
            output.withLock { $0 += bytes.prefix(max(0, CommandRunner.mostBytes - $0.count)) }
        }
    }

    var writeError: @Sendable (String) -> Void {
        { [self] text in errors.withLock { if $0.utf8.count < CommandRunner.mostBytes { $0 += text } } }
    }

    var texts: (String, String) {
        (String(decoding: output.withLock { $0 }, as: UTF8.self), errors.withLock { $0 })
    }
}

/// Lets so many in at a time; the others wait in their order.
actor Turnstile {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int) { free = places }

    nonisolated func pass<R: Sendable>(_ body: @Sendable () async -> R) async -> R {
        await enter()
        let result = await body()
        await leave()
        return result
    }

    private func enter() async {
        if free > 0 {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
