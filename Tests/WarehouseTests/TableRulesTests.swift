import Basketball
import Foundation
import Testing
import Warehouse

@testable import Pipeline

/// The rules of the warehouse's tables.
@Suite("Rules of the tables")
struct TableRulesTests {
    /// A row whose key and date are there and nothing else.
    static func row(_ table: TableDefinition, _ values: [String: Cell] = [:]) throws -> [Cell] {
        let identity = Set(table.key + [table.dateColumn].compactMap { $0 })
        return try table.columns.map { column in
            if let value = values[column.name] { return value }
            guard identity.contains(column.name) || isPresent(column.name, table) else { return .null }
            switch column.type {
            case .text: return .text(column.name)
            case .integer: return .integer(1)
            case .double: return .double(1)
            case .boolean: return .boolean(true)
            case .date: return .date(try GameDate("2024-01-15"))
            case .instant: return .instant(Date(timeIntervalSince1970: 1_705_300_000))
            case .json:
                let count = table.rules.compactMap { rule in
                    if rule.columns == [column.name], case .numbers(let count) = rule.check { count } else { nil }
                }.first
                return .json("[" + (0..<(count ?? 0)).map { _ in "1" }.joined(separator: ",") + "]")
            }
        }
    }

    private static func isPresent(_ column: String, _ table: TableDefinition) -> Bool {
        table.rules.contains { $0.check == .present && $0.columns == [column] }
    }

    static func broken(_ table: TableDefinition, _ cells: [Cell]) -> Set<String> {
        Set(table.ruleBook.judge([cells], columns: table.columns).flatMap(\.violations).map(\.rule))
    }

    /// Values at the edge of what a rule allows, and values that it does not.
    private static func values(_ rule: RowRule, _ table: TableDefinition) throws -> (kept: [[Cell]], broken: [[Cell]]) {
        let types = rule.columns.map { table.columns[table.index(of: $0)].type }
        func cell(_ number: Double, _ type: ColumnType) throws -> Cell {
            switch type {
            case .integer: .integer(Int64(number))
            case .double: .double(number)
            case .date: .date(try GameDate("2024-01-15").adding(days: Int(number)))
            case .instant: .instant(Date(timeIntervalSince1970: number))
            case .text: .text("\(number)")
            case .boolean: .boolean(number > 0)
            case .json: .json("\(number)")
            }
        }
        switch rule.check {
        case .present: return ([], [[.null]])
        case .range(let bounds):
            return (
                [
                    [try cell(bounds.lowerBound.rounded(.up), types[0])],
                    [try cell(bounds.upperBound.rounded(.down), types[0])],
                ],
                [[try cell(bounds.lowerBound - 1, types[0])], [try cell(bounds.upperBound + 1, types[0])]]
            )
        case .magnitude(let bounds, let least):
            return (
                [[try cell(-least, types[0])], [try cell(bounds.upperBound, types[0])]],
                [[try cell(0, types[0])], [try cell(least - 1, types[0])], [try cell(bounds.upperBound + 1, types[0])]]
            )
        case .member(let values):
            return (values.sorted().map { [.text($0)] }, [[.text("")], [.text((values.first ?? "") + "?")]])
        case .distinct: return ([[.text("HOU"), .text("PHI")]], [[.text("PHI"), .text("PHI")]])
        case .order(let isStrict):
            let same = [try cell(7, types[0]), try cell(7, types[1])]
            let below = [try cell(6, types[0]), try cell(7, types[1])]
            let above = [try cell(8, types[0]), try cell(7, types[1])]
            return (isStrict ? [below] : [below, same], isStrict ? [above, same] : [above])
        case .sum(let factors, let bounds):
            // Every term but the first is 1.
            let rest = factors.dropFirst().reduce(0, +)
            let tail = try types.dropFirst().map { try cell(1, $0) }
            let middle = (bounds.lowerBound + bounds.upperBound) / 2
            func first(_ sum: Double) throws -> [Cell] { [try cell((sum - rest) / factors[0], types[0])] + tail }
            return ([try first(middle)], [try first(bounds.upperBound + 2 * abs(factors[0]))])
        case .blank(let values):
            let others = try types.dropFirst().map { try cell(1, $0) }
            let nulls = others.map { _ in Cell.null }
            return (
                values.map { [Cell.text($0)] + nulls } + [[.text("else")] + others],
                values.map { [Cell.text($0)] + others }
            )
        case .filled(let values):
            let others = try types.dropFirst().map { try cell(1, $0) }
            let nulls = others.map { _ in Cell.null }
            return (
                values.map { [Cell.text($0)] + others } + [[.text("else")] + nulls],
                values.map { [Cell.text($0)] + nulls }
            )
        case .numbers(let count):
            func array(_ count: Int, _ value: String = "null") -> [Cell] {
                [.json("[" + (0..<count).map { _ in value }.joined(separator: ",") + "]")]
            }
            return ([array(count), array(count, "-1.5")], [array(count - 1), array(count + 1), array(count, "nan")])
        }
    }

    @Test(
        "Every rule of every table passes what it allows and fires on what it does not",
        arguments: WarehouseTables.all.map(\.name)
    )
    func everyRuleCanFire(name: String) throws {
        let table = try #require(WarehouseTables.all.first { $0.name == name })
        for rule in table.rules {
            let (kept, broken) = try Self.values(rule, table)
            func rules(_ cells: [Cell]) throws -> Set<String> {
                let values = Dictionary(zip(rule.columns, cells)) { first, _ in first }
                return Self.broken(table, try Self.row(table, values))
            }
            for cells in kept {
                #expect(!(try rules(cells)).contains(rule.name), "\(table.name) \(rule.name) \(cells)")
            }
            for cells in broken {
                #expect((try rules(cells)).contains(rule.name), "\(table.name) \(rule.name) \(cells)")
            }
            #expect(!broken.isEmpty)
        }
    }

