public import ArgumentParser
public import Basketball
public import Foundation
public import Pipeline

/// A day as an operator names it.
enum DayArgument: Sendable, Hashable, ExpressibleByArgument {
    case today
    case tonight
    case yesterday
    case date(GameDate)

    init?(argument: String) {
        switch argument {
        case "today": self = .today
        case "tonight": self = .tonight
        case "yesterday": self = .yesterday
        default:
            do { self = .date(try GameDate(argument)) } catch { return nil }
        }
    }

    static var allValueStrings: [String] { ["today", "tonight", "yesterday", "YYYY-MM-DD"] }
    var defaultValueDescription: String { "today" }

    /// The calendar day, by the league's clock.
    func resolved(_ clock: PipelineClock) -> GameDate {
        switch self {
        case .today, .tonight: clock.leagueDay
        case .yesterday: clock.leagueDay.adding(days: -1)
        case .date(let date): date
        }
    }
}

extension GameDate: ExpressibleByArgument {
    public init?(argument: String) {
        do { try self.init(argument) } catch { return nil }
    }
}

extension RunKind: ExpressibleByArgument {}
extension Lane: ExpressibleByArgument {}
extension InjuryStatus: ExpressibleByArgument {}

extension UUID: @retroactive ExpressibleByArgument {
    public init?(argument: String) { self.init(uuidString: argument) }
}

extension Phase: ExpressibleByArgument {
    /// A number 1 … 6, or a phase's name.
    public init?(argument: String) {
        if let number = Int(argument) {
            self.init(rawValue: number)
        } else if let phase = Phase.allCases.first(where: { $0.name == argument }) {
            self = phase
        } else {
            return nil
        }
    }

    public static var allValueStrings: [String] { allCases.map { String($0.rawValue) } }
    public var defaultValueDescription: String { String(rawValue) }
}

/// `--json`, which every command has.
struct FormatOptions: ParsableArguments {
    @Flag(name: .long, help: "Print JSON for other programs.")
    var json = false
}

/// `--wait` and its limit.
struct WaitOptions: ParsableArguments {
    @Flag(name: .long, help: "Follow the run to its end; exit 1 when it fails.")
    var wait = false

    @Option(name: .long, help: "With --wait: give up watching after this many seconds. The run goes on.")
    var timeout: Double?

    func validate() throws {
        if let timeout, !(timeout > 0 && timeout <= 86_400) {
            throw ValidationError("--timeout is a number of seconds between 0 and 86400")
        }
    }
}
