import ArgumentParser
import Foundation
import Pipeline
import Testing

@testable import TipoffCommands

/// docs/configuration.md and docs/commands.md say what the programs say.
@Suite struct GeneratedPagesTests {
    @Test func everySettingOfEveryServiceStandsOnThePage() throws {
        try GeneratedPage.expect("configuration.md", try ConfigurationPage().markdown)
    }

    @Test func everyNameOfASettingInTheSourcesStandsOnThePage() throws {
        let page = try CataloguesTests.page("configuration.md")
        let shown = Set(page.matches(of: /`(TIPOFF_[A-Z0-9_]+)`/).map { String($0.1) })
        var named: Set<String> = []
        for folder in ["Libraries", "Services"] {
            for text in try SourceTexts.swift(under: folder) {
                for literal in text.split(separator: UInt8(ascii: "\"")) where literal.starts(with: "TIPOFF_".utf8) {
                    let name = String(decoding: literal, as: UTF8.self)
                    // What ends in an underscore is the beginning of several names.
                    if name.wholeMatch(of: /TIPOFF_[A-Z0-9_]*[A-Z0-9]/) != nil { named.insert(name) }
                }
            }
        }
        #expect(named.count > 60)
        // A secret's file goes by the secret's name; the last is where tests find captured payloads.
        let others = named.subtracting(shown).filter { name in
            !name.hasSuffix("_FILE") || !shown.contains(String(name.dropLast("_FILE".count)))
        }
        #expect(others.subtracting(["TIPOFF_TEST_DATA", "TIPOFF_TEST_SERVERS"]).sorted() == [])
    }

    @Test func everyCommandStandsOnThePageAsItExplainsItself() throws {
        try GeneratedPage.expect("commands.md", CommandsPage.markdown)
    }
}

