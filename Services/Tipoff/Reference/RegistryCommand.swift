import ArgumentParser
import Pipeline

/// The processors.
struct RegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Lists the processors by phase, in working order.",
        discussion: "Needs no connection.\n\nExample: tipoff registry --phase 3"
    )

    @Option(name: .long, help: "Only this phase (1 … 6).")
    var phase: Phase?

    @Flag(name: .long, help: "Also the names that are reserved for processors not built yet.")
    var all = false

    @OptionGroup var format: FormatOptions

    func run() async throws {
        let output = Invocation.current.output
        let chosen = Phase.allCases.filter { phase == nil || $0 == phase }
        let registry = Registry.standard
        let processors = chosen.flatMap { phase in
            all
                ? registry.processors.filter { $0.phase == phase }.sorted { ($0.level, $0.name) < ($1.level, $1.name) }
                : registry.enabled(in: phase)
        }
        if format.json {
            try output.json(
                .array(
                    processors.map { processor in
                        [
                            "name": .string(processor.name), "phase": .int(Int64(processor.phase.rawValue)),
                            "level": .int(Int64(processor.level)), "unit": .string(processor.unit.rawValue),
                            "requirement": .string(processor.requirement.rawValue),
                            "enabled": .bool(processor.isEnabled),
                            "output": processor.output.map { .string($0) } ?? .null,
                            "reads": .array(processor.inputs.map { .string($0.table) }),
                        ]
                    }
                )
            )
            return
        }
        var table = TextTable(["PHASE", "LEVEL", "PROCESSOR", "UNIT", "REQUIREMENT", "WRITES"])
        for processor in processors {
            table.add([
                "\(processor.phase.rawValue) \(processor.phase.name)", String(processor.level), processor.name,
                processor.unit.rawValue, processor.isEnabled ? processor.requirement.rawValue : "reserved",
                processor.output ?? processor.scraper.map { "from \($0)" } ?? "-",
            ])
        }
        output.lines(table.lines)
    }
}
