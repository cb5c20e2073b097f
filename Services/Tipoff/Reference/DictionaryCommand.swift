import ArgumentParser
import Pipeline
import Postgres

/// What the tables hold.
struct DictionaryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dictionary",
        abstract: "Says what tables and columns mean, with units and source fields.",
        discussion: "Example: tipoff dictionary nba_raw.nbac_schedule"
    )

    @Argument(help: "A table, with or without its schema; all when left out.")
    var table: String?

    @Flag(name: .long, help: "As docs/data-dictionary.md.")
    var markdown = false

    @OptionGroup var format: FormatOptions

    func run() async throws {
        try await Session.with([.database]) { session in
            var dictionary = try await DataDictionary(session.pool)
            if let table {
                dictionary.tables.removeAll { $0.name != table && !$0.name.hasSuffix(".\(table)") }
                guard !dictionary.tables.isEmpty else {
                    throw CommandProblem.problem("there is no table \(table)", next: "tipoff dictionary")
                }
            }
            if markdown {
                session.output.line(dictionary.markdown)
            } else if format.json {
                try session.output.json(.array(dictionary.tables.map(Self.json)))
            } else if table == nil {
                var list = TextTable(["TABLE", "COLUMNS", "MEANING"])
                for table in dictionary.tables { list.add([table.name, String(table.columns.count), table.meaning]) }
                session.output.lines(list.lines)
                session.output.line("next: tipoff dictionary \(dictionary.tables[0].name)")
            } else {
                for table in dictionary.tables {
                    session.output.line("\(table.name): \(table.meaning). Key: \(table.key.joined(separator: ", "))")
                    var list = TextTable(["COLUMN", "TYPE", "UNIT", "SOURCE", "MEANING"])
                    for column in table.columns {
                        list.add([
                            column.name, column.type, column.unit.isEmpty ? "-" : column.unit,
                            column.source.isEmpty ? "-" : column.source, column.meaning,
                        ])
                    }
                    session.output.lines(list.lines)
                }
            }
        }
    }

    private static func json(_ table: DataDictionary.Table) -> JSONValue {
        [
            "table": .string(table.name), "meaning": .string(table.meaning),
            "key": .array(table.key.map { .string($0) }),
            "columns": .array(
                table.columns.map {
                    [
                        "name": .string($0.name), "type": .string($0.type), "required": .bool($0.isRequired),
                        "unit": .string($0.unit), "source": .string($0.source), "meaning": .string($0.meaning),
                    ]
                }
            ),
        ]
    }
}
