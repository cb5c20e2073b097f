import ArgumentParser
import Basketball
import Pipeline
import Postgres
import Warehouse

/// Checksums of the warehouse.
struct DigestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest",
        abstract: "Prints one SHA-256 a table over what it says, to compare two databases.",
        discussion: """
            Business columns by natural key, removed rows left out; ids, times and hashes of the run that wrote a row do not \
            count. All tables are read in one snapshot.

            Example: tipoff digest --date 2024-01-15
            """
    )

    @Option(name: .long, help: "Only this table, such as nba_raw.nbac_schedule; may be repeated.")
    var table: [String] = []

    @Option(name: .long, help: "Only the rows of this date.")
    var date: DayArgument?

    @OptionGroup var format: FormatOptions

    func run() async throws {
        let tables = try Self.tables(named: table, of: WarehouseTables.all)
        try await Session.with([.database], statementTimeout: .seconds(600)) { session in
            let day = date.map { $0.resolved(session.clock) }
            let digests = try await TableDigest.compute(tables, dates: day.map { $0...$0 }, on: session.pool)
            let total = TableDigest.total(digests)
            if format.json {
                try session.output.json([
                    "date": day.map { .string($0.description) } ?? .null, "total": .string(total),
                    "tables": .array(
                        digests.map { digest in
                            [
                                "table": .string(digest.table), "rows": .int(Int64(digest.rows)),
                                "sha256": .string(digest.sha256),
                                "excluded": .array(digest.excluded.map { .string($0) }),
                            ]
                        }
                    ),
                ])
                return
            }
            let width = (digests.map(\.table.count).max() ?? 0) + 2
            for digest in digests {
                session.output.line("\(digest.sha256)  \(digest.table.padded(width))\(digest.rows) rows")
            }
            session.output.line("\(total)  total\(day.map { " of \($0)" } ?? "")")
            session.output.line("left out: \(TableDigest.tail.joined(separator: ", "))")
            for (table, digest) in zip(tables, digests) {
                let own = table.columns.filter { !$0.isBusiness }.map(\.name)
                if !own.isEmpty { session.output.line("left out of \(digest.table): \(own.joined(separator: ", "))") }
            }
        }
    }

    /// The named tables, or all of them; a name may be given without its schema.
    static func tables(named names: [String], of all: [TableDefinition]) throws -> [TableDefinition] {
        guard !names.isEmpty else { return all }
        return try names.map { name in
            guard let table = all.first(where: { $0.name == name || $0.name.hasSuffix(".\(name)") }) else {
                throw CommandProblem.usage(
                    "there is no table \(name); there are: \(all.map(\.name).joined(separator: ", "))"
                )
            }
            return table
        }
    }
}
