import Basketball
import Foundation
import Pipeline
import Upstream

/// What a scrape handed over to its raw task.
struct RawInput: Sendable, Hashable {
    var status: CompletionStatus
    var isExpectedEmpty: Bool
    /// The scraper's own words when it failed.
    var failure: String?
    /// Where the payload is; nil when the scrape found none.
    var payload: Location?

    struct Location: Sendable, Hashable {
        var path: ObjectPath
        /// Nil where nobody said; the store's own checksum still guards the bytes.
        var sha256: String?
        var capturedAt: Date
        /// The path's meaning; nil for an object that was laid down under a name of its own.
        var key: PayloadKey?
    }

    /// Reads a task's input. Throws a permanent ``TaskError`` when it names no payload that could be read.
    init(_ task: ClaimedTask) throws(TaskError) {
        guard let input = task.input else {
            throw TaskError(.permanent, type: "missing_input", "the scrape handed nothing over")
        }
        guard let text = input["status"]?.stringValue, let status = CompletionStatus(rawValue: text) else {
            throw TaskError(.permanent, type: "missing_input", "the input has no status")
        }
        self.status = status
        isExpectedEmpty = input["expected_empty"]?.boolValue ?? false
        let failures = [input["error_type"]?.stringValue, input["error_message"]?.stringValue].compactMap { $0 }
        failure = failures.isEmpty ? nil : failures.joined(separator: ": ")
        guard status == .success || status == .partial else { return }
        payload = try Self.location(input)
    }

    private static func location(_ input: JSONValue) throws(TaskError) -> Location {
        guard let text = input["object_path"]?.stringValue else {
            throw TaskError(.permanent, type: "missing_input", "the input has no object_path")
        }
        let path: ObjectPath
        do { path = try ObjectPath(validating: text) } catch {
            throw TaskError(.permanent, type: "invalid_path", error.description)
        }
        let key = PayloadKey(path: path.string)
        let captured: Date
        if let stamp = input["captured_at"]?.stringValue {
            guard let instant = Instant.parse(stamp) else {
                throw TaskError(.permanent, type: "missing_input", "captured_at is \"\(stamp.prefix(40))\"")
            }
            captured = instant
        } else if let key {
            captured = key.capturedAt
        } else {
            throw TaskError(.permanent, type: "missing_input", "the input has no captured_at")
        }
        return Location(path: path, sha256: input["sha256"]?.stringValue, capturedAt: captured, key: key)
    }
}
