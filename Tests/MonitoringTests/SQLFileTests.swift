import Foundation
import Pipeline
import Postgres
import Testing

@testable import Monitoring

@Suite struct SQLFileTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "deploy/queries")

    static let text = """
        -- What it tells; a :'word' of a comment is no parameter.
        \\if :{?day} \\else \\set day '' \\endif
        \\if :{?due} \\else \\set due '10:00' \\endif
        \\if :{?grain} \\else \\set grain game \\endif
        SELECT :'day'::date, 'a'::text, 'b:' || c || ':' -- as it is
        WHERE :'grain' = 'game' OR :'day' = '';

        """

    @Test func psqlVariablesBecomeParametersInTheirOrder() throws {
        let file = SQLFile(embedded: Array(Self.text.utf8))
        #expect(file.defaults == ["day": "", "due": "10:00", "grain": "game"])
        let statement = try file.statement(["day": "2024-01-15"])
        let text = "SELECT $1::date, 'a'::text, 'b:' || c || ':' -- as it is\nWHERE $2 = 'game' OR $3 = ''"
        #expect(statement.text == text)
        #expect(statement.bindings.count == 3)
    }

    @Test func aNameThatTheFileDoesNotDeclareIsAnError() {
        let file = SQLFile(embedded: Array(Self.text.utf8))
        #expect(throws: PostgresError.self) { try file.statement(["date": "2024-01-15"]) }
        let forgetful = SQLFile(embedded: Array("SELECT :'day'".utf8))
        #expect(throws: PostgresError.self) { try forgetful.statement() }
    }

    @Test func everyQuerySaysWhatItTellsAndWhatToDo() throws {
        let files = try FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "sql" }
        #expect(files.count >= 14)
        for file in files {
            let text = try String(contentsOf: file, encoding: .utf8)
            let head = text.prefix { $0 != "\\" }
            for part in ["-- Columns: ", "-- Thresholds: ", "-- Do: ", "-- Parameters: "]
            where part != "-- Thresholds: " || file.lastPathComponent != "entity-journey.sql" {
                #expect(head.contains(part), "\(file.lastPathComponent) lacks \(part)")
            }
            // Every parameter has a default and every default is used.
            let parsed = SQLFile(embedded: Array(text.utf8))
            _ = try parsed.statement()
            for name in parsed.defaults.keys { #expect(text.contains(":'\(name)'"), "\(name) is not used") }
        }
    }

    @Test func theBudgetsAreThoseOfTheRegistry() throws {
        let text = try String(contentsOf: Self.folder.appending(path: "freshness.sql"), encoding: .utf8)
        var found: [String: String] = [:]
        for match in text.matches(of: /\('([a-z-]+)', ('[a-z_]+'), (NULL|'[a-z_]+'), ([0-9]+)\)/) {
            found[String(match.1)] = "\(match.2) \(match.3) \(match.4)"
        }
        var expected: [String: String] = [:]
        for document in Registry.documents {
            guard let owner = document.owner else { continue }
            let second = document.alsoPublishedBy.map { "'\($0)'" } ?? "NULL"
            expected[document.kind] = "'\(owner)' \(second) \(document.freshness.components.seconds)"
        }
        #expect(found == expected)
    }
}
