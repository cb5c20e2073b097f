import Foundation

/// Why the HTTP server of a service could not start.
public struct HealthServerError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    static func system(_ what: String, _ code: Int32) -> HealthServerError {
        HealthServerError(description: "\(what): \(String(cString: strerror(code)))")
    }
}
