import ArgumentParser
import Foundation
import Testing

@testable import TipoffCommands

/// Whoever follows a page at six in the morning types what stands there: every command of every page is one.
@Suite struct RunbookTests {
    /// What stands for something in the pages, and a value for it.
    static let placeholders = [
        "RUN": "6f1d2c80-6a0e-4d55-9c56-3f0f6f0b1a11", "RUN_ID": "6f1d2c80-6a0e-4d55-9c56-3f0f6f0b1a11",
        "<run>": "6f1d2c80-6a0e-4d55-9c56-3f0f6f0b1a11", "<id>": "6f1d2c80-6a0e-4d55-9c56-3f0f6f0b1a11",
        "<run or execution id>": "6f1d2c80-6a0e-4d55-9c56-3f0f6f0b1a11",
        "<correlation, message or run id>": "6f1d2c80-6a0e-4d55-9c56-3f0f6f0b1a11",
        "DATE": "2024-01-15", "<date>": "2024-01-15", "INSTANT": "2024-01-15T12:00:00Z",
        "SCRAPER": "nbac_schedule_api", "<scraper>": "nbac_schedule_api", "PROCESSOR": "nbac_schedule",
        "PHASE": "3", "MODEL": "2018-19_2022-23", "DIR": "/data", "FILE": "corrected.json", "ID": "17", "JOB": "winter",
        "CORRELATION": "replay-nov-29", "SERVICE": "raw",
        "PLAYER": "Joel Embiid", "TABLE": "player_game_summary", "KEY": "2024-01-15/joelembiid", "VERSION": "5",
    ]

    static func filled(_ word: String) -> String {
        if let whole = placeholders[word] { return whole }
        return placeholders.filter { $0.key.hasPrefix("<") }.reduce(word) { $0.replacing($1.key, with: $1.value) }
    }

    /// Pages for people; the help of the commands is made from them.
    static let pages: [String] = {
        do { return try PageCommands.pages().filter { $0 != "commands.md" } + ["../README.md"] } catch { return [] }
    }()

    @Test(arguments: pages)
    func everyCommandOfAPageIsAcceptedByTheCommandLine(_ page: String) throws {
        for command in try PageCommands.all(on: page) {
            let words = command.words.map(Self.filled)
            let open = words.filter { $0.contains("<") || $0.wholeMatch(of: /[A-Z_]{3,}/) != nil }
            #expect(open == [], "\(command): nothing is known to stand there")
            guard !Self.isAccepted(words) else { continue }
            // Running text may name a command without what it needs.
            #expect(!command.isFenced, "\(command)")
            #expect(Self.isTheNameOfACommand(words), "\(command)")
        }
    }

    @Test func thePagesHaveCommands() throws {
        let all = try Self.pages.flatMap { try PageCommands.all(on: $0) }
        #expect(all.count { $0.page.hasPrefix("runbooks/") && $0.isFenced } >= 40)
        #expect(all.count { $0.page == "failures.md" } >= 40)
    }

    @Test func whatIsNoCommandIsSeen() {
        let text = """
            ```sh
            tipoff status --nonsense   # exit 1
            tipoff run open --kind full \\
                --date <date> | less
            tipoff quality   # exit 1 when a column is unusual
            ```
            Look at `tipoff nonsense` and at `tipoff run`.
            """
        let commands = PageCommands.commands(in: text, page: "page.md")
        #expect(
            commands.map(\.words) == [
                ["status", "--nonsense"], ["run", "open", "--kind", "full", "--date", "<date>"], ["quality"],
                ["nonsense"], ["run"],
            ]
        )
        #expect(commands.map(\.exits) == [[1], [0], [0, 1], [0], [0]])
        #expect(commands.map(\.isFenced) == [true, true, true, false, false])
        #expect(commands.map { Self.isAccepted($0.words.map(Self.filled)) } == [false, true, true, false, true])
        #expect(!Self.isTheNameOfACommand(["nonsense"]))
        #expect(Self.isTheNameOfACommand(["run", "cancel", "--run"]))
    }

    @Test func theIndexLeadsToEveryRunbook() throws {
        let index = try CataloguesTests.page("runbooks/README.md")
        let linked = Set(index.matches(of: /\]\(([a-z-]+\.md)\)/).map { String($0.1) })
        let pages = try PageCommands.pages("runbooks").map { String($0.dropFirst("runbooks/".count)) }
        #expect(pages.count > 8)
        #expect(Set(pages).subtracting(linked).subtracting(["README.md"]).sorted() == [])
    }

    @Test(arguments: pages.filter { $0.hasPrefix("runbooks/") } + ["SLA.md", "failures.md", "incidents.md"])
    func everySettingThatAPageNamesIsOne(_ page: String) throws {
        let settings = try CataloguesTests.page("configuration.md")
        let named = try CataloguesTests.page(page).matches(of: /TIPOFF_[A-Z0-9_]*[A-Z0-9]/).map { String($0.output) }
        // Written by hand for the generated pages, and no setting.
        let known = Set(named).subtracting(["TIPOFF_WRITE_DOCS"])
        #expect(known.filter { !settings.contains("`\($0)`") }.sorted() == [])
    }

    /// A row of the promises that names a setting gives its default.
    @Test func thePromisesHaveTheDefaultsOfTheSettings() throws {
        let defaults = CataloguesTests.rows(try CataloguesTests.page("configuration.md"))
            .reduce(into: [String: String]()) { if $1.count > 1 { $0[$1[0]] = $1[1] } }
        var compared = 0
        for row in CataloguesTests.rows(try CataloguesTests.page("SLA.md")) where row.count == 4 {
            guard let value = defaults[row[2]] else { continue }
            #expect(row[1] == value, "\(row[2])")
            compared += 1
        }
        #expect(compared >= 10)
    }

    private static func isAccepted(_ words: [String]) -> Bool {
        do {
            _ = try RootCommand.parseAsRoot(words)
            return true
        } catch {
            return RootCommand.exitCode(for: error).isSuccess
        }
    }

    /// Whether the words before the first option or value lead from `tipoff` to a command.
    private static func isTheNameOfACommand(_ words: [String]) -> Bool {
        var command: any ParsableCommand.Type = RootCommand.self
        for word in words {
            guard let next = command.configuration.subcommands.first(where: { $0.configuration.commandName == word })
            else { break }
            command = next
        }
        return command != RootCommand.self
    }
}
