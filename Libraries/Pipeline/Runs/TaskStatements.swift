import Basketball
import Foundation
package import Postgres

/// A task to be written.
package struct TaskSeed: Sendable, Hashable {
    var processor: String
    var phase: Phase
    var level: Int
    var unit: String
    var requirement: Requirement
    var input: JSONValue?

    package init(definition: ProcessorDefinition, unit: String = UnitKind.wholeDate, input: JSONValue? = nil) {
        processor = definition.name
        phase = definition.phase
        level = definition.level
        self.unit = unit
        requirement = definition.requirement
        self.input = input
    }
}

package enum TaskStatements {
    /// Inserts tasks that are not there yet.
    package static func insert(_ seeds: [TaskSeed], run: RunRecord) -> SQL {
        """
        INSERT INTO nba_orchestration.task
            (run_id, game_date, processor, unit, phase, level, requirement, input)
        SELECT \(run.runID), \(run.gameDate.postgres), t.processor, t.unit, t.phase, t.level, t.requirement, t.input::jsonb
        FROM unnest(\(seeds.map(\.processor))::text[], \(seeds.map(\.unit))::text[],
                    \(seeds.map { Int16($0.phase.rawValue) })::int2[], \(seeds.map { Int16($0.level) })::int2[],
                    \(seeds.map(\.requirement.rawValue))::text[], \(seeds.map { $0.input?.encodedText })::text[])
            AS t(processor, unit, phase, level, requirement, input)
        ON CONFLICT (run_id, phase, processor, unit) DO NOTHING
        """
    }
}
