import ArgumentParser
import Pipeline
import Postgres
import Warehouse

/// Brings the database to the tables of this build.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings the database to the tables of this build.",
        discussion:
            "Needs TIPOFF_DATABASE_URL only, as the owner of the tables: TIPOFF_DATABASE_ROLE is not taken on. May run any number of times and at the same time.\n\nExample: tipoff migrate"
    )

    @OptionGroup var format: FormatOptions

    func run() async throws {
        try await Session.with([.database], statementTimeout: .seconds(600), asLogin: true) { session in
            let applied = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(session.pool)
            try await session.pool.transaction { try await ReferenceTables.write(in: $0) }
            if format.json {
                try session.output.json([
                    "applied": .array(applied.map { ["version": .int(Int64($0.version)), "name": .string($0.name)] }),
                    "version": .int(Int64(WarehouseMigrations.all.map(\.version).max() ?? 0)),
                ])
                return
            }
            for migration in applied { session.output.line("applied \(migration.version) \(migration.name)") }
            let latest = WarehouseMigrations.all.map(\.version).max() ?? 0
            session.output.line(
                applied.isEmpty
                    ? "nothing to apply: the database is at version \(latest)" : "the database is at version \(latest)"
            )
        }
    }
}
