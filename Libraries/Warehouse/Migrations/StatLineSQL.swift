extension TableSQL.ColumnSQL {
    /// The columns of a box-score line, each null for a player who did not play.
    ///
    /// - Parameter fields: the source's own names of the counts, in the order of the columns: points, field goals, three
    ///   pointers and free throws made and attempted, offensive, defensive and all rebounds, assists, steals, blocks,
    ///   turnovers, personal fouls.
    static func statistics(_ fields: [String]) -> [Self] {
        let counts = [
            ("points", "points"), ("field_goals_made", "field goals made"),
            ("field_goals_attempted", "field goals attempted"), ("three_pointers_made", "three pointers made"),
            ("three_pointers_attempted", "three pointers attempted"), ("free_throws_made", "free throws made"),
            ("free_throws_attempted", "free throws attempted"), ("offensive_rebounds", "offensive rebounds"),
            ("defensive_rebounds", "defensive rebounds"), ("total_rebounds", "rebounds"), ("assists", "assists"),
            ("steals", "steals"), ("blocks", "blocks"), ("turnovers", "turnovers"),
            ("personal_fouls", "personal fouls"),
        ]
        precondition(fields.count == counts.count, "one source field a count")
        let shares = [
            "field_goals_attempted": "field_goal_percentage", "three_pointers_attempted": "three_point_percentage",
            "free_throws_attempted": "free_throw_percentage",
        ]
        return zip(counts, fields).flatMap { count, field -> [Self] in
            let column = Self.optional(count.0, "bigint", "\(count.1); null without playing", source: field)
            guard let share = shares[count.0] else { return [column] }
            return [column, .optional(share, "double precision", "made of attempted", unit: "fraction 0 … 1")]
        }
    }
}
