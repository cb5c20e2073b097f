import Foundation
import Pipeline

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where a command writes: results to standard output, everything else to standard error.
public struct Output: Sendable {
    /// Whether a person watches, so that a line may be rewritten.
    var isTerminal: Bool
    private let write: @Sendable (String) -> Void
    private let writeBytes: @Sendable ([UInt8]) -> Void
    private let writeError: @Sendable (String) -> Void

    /// - Parameters:
    ///   - isTerminal: whether a person watches.
    ///   - write: takes what goes to standard output.
    ///   - writeError: takes what goes to standard error.
    public init(
        isTerminal: Bool = false,
        write: @escaping @Sendable ([UInt8]) -> Void,
        writeError: @escaping @Sendable (String) -> Void
    ) {
        self.isTerminal = isTerminal
        writeBytes = write
        self.write = { write(Array($0.utf8)) }
        self.writeError = writeError
    }

    /// The process's own.
    public static let standard = Output(
        isTerminal: isatty(STDOUT_FILENO) == 1,
        write: { FileHandle.standardOutput.write(Data($0)) },
        writeError: { FileHandle.standardError.write(Data($0.utf8)) }
    )

    func line(_ text: String) { write(text + "\n") }

    func lines(_ lines: [String]) {
        if !lines.isEmpty { write(lines.joined(separator: "\n") + "\n") }
    }

    /// A line that the next one replaces; nothing where nobody watches.
    func transient(_ text: String) {
        if isTerminal { write("\r\u{1B}[2K" + text) }
    }

    /// Removes the line of ``transient(_:)``.
    func endTransient() {
        if isTerminal { write("\r\u{1B}[2K") }
    }

    /// Bytes as they are, for pipes; invalid UTF-8 stays as it is.
    func bytes(_ bytes: [UInt8]) { writeBytes(bytes) }

    func error(_ text: String) { writeError(text + "\n") }

    func json(_ value: JSONValue) throws { line(try value.text(.indented)) }
}

/// What the running command was started with.
struct Invocation: Sendable {
    var environment: [String: String]
    var output: Output
    /// Who asks, when another program runs the command for somebody.
    var givenActor: String?

    @TaskLocal static var current = Invocation(environment: ProcessInfo.processInfo.environment, output: .standard)

    /// Who asks, for the audit: `tipoff:<user>` at a terminal.
    var actor: String {
        givenActor ?? "tipoff:\(environment["USER"].flatMap { $0.isEmpty ? nil : $0 } ?? NSUserName())"
    }
}