    @Test func tablesWithoutRulesOfTheirOwnAreNamed() {
        let bare = WarehouseTables.all.filter { table in
            table.rules.count == Set(table.key + [table.dateColumn].compactMap { $0 }).count
        }
        // Lists of names: nothing in them has bounds.
        #expect(
            Set(bare.map(\.name)) == [
                "nba_raw.nbac_player_list_current", "nba_raw.nbac_referee_game_assignments",
                "nba_raw.nbac_referee_replay_officials", "nba_raw.nbac_player_movement", "nba_raw.espn_team_rosters",
                "nba_raw.bdl_injuries", "nba_raw.bdl_active_players_current",
            ]
        )
    }

    /// What really happened: records of the league, and what broke.
    struct Case: Sendable, CustomTestStringConvertible {
        var what: String
        var table: TableDefinition
        var values: [String: Cell]
        /// Nil when the row is sound.
        var rule: String?

        var testDescription: String { what }
    }

    private static func shots(
        _ points: Int,
        _ made: Int,
        _ attempted: Int,
        _ threes: Int,
        _ free: Int,
        _ freeAttempted: Int,
        points name: String = "points"
    ) -> [String: Cell] {
        [
            name: .integer(Int64(points)), "fg_makes": .integer(Int64(made)), "fg_attempts": .integer(Int64(attempted)),
            "three_pt_makes": .integer(Int64(threes)), "ft_makes": .integer(Int64(free)),
            "ft_attempts": .integer(Int64(freeAttempted)),
        ]
    }

    static let cases: [Case] = {
        let player = PlayerGameSummary.table
        let team = TeamOffenseGameSummary.table
        let cache = PlayerDailyCache.table
        let features = MLFeatureStoreRow.table
        let prediction = PlayerPropPrediction.table
        let day: GameDate
        do { day = try GameDate("2024-01-15") } catch { preconditionFailure("\(error)") }
        return [
            Case(what: "Embiid, 70 points", table: player, values: shots(70, 24, 41, 1, 21, 23), rule: nil),
            Case(what: "Dončić, 73 points", table: player, values: shots(73, 25, 33, 8, 15, 16), rule: nil),
            Case(what: "Chamberlain, 100 points", table: player, values: shots(100, 36, 63, 0, 28, 32), rule: nil),
            Case(what: "a third overtime", table: player, values: ["minutes_played": .double(65)], rule: nil),
            Case(what: "one shot, a three", table: player, values: ["ts_pct": .double(1.5)], rule: nil),
            Case(
                what: "Detroit, 186 points",
                table: team,
                values: shots(186, 74, 136, 1, 37, 47, points: "points_scored"),
                rule: nil
            ),
            Case(what: "usage 1275", table: player, values: ["usage_rate": .double(1_275)], rule: "usage_rate_range"),
            Case(
                what: "45:58 read as a number",
                table: player,
                values: ["minutes_played": .double(4_558)],
                rule: "minutes_played_range"
            ),
            Case(
                what: "a player who did not play with 0 points",
                table: player,
                values: ["player_status": .text("dnp"), "points": .integer(0)],
                rule: "points_blank_by_player_status"
            ),
            Case(
                what: "points that no shots explain",
                table: player,
                values: shots(71, 24, 41, 1, 21, 23),
                rule: "points_identity"
            ),
            Case(
                what: "a push called over with a wrong margin",
                table: player,
                values: ["points": .integer(20), "points_line": .double(20), "margin": .double(0.5)],
                rule: "margin_identity"
            ),
            Case(
                what: "a team that scored nothing",
                table: team,
                values: ["points_scored": .integer(0)],
                rule: "points_scored_range"
            ),
            Case(
                what: "home and away are one team",
                table: team,
                values: ["team_abbr": .text("PHI"), "opponent_team_abbr": .text("PHI")],
                rule: "team_abbr_is_not_opponent_team_abbr"
            ),
            Case(
                what: "fatigue stored as an adjustment",
                table: PlayerCompositeFactors.table,
                values: ["fatigue_score": .double(-5)],
                rule: "fatigue_score_range"
            ),
            Case(
                what: "threes of the box score over shots of the play-by-play",
                table: PlayerShotZoneAnalysis.table,
                values: [
                    "paint_rate_last_10": .double(25.9), "mid_range_rate_last_10": .double(30),
                    "three_pt_rate_last_10": .double(61),
                ],
                rule: "zone_rates_identity"
            ),
            Case(
                what: "a percentage where a fraction belongs",
                table: NbacPlayerBoxscore.table,
                values: ["field_goal_percentage": .double(47)],
                rule: "field_goal_percentage_range"
            ),
            Case(
                what: "history that holds the game itself",
                table: cache,
                values: ["history_last_game_date": .date(day)],
                rule: "history_last_game_date_before_cache_date"
            ),
            Case(what: "34 features", table: features, values: ["features": .json("[1,2]")], rule: "features_numbers"),
            Case(
                what: "a side without a line",
                table: prediction,
                values: ["recommendation": .text("OVER")],
                rule: "current_points_line_filled_by_recommendation"
            ),
            Case(
                what: "a price that is none",
                table: OddsAPIGameLine.table,
                values: ["outcome_price_american": .integer(0)],
                rule: "outcome_price_american_odds"
            ),
        ]
    }()

    @Test(arguments: cases)
    func recordsPassAndWhatBrokeIsKeptBack(given: Case) throws {
        let found = Self.broken(given.table, try Self.row(given.table, given.values))
        if let rule = given.rule {
            #expect(found.contains(rule), "\(found)")
        } else {
            #expect(found == [])
        }
    }
}
