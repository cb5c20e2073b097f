import Foundation
import Testing

/// What went wrong elsewhere, what may fail here and what must always hold: every number has its row, and what a row
/// relies on is in the sources.
@Suite struct OperationsCataloguesTests {
    private static let incidents = (1...46).map { $0 < 10 ? "I-0\($0)" : "I-\($0)" }
    private static let fixes = ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "2.3", "2.4"]
    private static let failures: [String] = {
        let own: [(phase: Int, last: Int)] = [
            (1, 5), (2, 4), (3, 4), (4, 3), (5, 2), (6, 2), (7, 1), (8, 4), (9, 5),
        ]
        let reviewed: [(phase: Int, last: Int)] = [(1, 5), (2, 6), (3, 5), (4, 4), (5, 5)]
        return own.flatMap { group in (1...group.last).map { "F\(group.phase).\($0)" } }
            + reviewed.flatMap { group in (1...group.last).map { "V\(group.phase).\($0)" } } + (1...25).map { "P\($0)" }
    }()

    /// The rows of a page's tables whose first cell is a number of its catalogue.
    private static func numbered(_ page: String, _ numbers: [String]) throws -> [[String]] {
        CataloguesTests.rows(try CataloguesTests.page(page)).filter { row in
            row.first.map { numbers.contains($0) } ?? false
        }
    }

    private static func firstWord(_ text: String) -> String { String(text.prefix { $0.isLetter }) }

    @Test(arguments: [
        ("incidents.md", incidents), ("critical-fixes.md", fixes), ("failures.md", failures),
        ("invariants.md", (1...25).map(String.init)),
    ])
    func everyNumberHasOneRow(_ page: String, _ numbers: [String]) throws {
        #expect(try Self.numbered(page, numbers).compactMap(\.first).sorted() == numbers.sorted())
    }

    @Test func anIncidentIsImpossibleOrDetectedOrSaidToBeOpen() throws {
        let rows = try Self.numbered("incidents.md", Self.incidents)
        for row in rows {
            #expect(row.count == 4, "\(row[0])")
            let verdict = Self.firstWord(row[2])
            #expect(["impossible", "detected", "partly", "open"].contains(verdict), "\(row[0]) says: \(row[2])")
            // Detected says after how long.
            if verdict == "detected" { #expect(row[2].contains(/\d/) || row[2].contains("at once"), "\(row[0])") }
            if verdict != "open" { #expect(row[3].contains("`"), "\(row[0]) names nothing") }
        }
        #expect(rows.count { !CataloguesTests.tests(in: $0[3]).isEmpty } >= 25)
    }

    @Test func everyFixAndEveryInvariantHasATestOrSaysThatItIsOpen() throws {
        for (page, numbers) in [("critical-fixes.md", Self.fixes), ("invariants.md", (1...25).map(String.init))] {
            for row in try Self.numbered(page, numbers) {
                let isOpen = row.contains { $0.hasPrefix("open") }
                #expect(isOpen || !CataloguesTests.tests(in: row.last ?? "").isEmpty, "\(page) \(row[0])")
            }
        }
    }

    @Test func everyFailureHasASignAHealingACommandAndWhatPreventsIt() throws {
        for row in try Self.numbered("failures.md", Self.failures) {
            #expect(row.count == 6, "\(row[0])")
            #expect(row.dropFirst().allSatisfy { !$0.isEmpty }, "\(row[0])")
            #expect(["itself", "by", "impossible"].contains(Self.firstWord(row[2])), "\(row[0]) says: \(row[2])")
        }
    }

    /// What stands in code marks in the last column, and is neither a test nor a command, is in the sources as it stands
    /// there: a constraint, an index, a signature of an alert, a type, a query.
    @Test(arguments: ["incidents.md", "invariants.md"])
    func whatARowReliesOnIsInTheSources(_ page: String) throws {
        let sources = Data(
            try ["Libraries", "Services"].flatMap(SourceTexts.swift).joined(separator: [UInt8(ascii: "\n")])
        )
        var checked = 0
        for row in CataloguesTests.rows(try CataloguesTests.page(page)) {
            guard let last = row.last else { continue }
            let tests = Set(CataloguesTests.tests(in: last))
            for match in last.matches(of: /`([^`]+)`/) {
                let name = String(match.1)
                guard !tests.contains(name), !name.hasPrefix("tipoff "), !name.hasPrefix("make ") else { continue }
                checked += 1
                #expect(sources.range(of: Data(name.utf8)) != nil, "\(row[0]) names \(name)")
            }
        }
        #expect(checked > 5)
    }

    /// Services meet in topics and tables. Addresses in their sources are those of the upstream sites, and of schemas.
    @Test func noServiceKnowsTheAddressOfAnother() throws {
        let folder = CataloguesTests.root.appending(path: "Services").path
        var found: [String: [String]] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder).filter({ $0.hasSuffix(".swift") }) {
            // The stand-in of the sites, and the operator's own tools.
            guard !["SourceSim/", "DevBroker/", "Tipoff/"].contains(where: path.hasPrefix) else { continue }
            let text = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)")))
            for literal in text.split(separator: UInt8(ascii: "\"")) where literal.starts(with: "http".utf8) {
                let address = String(decoding: literal, as: UTF8.self)
                guard address.hasPrefix("http://") || address.hasPrefix("https://"),
                    !address.hasPrefix("https://json-schema.org/")
                else { continue }
                found[path, default: []].append(address)
            }
        }
        #expect(found["Scrapers/SourceHost.swift"]?.count ?? 0 > 10)
        // An example of what a setting accepts.
        #expect(found["Publishing/Web/WebSettings.swift"] == ["https://example.org,http://localhost:3000"])
        // The console knows its own address, by which it tells its forms from another site's.
        #expect(found["Console/Access/ConsoleVisitor.swift"] == ["http://\\(host)", "https://\\(host)"])
        #expect(found["Console/ConsoleSettings.swift"] == ["https://"])
        #expect(found.count == 4)
    }

    /// What day it is decides when something is planned, never what a row of it says: the date comes with the message.
    @Test(arguments: ["Raw", "Analytics", "Precompute"])
    func noFormulaAsksWhatDayItIs(_ service: String) throws {
        let asking = ["leagueDay", "Date()", "Date.now", "current_date", "gameDate(of: .now", "clock.now)"]
        for text in try SourceTexts.swift(under: "Services/\(service)") {
            let found = asking.filter { Data(text).range(of: Data($0.utf8)) != nil }
            #expect(found == [], "\(String(decoding: text.prefix(400), as: UTF8.self))")
        }
    }
}
