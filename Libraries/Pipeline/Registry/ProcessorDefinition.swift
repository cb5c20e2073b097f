import Basketball

/// What a task's unit names.
public enum UnitKind: String, Sendable, Hashable {
    /// The whole game date: the unit is `*`.
    case date
    /// An NBA game id (ten digits).
    case game
    /// An odds event id.
    case event
    case team
    /// A `player_lookup`.
    case player

    /// The unit of a task that covers its whole date.
    public static let wholeDate = "*"
}

/// What a phase does when a task of this processor fails.
public enum Requirement: String, Sendable, Hashable, CaseIterable {
    /// The next phase cannot open without it.
    case critical
    /// The next phase opens degraded without it.
    case required
    /// Its absence is noted.
    case optional
}

/// The kinds of thing that a change names.
public enum EntityKind: String, Sendable, Hashable, CaseIterable, Comparable {
    case player
    case team
    case game

    public static func < (left: EntityKind, right: EntityKind) -> Bool { left.rawValue < right.rawValue }
}

/// The dates on which a changed row matters to a reader.
public enum ReadWindow: Sendable, Hashable {
    /// The row's own date.
    case sameDate
    /// Every later date of the season: the reader looks at history strictly before its own date.
    case laterDatesOfSeason
    /// Every date of the season: what the row says holds on all of them, such as a birth date that is learnt late.
    case wholeSeason

    /// Whether a row matters to the reader's work on the row's own date.
    var includesOwnDate: Bool { self != .laterDatesOfSeason }
}

/// One table that a processor reads, and the columns whose change starts it.
public struct Input: Sendable, Hashable {
    public var table: String
    /// A column that is not listed starts nothing.
    public var columns: Set<String>
    public var window: ReadWindow
    /// What a changed row means to the reader. A line of a player that names its game as well concerns the player alone.
    public var entities: Set<EntityKind>
    /// What the reader expects of the table; nil where nothing is judged.
    public var dependency: Dependency?

    public init(
        _ table: String,
        _ columns: Set<String>,
        _ window: ReadWindow = .sameDate,
        entities: Set<EntityKind> = Set(EntityKind.allCases),
        dependency: Dependency? = nil
    ) {
        self.table = table
        self.columns = columns
        self.window = window
        self.entities = entities
        self.dependency = dependency
    }

    /// The entities of a changed row that the reader has to look at; a row without any of the kinds that it asks for
    /// is looked at through those it has.
    func concerned(_ changed: [EntityKind: String]) -> [EntityKind: String] {
        let named = changed.filter { entities.contains($0.key) }
        return named.isEmpty ? changed : named
    }
}

/// The kinds of run; `design.md` §3 gives their phases.
public enum RunKind: String, Sendable, Hashable, CaseIterable {
    case full
    case pregame
    case postgame
    case delta
    case manual
}

/// One processor: its place in the pipeline and what it reads and writes. The registry is data; code never guesses
/// from a name.
public struct ProcessorDefinition: Sendable, Hashable {
    public var name: String
    public var phase: Phase
    /// The order inside a phase; a task waits for every lower level of its run and phase.
    public var level: Int
    public var unit: UnitKind
    public var requirement: Requirement
    /// The table written, such as `nba_raw.nbac_schedule`; nil for scrapers and documents.
    public var output: String?
    /// Further tables that it writes along; no processor reads them.
    public var otherOutputs: Set<String>
    public var inputs: [Input]
    /// For a raw processor: the scraper whose payloads it reads.
    public var scraper: String?
    /// For a raw processor: further scrapers with payloads of the same kind, such as a source's history.
    public var otherScrapers: Set<String>
    /// For a scraper: the scraper whose payload names its units; nil when the unit is the date.
    public var discoveredBy: String?
    /// For a scraper: the kinds of run that begin with it.
    public var runKinds: Set<RunKind>
    /// The share of a partial task's scope that must be processed for the task to count, 0 … 1.
    public var minimumCoverage: Double
    /// What its output must hold of a date for the task to be a success; nil where nothing says.
    public var minimumRows: MinimumRows?
    /// Whether it is worth doing for a date that is over: features are, predictions are not, judging them is.
    public var reachesPastDates: Bool
    /// False for a name that is reserved while its processor is not built: it is recognised and never expected.
    public var isEnabled: Bool

    public init(
        _ name: String,
        _ phase: Phase,
        level: Int = 0,
        unit: UnitKind = .date,
        requirement: Requirement = .required,
        output: String? = nil,
        otherOutputs: Set<String> = [],
        inputs: [Input] = [],
        scraper: String? = nil,
        otherScrapers: Set<String> = [],
        discoveredBy: String? = nil,
        runKinds: Set<RunKind> = [],
        minimumCoverage: Double = 0.8,
        minimumRows: MinimumRows? = nil,
        reachesPastDates: Bool? = nil,
        isEnabled: Bool = true
    ) {
        self.name = name
        self.phase = phase
        self.level = level
        self.unit = unit
        self.requirement = requirement
        self.output = output
        self.otherOutputs = otherOutputs
        self.inputs = inputs
        self.scraper = scraper
        self.otherScrapers = otherScrapers
        self.discoveredBy = discoveredBy
        self.runKinds = runKinds
        self.minimumCoverage = minimumCoverage
        self.minimumRows = minimumRows
        self.reachesPastDates = reachesPastDates ?? (phase <= .precompute)
        self.isEnabled = isEnabled
    }

    /// The schema of the output table.
    public var outputDataset: String? { output.map { String($0.prefix { $0 != "." }) } }

    /// The output table without its schema.
    public var outputTable: String? { output.map { String($0.drop { $0 != "." }.dropFirst()) } }
}

extension ProcessorDefinition {
    /// The tables on which the processor depends.
    package var dependencies: [(table: String, dependency: Dependency)] {
        inputs.compactMap { input in input.dependency.map { (input.table, $0) } }
    }

    /// Whether runs of this kind fetch from this scraper. A backfill leaves out what nothing depends on.
    public func begins(_ kind: RunKind, _ lane: Lane) -> Bool {
        runKinds.contains(kind) && (lane == .live || requirement != .optional)
    }

    /// A scraper's units that are known before anything was scraped.
    var knownUnits: [String] {
        guard discoveredBy == nil else { return [] }
        return switch unit {
        case .date: [UnitKind.wholeDate]
        case .team: Team.all.map(\.tricode)
        case .game, .event, .player: []
        }
    }
}
