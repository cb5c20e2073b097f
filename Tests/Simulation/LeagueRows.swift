import Basketball
import Postgres

@testable import Pipeline

struct PointsRow: WarehouseRow, Hashable {
    static let table = SimulatedLeague.points
    var date: GameDate
    var game: String
    var player: String
    var team: String
    var points: Int
    var cells: [Cell] { [.date(date), .text(game), .text(player), .text(team), .integer(points)] }
}

struct LineRow: WarehouseRow, Hashable {
    static let table = SimulatedLeague.lines
    var date: GameDate
    var player: String
    var team: String
    var line: Int
    var cells: [Cell] { [.date(date), .text(player), .text(team), .integer(line)] }
}

struct PlayerRow: WarehouseRow, Hashable {
    static let table = SimulatedLeague.players
    var date: GameDate
    var player: String
    var team: String
    var points: Int?
    var line: Int?
    var cells: [Cell] { [.date(date), .text(player), .text(team), .integer(points), .integer(line)] }
}

struct TeamRow: WarehouseRow, Hashable {
    static let table = SimulatedLeague.teams
    var date: GameDate
    var team: String
    var total: Int
    var cells: [Cell] { [.date(date), .text(team), .integer(total)] }
}

struct CacheRow: WarehouseRow, Hashable {
    static let table = SimulatedLeague.cache
    var date: GameDate
    var player: String
    var total: Int
    var teamTotal: Int
    var cells: [Cell] { [.date(date), .text(player), .integer(total), .integer(teamTotal)] }
}

struct FeatureRow: WarehouseRow, Hashable {
    static let table = SimulatedLeague.features
    var date: GameDate
    var player: String
    var feature: Int
    var cells: [Cell] { [.date(date), .text(player), .integer(feature)] }
}

/// Rows as they are read back.
protocol ReadableRow: WarehouseRow, Hashable {
    var date: GameDate { get }
    init(_ row: PostgresRow) throws
}

extension PointsRow: ReadableRow {
    init(_ row: PostgresRow) throws {
        self.init(
            date: try row.gameDate("game_date"),
            game: try row.decode("game_id"),
            player: try row.decode("player_lookup"),
            team: try row.decode("team_abbr"),
            points: try row.decode("points")
        )
    }
}

extension LineRow: ReadableRow {
    init(_ row: PostgresRow) throws {
        self.init(
            date: try row.gameDate("game_date"),
            player: try row.decode("player_lookup"),
            team: try row.decode("team_abbr"),
            line: try row.decode("line")
        )
    }
}

extension PlayerRow: ReadableRow {
    init(_ row: PostgresRow) throws {
        self.init(
            date: try row.gameDate("game_date"),
            player: try row.decode("player_lookup"),
            team: try row.decode("team_abbr"),
            points: try row.decode("points"),
            line: try row.decode("line")
        )
    }
}

extension TeamRow: ReadableRow {
    init(_ row: PostgresRow) throws {
        self.init(
            date: try row.gameDate("game_date"),
            team: try row.decode("team_abbr"),
            total: try row.decode("total")
        )
    }
}

extension CacheRow: ReadableRow {
    init(_ row: PostgresRow) throws {
        self.init(
            date: try row.gameDate("game_date"),
            player: try row.decode("player_lookup"),
            total: try row.decode("total"),
            teamTotal: try row.decode("team_total")
        )
    }
}

extension FeatureRow: ReadableRow {
    init(_ row: PostgresRow) throws {
        self.init(
            date: try row.gameDate("game_date"),
            player: try row.decode("player_lookup"),
            feature: try row.decode("feature")
        )
    }
}

extension ReadableRow {
    /// The live rows that meet a condition.
    static func select(where condition: SQL) -> SQL {
        "SELECT * FROM \(sql: .table(table.name)) WHERE removed_at IS NULL AND \(sql: condition)"
    }
}
