/// The processors and how changes travel between them.
public struct Registry: Sendable {
    public let processors: [ProcessorDefinition]
    private let byName: [Phase: [String: ProcessorDefinition]]
    private let readersByTable: [String: [(reader: ProcessorDefinition, input: Input)]]
    private let writersByTable: [String: [ProcessorDefinition]]

    /// Checks the graph: names are unique in a phase, inputs are written by some processor of an earlier place, and a
    /// level rises along every edge inside a phase. Traps on a mistake, which a test of the registry finds.
    public init(_ processors: [ProcessorDefinition]) {
        var byName: [Phase: [String: ProcessorDefinition]] = [:]
        var readers: [String: [(reader: ProcessorDefinition, input: Input)]] = [:]
        for processor in processors {
            precondition(
                byName[processor.phase]?[processor.name] == nil,
                "\(processor.name) stands twice in its phase"
            )
            byName[processor.phase, default: [:]][processor.name] = processor
            guard processor.isEnabled else { continue }
            let dependencies = processor.dependencies
            precondition(
                Set(dependencies.map(\.table)).count == dependencies.count
                    && Set(dependencies.map(\.dependency.prefix)).count == dependencies.count,
                "\(processor.name) depends twice on a table"
            )
            for input in processor.inputs { readers[input.table, default: []].append((processor, input)) }
        }
        for table in processors.flatMap(\.otherOutputs) {
            precondition(readers[table] == nil, "\(table) is read and is nobody's own output")
        }
        self.processors = processors
        self.byName = byName
        self.readersByTable = readers
        writersByTable = Dictionary(grouping: processors.filter { $0.output != nil }) { $0.output ?? "" }
        for writer in processors {
            guard let output = writer.output else { continue }
            for (reader, input) in readersByTable[output] ?? [] where input.window.includesOwnDate {
                precondition(
                    (writer.phase, writer.level) < (reader.phase, reader.level),
                    "\(reader.name) reads \(output) but does not come after \(writer.name)"
                )
            }
        }
    }

    /// The processor of a phase, by its canonical name.
    public func processor(_ name: String, in phase: Phase) -> ProcessorDefinition? { byName[phase]?[name] }

    /// The processor that a message names, in snake case or in the older form `PlayerGameSummaryProcessor`.
    public func resolve(_ name: String, in phase: Phase) -> ProcessorDefinition? {
        processor(name, in: phase) ?? processor(Self.canonicalName(name), in: phase)
    }

    /// `PlayerGameSummaryProcessor` → `player_game_summary`.
    static func canonicalName(_ name: String) -> String {
        var stem = Substring(name)
        if stem.hasSuffix("Processor") { stem = stem.dropLast("Processor".count) }
        var result = ""
        for character in stem {
            if character.isUppercase, !result.isEmpty { result.append("_") }
            result.append(contentsOf: character.lowercased())
        }
        return result
    }

    /// The enabled processors of a phase in working order.
    public func enabled(in phase: Phase) -> [ProcessorDefinition] {
        processors.filter { $0.phase == phase && $0.isEnabled }.sorted { ($0.level, $0.name) < ($1.level, $1.name) }
    }

    /// Who reads a table, with the input that names it.
    public func readers(of table: String) -> [(reader: ProcessorDefinition, input: Input)] {
        readersByTable[table] ?? []
    }

    /// Who writes a table.
    func writers(of table: String) -> [ProcessorDefinition] { writersByTable[table] ?? [] }

    /// The raw processors that read a scraper's payloads.
    public func rawProcessors(of scraper: String) -> [ProcessorDefinition] {
        processors.filter {
            $0.phase == .raw && $0.isEnabled && ($0.scraper == scraper || $0.otherScrapers.contains(scraper))
        }
    }

    /// The scrapers whose units a scraper's payload names.
    public func scrapers(discoveredBy scraper: String) -> [ProcessorDefinition] {
        processors.filter { $0.phase == .scrapers && $0.isEnabled && $0.discoveredBy == scraper }
    }

    /// A set of processors of one phase together with every processor of the same phase that may see a change
    /// through them on the same date.
    public func closure(of names: Set<String>, in phase: Phase) -> [ProcessorDefinition] {
        var reached = names
        for processor in enabled(in: phase) where !reached.contains(processor.name) {
            let tables = Set(processor.inputs.filter(\.window.includesOwnDate).map(\.table))
            let touched = enabled(in: phase).contains { writer in
                guard let output = writer.output else { return false }
                return reached.contains(writer.name) && tables.contains(output)
            }
            if touched { reached.insert(processor.name) }
        }
        return enabled(in: phase).filter { reached.contains($0.name) }
    }

    /// Every processor of a later place on the same date that a change by `name` may reach.
    public func downstream(of name: String, in phase: Phase) -> [ProcessorDefinition] {
        var tables: Set<String> = []
        if let output = processor(name, in: phase)?.output { tables.insert(output) }
        var reached: [ProcessorDefinition] = []
        for next in Phase.allCases where next >= phase {
            for candidate in enabled(in: next) {
                guard (candidate.phase, candidate.name) != (phase, name) else { continue }
                let reads = candidate.inputs.contains { $0.window.includesOwnDate && tables.contains($0.table) }
                guard reads else { continue }
                reached.append(candidate)
                if let output = candidate.output { tables.insert(output) }
            }
        }
        return reached
    }

    /// The processors of Phase 5 and later that look back on a date: grading waits for what a run of its date leaves, long
    /// after the predictions were made.
    public var lookingBack: [ProcessorDefinition] {
        processors.filter { $0.isEnabled && $0.phase > .precompute && $0.reachesPastDates }
    }

    /// The processors that look back on what a run has changed and that the run does not reach by its kind: their markers
    /// ask for a run of their own. A run that was told to stop earlier asks for nothing.
    func leftToDeltas(by run: RunRecord) -> Set<String> {
        guard run.kind == .postgame || run.kind == .delta else { return [] }
        return Set(lookingBack.filter { $0.phase > run.untilPhase }.map(\.name))
    }

    /// Whether a processor looks at history, so that it must wait until the dates before its own are complete.
    public func readsHistory(_ processor: ProcessorDefinition) -> Bool {
        processor.inputs.contains { $0.window == .laterDatesOfSeason }
    }
}
