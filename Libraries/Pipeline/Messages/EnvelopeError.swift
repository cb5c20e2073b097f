/// Why a message cannot be accepted; each becomes a dead letter with this reason.
public enum EnvelopeError: Error, Sendable, Hashable, CustomStringConvertible {
    case notJSON(String)
    case tooLarge(bytes: Int, limit: Int)
    case missingField(String)
    case invalidField(String, found: String, expected: String)
    case unsupportedVersion(Int)
    case unknownProcessor(String)
    case unknownRun(String)
    /// The database has refused what the message asks for, and would do so again.
    case refused(String)

    /// A stable, short reason for grouping.
    public var reason: String {
        switch self {
        case .notJSON: "not_json"
        case .tooLarge: "too_large"
        case .missingField: "missing_field"
        case .invalidField: "invalid_field"
        case .unsupportedVersion: "unsupported_version"
        case .unknownProcessor: "unknown_processor"
        case .unknownRun: "unknown_run"
        case .refused: "refused"
        }
    }

    public var description: String {
        switch self {
        case .notJSON(let detail): "the payload is not JSON: \(detail)"
        case .tooLarge(let bytes, let limit): "the payload has \(bytes) bytes; the limit is \(limit)"
        case .missingField(let name): "required field \(name) is missing"
        case .invalidField(let name, let found, let expected): "field \(name) is \(found); expected \(expected)"
        case .unsupportedVersion(let version):
            "schema_version \(version) is not supported; this build reads version \(Envelope.currentSchemaVersion)"
        case .unknownProcessor(let name): "processor \(name) is not in the registry"
        case .unknownRun(let run): "run \(run) does not exist"
        case .refused(let detail): "the database refuses it: \(detail)"
        }
    }
}
