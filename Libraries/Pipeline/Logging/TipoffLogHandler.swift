import Foundation
public import Logging

/// Writes log events as JSON lines into the process's sinks.
public struct TipoffLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let encoder: LogLineEncoder
    private let sinks: [LogSink]

    init(label: String, level: Logger.Level, encoder: LogLineEncoder, sinks: [LogSink]) {
        self.label = label
        logLevel = level
        self.encoder = encoder
        self.sinks = sinks
    }

    public subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var merged = metadataProvider?.get() ?? [:]
        merged.merge(metadata) { $1 }
        if let own = event.metadata { merged.merge(own) { $1 } }
        if let error = event.error {
            merged[LogKeys.errorType] = merged[LogKeys.errorType] ?? "\(String(reflecting: type(of: error)))"
            merged[LogKeys.error] = merged[LogKeys.error] ?? "\(error)"
        }
        let line = encoder.line(
            at: Date(),
            level: event.level,
            label: label,
            message: event.message.description,
            metadata: merged.sorted { $0.key < $1.key }
        )
        for sink in sinks { sink.append(line) }
    }
}
