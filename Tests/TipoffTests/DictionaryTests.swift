import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

@Suite struct DictionaryTests {
    static let file = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/data-dictionary.md")

    @Test func thePageSaysWhatTheDatabaseSays() async throws {
        try await Database.with { _, pool in
            let markdown = try await DataDictionary(pool).markdown
            if ProcessInfo.processInfo.environment["TIPOFF_WRITE_DOCS"] != nil {
                try Data(markdown.utf8).write(to: Self.file)
            }
            let page = String(decoding: try Data(contentsOf: Self.file), as: UTF8.self)
            let isCurrent = page == markdown
            #expect(
                isCurrent,
                "docs/data-dictionary.md is not current: TIPOFF_WRITE_DOCS=1 swift test --filter DictionaryTests"
            )
        }
    }

    @Test func everyColumnHasAMeaning() async throws {
        try await Database.with { _, pool in
            let dictionary = try await DataDictionary(pool)
            let silent = dictionary.tables.flatMap { table in
                table.columns.filter { $0.meaning.isEmpty }.map { "\(table.name).\($0.name)" }
            }
            #expect(silent == [])
            #expect(dictionary.tables.filter { $0.meaning.isEmpty }.map(\.name) == [])
            #expect(dictionary.tables.count >= 10)
        }
    }

    @Test func aTableIsFoundByItsName() async throws {
        try await Database.with { database, _ in
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let found = try await tipoff("dictionary", "nbac_schedule", "--json", environment: environment).json()
            #expect(found[0]?["key"] == ["nba_game_id"])
            let missing = await tipoff("dictionary", "nbac_nothing", environment: environment)
            #expect(missing.code == 1 && missing.errors.contains("tipoff dictionary"))
        }
    }
}
