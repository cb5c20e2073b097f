import Foundation
public import Logging
import Synchronization

/// The log of one process: its sinks and the loggers that write into them.
public final class TipoffLogging: Sendable {
    /// What the log of a process looks like.
    public struct Options: Sendable {
        public var service: String
        public var level: Logger.Level
        /// Values that must never appear in a line.
        public var secrets: [String]
        /// Beside stderr; rotated at `fileBytes`, `files` in all.
        public var file: String?
        public var fileBytes: Int
        public var files: Int
        public var writesToStandardError: Bool

        public init(
            service: String,
            level: Logger.Level = .info,
            secrets: [String] = [],
            file: String? = nil,
            fileBytes: Int = 10_000_000,
            files: Int = 3,
            writesToStandardError: Bool = true
        ) {
            self.service = service
            self.level = level
            self.secrets = secrets
            self.file = file
            self.fileBytes = fileBytes
            self.files = files
            self.writesToStandardError = writesToStandardError
        }
    }

    private let level: Logger.Level
    private let encoder: LogLineEncoder
    private let sinks: [LogSink]
    private static let installed = Mutex<TipoffLogging?>(nil)

    public convenience init(_ options: Options) {
        var destinations: [any LogDestination] = []
        if options.writesToStandardError {
            destinations.append(DescriptorDestination(name: "stderr", descriptor: STDERR_FILENO))
        }
        if let file = options.file {
            destinations.append(RotatingLogFile(path: file, maximumBytes: options.fileBytes, files: options.files))
        }
        self.init(options, destinations: destinations)
    }

    init(_ options: Options, destinations: [any LogDestination], maximumQueuedBytes: Int = 4 << 20) {
        level = options.level
        let encoder = LogLineEncoder(service: options.service, redactor: SecretRedactor(options.secrets))
        self.encoder = encoder
        sinks = destinations.map { destination in
            let name = destination.name
            return LogSink(destination, maximumBytes: maximumQueuedBytes) { count in
                encoder.line(
                    at: Date(),
                    level: .warning,
                    label: "log",
                    message: "log lines were dropped",
                    metadata: [(LogKeys.dropped, "\(count)"), (LogKeys.sink, "\(name)")]
                )
            }
        }
    }

    deinit {
        for sink in sinks { sink.close(timeout: .zero) }
    }

    /// Makes this process log as configured: to stderr and, when set, to a rotated file.
    ///
    /// The first call of a process wins (swift-log can be bootstrapped once); later ones return the installed log. What
    /// is queued at a normal exit is written, for at most a second.
    @discardableResult
    public static func bootstrap(
        _ configuration: PipelineConfiguration,
        metrics: MetricsRegistry? = nil
    ) -> TipoffLogging {
        bootstrap(
            Options(
                service: configuration.service,
                level: configuration.logLevel,
                secrets: configuration.secrets,
                file: configuration.logFile,
                fileBytes: configuration.logFileBytes,
                files: configuration.logFiles
            ),
            metrics: metrics
        )
    }

    /// Like `bootstrap(_:metrics:)` for programs without the pipeline's configuration.
    @discardableResult
    public static func bootstrap(_ options: Options, metrics: MetricsRegistry? = nil) -> TipoffLogging {
        let (logging, isNew) = installed.withLock { installed in
            if let installed { return (installed, false) }
            let logging = TipoffLogging(options)
            installed = logging
            return (logging, true)
        }
        if isNew {
            LoggingSystem.bootstrap(
                { label, provider in logging.handler(label: label, provider: provider) },
                metadataProvider: nil
            )
            atexit { TipoffLogging.installed.withLock { $0 }?.flush(timeout: .seconds(1)) }
        }
        if let metrics { logging.register(in: metrics) }
        return logging
    }

    /// A logger that writes into this log, whatever the process was bootstrapped with.
    public func logger(label: String) -> Logger {
        Logger(label: label) { self.handler(label: $0, provider: nil) }
    }

    /// Waits until what was logged so far has been handed to stderr and the file, at most `timeout` each.
    ///
    /// - Returns: whether that happened in time.
    @discardableResult
    public func flush(timeout: Duration) -> Bool {
        sinks.map { $0.flush(timeout: timeout) }.allSatisfy { $0 }
    }

    /// Lines lost since the start, by sink (`stderr`, `file`).
    public var droppedLines: [String: Int] {
        Dictionary(sinks.map { ($0.name, $0.dropped) }, uniquingKeysWith: +)
    }

    private func handler(label: String, provider: Logger.MetadataProvider?) -> TipoffLogHandler {
        var handler = TipoffLogHandler(label: label, level: level, encoder: encoder, sinks: sinks)
        handler.metadataProvider = provider
        return handler
    }

    private func register(in metrics: MetricsRegistry) {
        metrics.observe(
            "tipoff_log_lines_dropped_total",
            kind: .counter,
            labels: ["sink"],
            help: "Log lines lost to a full queue or a failing destination."
        ) { [weak self] in
            (self?.droppedLines ?? [:]).map { ([$0.key], Double($0.value)) }
        }
    }
}
