import Pipeline
import Upstream

extension RowColumn {
    /// The counts of a box-score line with their shares as fractions 0 … 1; all of them null for a player who did not
    /// play.
    static func statistics(_ line: @escaping @Sendable (Row) -> StatLine?) -> [RowColumn] {
        [
            .integer("points") { line($0)?.points },
            .integer("field_goals_made") { line($0)?.fieldGoalsMade },
            .integer("field_goals_attempted") { line($0)?.fieldGoalsAttempted },
            .double("field_goal_percentage") { line($0)?.fieldGoalPercentage },
            .integer("three_pointers_made") { line($0)?.threePointersMade },
            .integer("three_pointers_attempted") { line($0)?.threePointersAttempted },
            .double("three_point_percentage") { line($0)?.threePointPercentage },
            .integer("free_throws_made") { line($0)?.freeThrowsMade },
            .integer("free_throws_attempted") { line($0)?.freeThrowsAttempted },
            .double("free_throw_percentage") { line($0)?.freeThrowPercentage },
            .integer("offensive_rebounds") { line($0)?.offensiveRebounds },
            .integer("defensive_rebounds") { line($0)?.defensiveRebounds },
            .integer("total_rebounds") { line($0)?.totalRebounds },
            .integer("assists") { line($0)?.assists },
            .integer("steals") { line($0)?.steals },
            .integer("blocks") { line($0)?.blocks },
            .integer("turnovers") { line($0)?.turnovers },
            .integer("personal_fouls") { line($0)?.personalFouls },
        ]
    }
}
