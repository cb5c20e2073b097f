#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// One step of the schema's history. Once applied anywhere it is never edited.
public struct PostgresMigration: Sendable, Hashable {
    /// The step's number; numbers follow each other without gaps.
    public let version: Int
    public let name: String
    /// Trusted text of any number of statements; without BEGIN and COMMIT.
    public let sql: String

    public init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }
}

/// Where one migration stands in a database.
public struct PostgresMigrationStatus: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        case applied(at: Date)
        case pending
        /// Applied from another text, under another name, or unknown to this program.
        case conflicting(reason: String)
    }

    public let version: Int
    public let name: String
    public let state: State
}
