import Kafka
import Pipeline
import Postgres
import Warehouse

/// What an exit code says.
enum ExitMeaning: Int32, Sendable {
    case ok = 0
    case problem = 1
    case usage = 2
    case unreachable = 3
}

/// Why a command ends without success: one line, and the next thing to do.
struct CommandProblem: Error, Sendable {
    var exit: ExitMeaning
    var message: String
    var next: String?

    static func problem(_ message: String, next: String? = nil) -> CommandProblem {
        CommandProblem(exit: .problem, message: message, next: next)
    }

    static func usage(_ message: String, next: String? = nil) -> CommandProblem {
        CommandProblem(exit: .usage, message: message, next: next)
    }

    /// The command has said already what is wrong.
    static let alreadyTold = CommandProblem(exit: .problem, message: "", next: nil)
}

extension CommandProblem {
    /// The explanation of an error of the libraries; nil for the argument parser's own.
    init?(explaining error: any Error) {
        switch error {
        case let problem as CommandProblem: self = problem
        case let error as PostgresError: self.init(error)
        case let error as KafkaError: self.init(error)
        case let error as ConfigurationError:
            self.init(
                exit: .usage,
                message: error.description,
                next: "source .run/env of a running stack (make up), or set the variables"
            )
        case let error as ObjectStoreError:
            self.init(
                exit: error.code == .unavailable || error.code == .access ? .unreachable : .problem,
                message: "object store: \(error)",
                next: nil
            )
        case let error as EnvelopeError:
            self.init(exit: .problem, message: "\(error.reason): \(error)", next: nil)
        case let error as UnknownStoredValue: self.init(exit: .problem, message: "\(error)", next: "tipoff migrate")
        case is CancellationError: self.init(exit: .problem, message: "interrupted", next: nil)
        default: return nil
        }
    }

    private init(_ error: PostgresError) {
        // 28: refused credentials; 3D000: no such database. Both mean that this is not the place.
        let isRefused = error.sqlState?.hasPrefix("28") == true || error.sqlState == "3D000"
        if error.isQueryCanceled {
            self.init(exit: .problem, message: "the database gave up on a statement: \(error.message)", next: nil)
        } else if error.isInfrastructure || isRefused {
            self.init(
                exit: .unreachable,
                message: "the database is not reachable: \(Self.firstLine(error.message))",
                next: "check TIPOFF_DATABASE_URL and that PostgreSQL runs (local stack: make up, then source .run/env)"
            )
        } else if error.sqlState == "42P01" || error.sqlState == "3F000" || error.sqlState == "42703" {
            self.init(
                exit: .problem,
                message: "the database has not the tables of this build: \(error.message)",
                next: "tipoff migrate"
            )
        } else {
            self.init(exit: .problem, message: "database: \(error)", next: nil)
        }
    }

    private init(_ error: KafkaError) {
        let isElsewhere =
            error.isRetriable || error.isTimedOut || error.isAuthorization
            || [.transport, .allBrokersDown, .resolve, .authentication, .tls].contains(error.code)
        self.init(
            exit: isElsewhere ? .unreachable : .problem,
            message: isElsewhere ? "the broker is not reachable: \(Self.firstLine(error.reason))" : "broker: \(error)",
            next: isElsewhere
                ? "check TIPOFF_KAFKA_BROKERS and that the broker runs (local stack: make up, then source .run/env)"
                : nil
        )
    }

    private static func firstLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text
    }
}
