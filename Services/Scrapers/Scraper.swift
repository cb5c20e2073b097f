import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// One source. It says what to ask and what the answer means; asking, checking, storing and reporting are the same
/// for all.
protocol Scraper: Sendable {
    associatedtype Content: Sendable
    static var name: String { get }
    /// Whether the source counts the requests of our key and says so with each answer.
    static var hasCredits: Bool { get }

    /// What to ask for a task. Throws ``TaskError`` when the task names nothing that can be asked for.
    func request(for execution: Execution) async throws -> ScrapeRequest

    /// Reads a body. Throws ``PayloadError`` when it is not in the source's form.
    func validate(_ body: [UInt8], _ execution: Execution) async throws -> Content

    /// What the payload is about, which names its place in the store; the run's date unless the scraper says otherwise.
    func subject(of content: Content, _ execution: Execution) throws -> PayloadSubject

    /// What the content amounts to, by a typed count.
    func judge(_ content: Content, _ execution: Execution) async throws -> Finding

    /// Whether nothing was to be expected, asked when there is no answer or it holds nothing; never unless the scraper
    /// says otherwise.
    func isNothingExpected(_ execution: Execution) async throws -> Bool
}

extension Scraper {
    static var hasCredits: Bool { false }

    func subject(of content: Content, _ execution: Execution) -> PayloadSubject {
        PayloadSubject(Self.name, date: execution.gameDate)
    }

    func isNothingExpected(_ execution: Execution) -> Bool { false }
}

/// One question to a source.
struct ScrapeRequest: Sendable {
    var http: HTTPRequest
    /// Further places where the same may be found, such as an older form, asked in order until one gives a usable answer.
    /// An error counts more than an absence: what could not be asked may be there.
    var alternatives: [HTTPRequest] = []
    /// Statuses by which the source says that there is nothing (yet).
    var absentStatuses: Set<Int> = [204]
    /// How long an earlier answer may be used again; nil asks each time.
    var maximumAge: Duration?
    /// What to ask after this answer, such as the next page; nil for an answer that stands alone, or that is the last. The
    /// answers are stored one after the other, each byte for byte, with a line feed between them.
    var next: (@Sendable (_ page: [UInt8]) throws -> ScrapeRequest?)?
}

/// What a scraper made of an answer.
struct Finding: Sendable {
    enum Status: Sendable, Hashable {
        case success
        /// Something is there, and something that is known to exist is missing.
        case partial(reason: String)
        case noData
    }

    var status: Status
    /// The things that the payload holds, counted by their type and not by the length of some list.
    var count: Int
    /// Units for other scrapers.
    var discovered: [DiscoveredUnit] = []
    var notes = PayloadNotes()
    /// What else the execution log is to say.
    var details: [String: JSONValue] = [:]
}

extension Registry {
    /// The units that a scraper found, for the scrapers that belong to the run; of a probe one stands for all.
    func units(
        discoveredBy scraper: String,
        for execution: Execution,
        _ found: [(unit: String, input: JSONValue)]
    ) -> [DiscoveredUnit] {
        let wanted = execution.task.input?["probe"]?.boolValue == true ? found.prefix(1) : found[...]
        return scrapers(discoveredBy: scraper).filter { $0.isAsked(by: execution.task) }.flatMap { reader in
            wanted.map { DiscoveredUnit(scraper: reader.name, unit: $0.unit, input: $0.input) }
        }
    }
}

extension ProcessorDefinition {
    /// Whether a found unit is fetched: by hand and by a poll always, else when this kind of run begins with the scraper.
    fileprivate func isAsked(by task: ClaimedTask) -> Bool {
        task.run.kind == .manual || task.input?["discover"]?.boolValue == true || begins(task.run.kind, task.run.lane)
    }
}
