import ArgumentParser
import Basketball
import Foundation
import Pipeline

/// One scraper, by hand.
struct ScrapeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scrape",
        abstract: "Opens a manual run that begins with one scraper.",
        discussion: """
            What the payload changes goes on through the later phases as in any run.

            Example: tipoff scrape nbac_schedule_api --date 2024-01-15 --wait
            """
    )

    @Argument(help: "The scraper's name, see: tipoff registry --phase 1")
    var name: String

    @Option(name: .long, help: "today, tonight, yesterday or YYYY-MM-DD.")
    var date: DayArgument

    @Option(name: .long, help: "A game or event id, for scrapers that fetch one at a time.")
    var unit: String?

    @Option(name: .long, help: "An input of the scraper as name=value; may be repeated.")
    var param: [String] = []

    @Option(name: .long, help: "The last phase that opens (1 … 6).")
    var untilPhase: Phase = .publishing

    @Option(name: .long, help: "Why, for the record.")
    var reason: String?

    @OptionGroup var waiting: WaitOptions
    @OptionGroup var format: FormatOptions

    func validate() throws { _ = try parameters() }

    /// The `--param` values.
    func parameters() throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for pair in param {
            guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
                throw ValidationError("--param is name=value, for example --param game_date=2024-01-15")
            }
            values[String(pair[..<equals])] = .string(String(pair[pair.index(after: equals)...]))
        }
        return values
    }

    func run() async throws {
        let parameters = try parameters()
        let scraper = try Self.scraper(name, unit: unit)
        try await Session.with([.database, .broker]) { session in
            let request = RunRequest(
                kind: .manual,
                gameDate: date.resolved(session.clock),
                untilPhase: untilPhase,
                planKey: "cli:\(UUID().uuidString.lowercased())",
                openedBy: session.actor,
                reason: reason ?? "scrape \(scraper.name)",
                triggerSource: .api
            )
            let input: JSONValue? = parameters.isEmpty ? nil : .dictionary(parameters)
            try await RunStarter(session: session).start(
                request,
                only: [(scraper.name, unit ?? UnitKind.wholeDate, input)],
                waiting: waiting,
                printsJSON: format.json
            )
        }
    }

    /// The scraper of that name; refuses a unit where none belongs, and its absence where one does.
    static func scraper(_ name: String, unit: String?) throws -> ProcessorDefinition {
        let registry = Registry.standard
        guard let scraper = registry.resolve(name, in: .scrapers), scraper.isEnabled else {
            let names = registry.enabled(in: .scrapers).map(\.name).sorted().joined(separator: ", ")
            throw CommandProblem.usage(
                "\(name) is not a scraper; there are: \(names)",
                next: "tipoff registry --phase 1"
            )
        }
        if scraper.unit != .date, unit == nil || unit == UnitKind.wholeDate {
            throw CommandProblem.usage(
                "\(scraper.name) fetches one \(scraper.unit.rawValue) at a time: give --unit ID",
                next: scraper.discoveredBy.map { "tipoff scrape \($0) --date …   finds and fetches all of them" }
            )
        }
        if scraper.unit == .date, let unit, unit != UnitKind.wholeDate {
            throw CommandProblem.usage("\(scraper.name) fetches a whole date: leave --unit out")
        }
        return scraper
    }
}
