/// Why a document cannot be read.
public struct DocumentError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The bytes are no document of the kind.
        case wrongKind = "wrong_kind"
        /// It says that it is one, and its tool cannot read it.
        case unreadable
        /// More bytes than a document of ours ever has, before or after reading.
        case tooLarge = "too_large"
        /// Reading took longer than it may.
        case tooLong = "too_long"
        /// The program that reads such documents is not installed.
        case toolMissing = "tool_missing"
        /// The program could not be run, which says nothing about the document.
        case toolFailed = "tool_failed"
    }

    public var code: Code
    public var detail: String

    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    public var description: String { "\(code.rawValue): \(detail)" }
}