/// The help of each command, in the order of `tipoff --help`.
enum CommandsPage {
    static var markdown: String {
        var text = """
            # Commands

            Made from the commands themselves: a test keeps this page equal to `tipoff … --help`. What to type when is in the
            [runbooks](runbooks/README.md); the settings are in [configuration](configuration.md).

            Every command ends with 0 when all is well, 1 when there is a problem, 2 on wrong usage, 3 when database or broker
            cannot be reached. An error says what to type next. `--json` prints for other programs.


            """
        let all = commands(below: RootCommand.self, ["tipoff"])
        text += "| command | |\n|---|---|\n"
        for (words, command) in all {
            let name = words.joined(separator: " ")
            let anchor = name.replacing(" ", with: "-")
            text += GeneratedPage.row(["[`\(name)`](#\(anchor))", command.configuration.abstract])
        }
        for (words, command) in all {
            let help = RootCommand.helpMessage(for: command, columns: 100)
            text += "\n## \(words.joined(separator: " "))\n\n```text\n"
            text += help.split(separator: "\n", omittingEmptySubsequences: false)
                .map { String($0.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
                .trimmingCharacters(in: .newlines)
            text += "\n```\n"
        }
        return text
    }

    private static func commands(
        below command: any ParsableCommand.Type,
        _ words: [String]
    ) -> [(words: [String], command: any ParsableCommand.Type)] {
        command.configuration.subcommands.flatMap { next -> [(words: [String], command: any ParsableCommand.Type)] in
            let path = words + [next.configuration.commandName ?? ""]
            let below = commands(below: next, path)
            return below.isEmpty ? [(path, next)] : below
        }
    }
}

/// What the executables say of their own settings: the built services are asked, each as it reads them.
struct ConfigurationPage {
    private struct Setting {
        var name: String
        var value: String
        var meaning: String
        var form: String
        var isSecret: Bool
        var readers: [String]
    }

    private static let services = [
        "scrapers", "raw", "phase2-to-phase3", "analytics", "phase3-to-phase4", "precompute", "phase4-to-phase5",
        "predictions", "publishing", "console",
    ]
    private static let required = [
        "TIPOFF_DATABASE_URL": "postgres://localhost/tipoff", "TIPOFF_KAFKA_BROKERS": "localhost:9092",
        "TIPOFF_OBJECT_STORE": "/objects",
    ]

    /// What takes every text says nothing of its form.
    private static let refuseNothing = ["TIPOFF_ALERT_COMMAND": "texts separated by commas"]

    private var settings: [Setting] = []

    init() throws {
        for service in Self.services {
            let shown = try Self.ask(service, Self.required)
            var names: [String] = []
            for line in shown.split(separator: "\n") {
                guard let match = line.wholeMatch(of: /(TIPOFF_\S+)\s+(.*?)\s+\((environment|default)\)\s+(.*)/) else {
                    throw Unreadable(line: "\(service): \(line)")
                }
                names.append(String(match.1))
                add(String(match.1), Self.general(String(match.2), of: service), String(match.4), service)
            }
            try explain(service, names)
        }
        for (index, setting) in settings.enumerated() where setting.form.isEmpty {
            settings[index].form = Self.refuseNothing[setting.name] ?? ""
        }
        let unexplained = settings.filter(\.form.isEmpty).map(\.name)
        guard unexplained.isEmpty else { throw Unreadable(line: "no form of \(unexplained)") }
    }

    private struct Unreadable: Error { var line: String }

    private mutating func add(_ name: String, _ value: String, _ meaning: String, _ reader: String) {
        if let index = settings.firstIndex(where: { $0.name == name }) {
            settings[index].readers.append(reader)
        } else {
            settings.append(
                Setting(name: name, value: value, meaning: meaning, form: "", isSecret: false, readers: [reader])
            )
        }
    }

    /// A service names what it accepts when it refuses: once with nothing set, once with what nothing accepts.
    private mutating func explain(_ service: String, _ names: [String]) throws {
        let nonsense = Dictionary(uniqueKeysWithValues: names.map { ($0, "\u{1}") })
        for environment in [[:], nonsense, ["TIPOFF_OBJECT_STORE": "s3://"]] {
            for line in try Self.ask(service, environment).split(separator: "\n") {
                let form = /\s*(TIPOFF_[A-Z0-9_]+) (is not set|is "(.*)"): expected (.*), for example TIPOFF_\S+?=.*/
                guard let match = line.wholeMatch(of: form),
                    let index = settings.firstIndex(where: { $0.name == match.1 })
                else { continue }
                settings[index].form = String(match.4)
                if match.3 == "***" { settings[index].isSecret = true }
            }
        }
    }

    /// What holds for every machine.
    private static func general(_ value: String, of service: String) -> String {
        value.replacing("\(service)@\(ProcessInfo.processInfo.hostName)", with: "SERVICE@HOST")
    }

    /// What a built service prints about its settings, and about those that it refuses.
    private static func ask(_ service: String, _ environment: [String: String]) throws -> String {
        let process = Process()
        // The executables of this build lie beside the test bundle.
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: service)
        process.arguments = ["--print-config"]
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }

    var markdown: String {
        var text = """
            # Configuration

            Settings are environment variables. This page is made from what the built services say of themselves
            (`SERVICE --print-config`); a test keeps it current. A service that cannot use its settings names all of them at
            once, says what it would accept, and ends with 2. An empty variable counts as not set. A duration has its unit
            (`250ms`, `10s`, `1h30m`), and so may a size (`10MB`). Clock times are Eastern.

            A value marked *not shown* stands nowhere in logs or output but as `***`; keys, passwords and `TIPOFF_DATABASE_URL`
            may also lie in a file that others cannot read: `NAME_FILE=/run/secrets/…`.

            `tipoff` reads the settings of every service, as far as a command needs them, and `TIPOFF_LOG_DIR`: where the
            services' log files lie (default `.run/log`). With `TIPOFF_CONSOLE_URL` commands that act print the page to look at.

            """
        var groups: [[String]] = []
        for setting in settings where !groups.contains(setting.readers) { groups.append(setting.readers) }
        // Most readers first, then in the order of the services.
        for (_, readers) in groups.enumerated().sorted(by: { (-$0.1.count, $0.0) < (-$1.1.count, $1.0) }) {
            let title = readers.count == Self.services.count ? "every service" : readers.joined(separator: ", ")
            text += "\n## Read by \(title)\n\n| setting | default | accepts | what for |\n|---|---|---|---|\n"
            for setting in settings where setting.readers == readers { text += Self.row(setting) }
        }
        return text
    }

    private static func row(_ setting: Setting) -> String {
        let value =
            required[setting.name] != nil
            ? "required" : setting.value == "-" || setting.value.isEmpty ? "not set" : "`\(setting.value)`"
        return GeneratedPage.row([
            "`\(setting.name)`", value, setting.form, setting.meaning + (setting.isSecret ? " (*not shown*)" : ""),
        ])
    }
}

/// The texts of the sources.
enum SourceTexts {
    static func swift(under folder: String) throws -> [[UInt8]] {
        let path = CataloguesTests.root.appending(path: folder).path
        return try FileManager.default.subpathsOfDirectory(atPath: path).filter { $0.hasSuffix(".swift") }.sorted().map
        {
            [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(path)/\($0)")))
        }
    }
}
