import Pipeline

/// What every box-score line holds, whoever printed it. The bounds lie beyond every record of the league, so that a
/// night of 70 or 73 points, or 65 minutes in a third overtime, passes.
struct BoxScoreRules {
    /// The names that a table gives to the counts of a line; nil for what it has not.
    struct Names {
        var points = "points"
        var minutes: String? = "minutes"
        var fieldGoalsMade = "field_goals_made"
        var fieldGoalsAttempted = "field_goals_attempted"
        var threesMade = "three_pointers_made"
        var threesAttempted = "three_pointers_attempted"
        var freeThrowsMade = "free_throws_made"
        var freeThrowsAttempted = "free_throws_attempted"
        var offensiveRebounds: String? = "offensive_rebounds"
        var defensiveRebounds: String? = "defensive_rebounds"
        var rebounds: String? = "total_rebounds"
        var assists: String? = "assists"
        var steals: String? = "steals"
        var blocks: String? = "blocks"
        var turnovers: String? = "turnovers"
        var fouls: String? = "personal_fouls"
        var plusMinus: String?
    }

    var names: Names

    /// A player's line. Records: 100 points (1962), 69 minutes (1989), 63 field goals attempted (1962), 39 free throws
    /// attempted (2023), 55 rebounds (1960), 30 assists (1990), 11 steals (1976), 17 blocks (1973), 14 turnovers (1978).
    static func player(_ names: Names = Names()) -> [RowRule] {
        BoxScoreRules(names: names).rules(
            points: 0...120,
            minutes: 0...70,
            fieldGoals: 0...80,
            freeThrows: 0...60,
            rebounds: 0...60,
            assists: 0...40,
            takes: 0...25,
            fouls: 0...10,
            plusMinus: -80...80
        )
    }

    /// A team's line: a team that scored nothing or took no shot has not played. Records: 186 points (1983), 390 minutes
    /// of six overtimes (1951).
    static func team(_ names: Names) -> [RowRule] {
        BoxScoreRules(names: names).rules(
            points: 1...250,
            minutes: 200...400,
            fieldGoals: 1...200,
            freeThrows: 0...150,
            rebounds: 0...150,
            assists: 0...100,
            takes: 0...60,
            fouls: 0...90,
            plusMinus: -120...120
        )
    }

    private func rules(
        points: ClosedRange<Double>,
        minutes: ClosedRange<Double>,
        fieldGoals: ClosedRange<Double>,
        freeThrows: ClosedRange<Double>,
        rebounds: ClosedRange<Double>,
        assists: ClosedRange<Double>,
        takes: ClosedRange<Double>,
        fouls: ClosedRange<Double>,
        plusMinus: ClosedRange<Double>
    ) -> [RowRule] {
        var rules: [RowRule] = [
            .range(names.points, points, "points"),
            .range(names.fieldGoalsAttempted, fieldGoals, "shots"),
            .range(names.fieldGoalsMade, 0...fieldGoals.upperBound, "shots"),
            .range(names.threesMade, 0...fieldGoals.upperBound, "shots"),
            .range(names.freeThrowsAttempted, freeThrows, "shots"),
            .range(names.freeThrowsMade, freeThrows, "shots"),
            .atMost(names.fieldGoalsMade, names.fieldGoalsAttempted),
            .atMost(names.threesMade, names.threesAttempted),
            .atMost(names.freeThrowsMade, names.freeThrowsAttempted),
            .atMost(names.threesMade, names.fieldGoalsMade),
            .atMost(names.threesAttempted, names.fieldGoalsAttempted),
            .sum(
                "\(names.points)_identity",
                "\(names.points) = 2 × \(names.fieldGoalsMade) + \(names.threesMade) + \(names.freeThrowsMade)",
                [
                    (1, names.points), (-2, names.fieldGoalsMade), (-1, names.threesMade), (-1, names.freeThrowsMade),
                ],
                in: 0...0
            ),
        ]
        func add(_ name: String?, _ bounds: ClosedRange<Double>, _ unit: String) {
            if let name { rules.append(.range(name, bounds, unit)) }
        }
        add(names.minutes, minutes, "minutes")
        for name in [names.offensiveRebounds, names.defensiveRebounds, names.rebounds] {
            add(name, rebounds, "rebounds")
        }
        add(names.assists, assists, "assists")
        add(names.steals, takes, "steals")
        add(names.blocks, takes, "blocks")
        add(names.turnovers, takes, "turnovers")
        add(names.fouls, fouls, "fouls")
        add(names.plusMinus, plusMinus, "points")
        if let offensive = names.offensiveRebounds, let defensive = names.defensiveRebounds, let all = names.rebounds {
            rules.append(
                .sum(
                    "\(all)_identity",
                    "\(all) = \(offensive) + \(defensive)",
                    [(1, all), (-1, offensive), (-1, defensive)],
                    in: 0...0
                )
            )
        }
        return rules
    }
}

extension RowRule {
    /// Counts of games in the days before a date; a team plays at most once a day.
    static func recentGames(_ column: String, days: Int) -> RowRule { range(column, 0...Double(days), "games") }

    /// Columns that share one range.
    static func ranges(_ columns: [String], _ bounds: ClosedRange<Double>, _ unit: String) -> [RowRule] {
        columns.map { .range($0, bounds, unit) }
    }

    static func fractions(_ columns: [String]) -> [RowRule] { columns.map { .fraction($0) } }

    static func percents(_ columns: [String]) -> [RowRule] { columns.map { .percent($0) } }

    /// A game's two teams are not one.
    static let twoTeams = RowRule.distinct("team_abbr", "opponent_team_abbr")
}
