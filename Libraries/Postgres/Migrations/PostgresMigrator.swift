#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Brings a database to the newest schema: each migration in its own transaction, one migrator at a time.
public struct PostgresMigrator: Sendable {
    public let migrations: [PostgresMigration]

    /// Held on one connection for the whole run; locks of this kind belong to the database.
    private static let lockKey: Int64 = 0x7469_706F_6666_0001

    /// - Parameter migrations: in the order of their versions; checked when they are applied.
    public init(migrations: [PostgresMigration]) {
        self.migrations = migrations
    }

    private struct Applied {
        let version: Int
        let name: String
        let checksum: String
        let appliedAt: Date
    }

    /// Applies what is missing. A concurrent migrator waits, and then finds nothing to do.
    /// - Returns: the migrations that this call applied.
    /// - Throws: `PostgresError` of kind `migration` when the history was edited, has gaps or is newer than the program;
    ///   the failing statement's error otherwise, with everything before that migration applied.
    @discardableResult
    public func migrate(_ pool: PostgresPool) async throws -> [PostgresMigration] {
        try checkOrder()
        return try await pool.withConnection { connection in
            // A migration may take long, and so may waiting for another migrator. The pool undoes both settings.
            try await connection.execute(batch: [
                "SET statement_timeout = 0", "SET lock_timeout = 0", "SET idle_in_transaction_session_timeout = 0",
            ])
            try await connection.execute("SELECT pg_advisory_lock(\(Self.lockKey))")
            try await connection.execute(
                """
                CREATE TABLE IF NOT EXISTS public.tipoff_migration (
                    version int PRIMARY KEY,
                    name text NOT NULL,
                    checksum text NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
                )
                """
            )
            let checksums = try await checksums(connection)
            let applied = try await applied(connection)
            for status in statuses(applied, checksums) {
                if case .conflicting(let reason) = status.state { throw PostgresError(.migration, reason) }
            }
            let pending = Array(migrations.dropFirst(applied.count))
            for migration in pending {
                try await apply(migration, checksum: checksums[migration.version] ?? "", connection)
            }
            return pending
        }
    }

    /// Says where each migration stands, those included that only the database knows. Changes nothing.
    public func status(_ pool: PostgresPool) async throws -> [PostgresMigrationStatus] {
        try checkOrder()
        return try await pool.withConnection { connection in
            let checksums = try await checksums(connection)
            let exists = try await connection.query("SELECT to_regclass('public.tipoff_migration') IS NOT NULL")
                .scalar(as: Bool.self)
            return statuses(exists ? try await applied(connection) : [], checksums)
        }
    }

    private func checkOrder() throws(PostgresError) {
        for (before, after) in zip(migrations, migrations.dropFirst()) where after.version <= before.version {
            throw PostgresError(
                .migration,
                "migration \(after.version) \"\(after.name)\" follows \(before.version) \"\(before.name)\"; "
                    + "versions must ascend"
            )
        }
    }

    private func statuses(_ applied: [Applied], _ checksums: [Int: String]) -> [PostgresMigrationStatus] {
        var statuses: [PostgresMigrationStatus] = []
        for (index, row) in applied.enumerated() {
            let state: PostgresMigrationStatus.State
            if index >= migrations.count {
                state = .conflicting(
                    reason:
                        "the database has migration \(row.version) \"\(row.name)\", which this program does not know"
                )
            } else if migrations[index].version != row.version {
                state = .conflicting(
                    reason: "the database has migration \(row.version) \"\(row.name)\" where this program has "
                        + "\(migrations[index].version) \"\(migrations[index].name)\""
                )
            } else if migrations[index].name != row.name {
                state = .conflicting(
                    reason: "migration \(row.version) was applied as \"\(row.name)\" and is now called "
                        + "\"\(migrations[index].name)\""
                )
            } else if checksums[row.version] != row.checksum {
                state = .conflicting(
                    reason: "migration \(row.version) \"\(row.name)\" was edited after it had been applied"
                )
            } else {
                state = .applied(at: row.appliedAt)
            }
            statuses.append(PostgresMigrationStatus(version: row.version, name: row.name, state: state))
        }
        for migration in migrations.dropFirst(applied.count) {
            statuses.append(
                PostgresMigrationStatus(version: migration.version, name: migration.name, state: .pending)
            )
        }
        return statuses
    }

    /// The server computes them, so that this library needs no hash function of its own.
    private func checksums(_ connection: PostgresConnection) async throws -> [Int: String] {
        let rows = try await connection.query(
            """
            SELECT version, encode(sha256(convert_to(text, 'UTF8')), 'hex') AS checksum
            FROM unnest(\(migrations.map(\.version)), \(migrations.map(\.sql))) AS given (version, text)
            """
        )
        return Dictionary(
            uniqueKeysWithValues: zip(
                try rows.column("version", as: Int.self),
                try rows.column("checksum", as: String.self)
            )
        )
    }

    private func applied(_ connection: PostgresConnection) async throws -> [Applied] {
        try await connection.query(
            "SELECT version, name, checksum, applied_at FROM public.tipoff_migration ORDER BY version"
        ).map { row in
            Applied(
                version: try row.decode("version"),
                name: try row.decode("name"),
                checksum: try row.decode("checksum"),
                appliedAt: try row.decode("applied_at")
            )
        }
    }

    private func apply(
        _ migration: PostgresMigration,
        checksum: String,
        _ connection: PostgresConnection
    ) async throws {
        try await connection.transaction { transaction in
            try await transaction.executeScript(migration.sql)
            try await transaction.execute(
                """
                INSERT INTO public.tipoff_migration (version, name, checksum)
                VALUES (\(migration.version), \(migration.name), \(checksum))
                """
            )
        }
    }
}
