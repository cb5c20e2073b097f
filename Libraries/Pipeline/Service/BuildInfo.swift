import Foundation

/// What this build is.
public enum BuildInfo {
    /// The commit that the build was made from, given by `TIPOFF_BUILD_COMMIT`.
    public static let commit = ProcessInfo.processInfo.environment["TIPOFF_BUILD_COMMIT"] ?? "unknown"
}
