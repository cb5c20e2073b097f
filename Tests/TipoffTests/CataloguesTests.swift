import Foundation
import Testing
import Upstream

/// The catalogues of bad input and of captured payloads, held against the tests that they name.
@Suite struct CataloguesTests {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func page(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: root.appending(path: "docs/\(name)")), as: UTF8.self)
    }

    /// The rows of a page's tables, cell by cell.
    static func rows(_ page: String) -> [[String]] {
        page.split(separator: "\n").filter { $0.hasPrefix("|") }.map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// The tests that a text names, each as `Suite.function`.
    static func tests(in text: String) -> [String] {
        text.matches(of: /`([A-Z][A-Za-z0-9]*\.[a-z][A-Za-z0-9]*)`/).map { String($0.1) }
    }

    /// Every `Suite.function` of which both parts are declared in one file.
    static func declared() throws -> Set<String> {
        try files().reduce(into: []) { $0.formUnion(declared(in: $1)) }
    }

    /// The texts of the tests' files.
    static func files() throws -> [[UInt8]] {
        let folder = root.appending(path: "Tests").path
        return try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".swift") }.map {
            [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")))
        }
    }

    static func declared(in text: [UInt8]) -> Set<String> {
        let words = text.split { !isPartOfAName($0) }.map { String(decoding: $0, as: UTF8.self) }
        var (types, functions): (Set<String>, Set<String>) = ([], [])
        for (word, name) in zip(words, words.dropFirst()) {
            switch word {
            case "struct", "class", "actor", "enum", "extension": types.insert(name)
            case "func": functions.insert(name)
            default: break
            }
        }
        return types.reduce(into: []) { names, type in names.formUnion(functions.map { "\(type).\($0)" }) }
    }

    private static func isPartOfAName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    @Test func everyNumberOfBadInputHasOneRow() throws {
        let numbers = Self.rows(try Self.page("bad-input.md")).compactMap(\.first).filter { $0.hasPrefix("7.") }
        let expected = (1...41).map { "7.\($0)" } + ["7.A", "7.B"]
        #expect(numbers == expected)
    }

    @Test func everyRowOfBadInputNamesATestOrSaysWhyNot() throws {
        let silent = Self.rows(try Self.page("bad-input.md")).filter { row in
            row.first?.hasPrefix("7.") == true && Self.tests(in: row.last ?? "").isEmpty
        }
        #expect(silent.map { $0[0] } == ["7.40"])
        #expect(silent.allSatisfy { $0[2].hasPrefix("not applicable") })
    }

    @Test(arguments: [
        "bad-input.md", "acceptance.md", "acceptance-analytics.md", "acceptance-publishing.md", "incidents.md",
        "invariants.md", "failures.md", "critical-fixes.md",
    ])
    func everyNamedTestIsThere(name: String) throws {
        let named = Self.tests(in: try Self.page(name))
        #expect(named.count > 20)
        let missing = Set(named).subtracting(try Self.declared()).sorted()
        #expect(missing == [])
    }

    @Test func aSourcesFormIsCapturedWhereAndOnlyWhereItsPayloadsAreRead() throws {
        let folders = Set(
            Self.rows(try Self.page("acceptance.md")).compactMap { $0.first?.split(separator: "/").first }
                .map { $0.drop { $0 == "`" } }
        )
        #expect(folders.count > 20)
        for layout in PayloadLayout.all {
            let isRead = ["", "_v2", "_v3"].contains { folders.contains(Substring(layout.scraper + $0)) }
            #expect(isRead == (layout.form == .captured), "\(layout.scraper) is said to be \(layout.form)")
        }
    }

    @Test func everyCapturedPayloadHasOneRow() throws {
        let beside = Self.root.appending(path: "../shared/data").standardizedFileURL
        let data = ProcessInfo.processInfo.environment["TIPOFF_TEST_DATA"].map { URL(fileURLWithPath: $0) } ?? beside
        let folder = data.appending(path: "payloads").path
        guard FileManager.default.fileExists(atPath: folder) else {
            print("notice: skipped, no ../shared/data/payloads")
            return
        }
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }
        let named = Self.rows(try Self.page("acceptance.md")).compactMap(\.first).filter { $0.hasPrefix("`") }
            .map { $0.replacing("`", with: "") }
        #expect(Set(files).subtracting(named).sorted() == [])
        #expect(Set(named).subtracting(files).sorted() == [])
        #expect(named.count == Set(named).count)
    }
}
