import Basketball
import Pipeline

/// What the scrapers of single games read from their task.
enum GameUnit {
    /// The game. A unit may come from a message: it is checked before it becomes part of a URL or a path.
    static func game(_ execution: Execution) throws(TaskError) -> NBAGameID {
        let unit = execution.task.unit
        do { return try NBAGameID(unit) } catch {
            throw TaskError(.permanent, type: "invalid_unit", "\"\(unit.prefix(40))\" is no NBA game id")
        }
    }

    /// What a unit's finder knows about its game; the raw task gets it too.
    static func input(_ game: GameID) -> JSONValue {
        [
            "game_date": .string(game.date.description), "game_id": .string(game.description),
            "game_code": .string(game.gameCode),
        ]
    }

    /// The game's day as whoever found the game gave it, else the run's.
    static func date(_ execution: Execution) throws(TaskError) -> GameDate {
        guard let text = execution.task.input?["game_date"]?.stringValue else { return execution.gameDate }
        do { return try GameDate(text) } catch {
            throw TaskError(.permanent, type: "invalid_input", "game_date is \"\(text.prefix(40))\"")
        }
    }

    /// Whether the game is of a kind of which nothing is kept.
    static func isExhibition(_ execution: Execution) throws(TaskError) -> Bool {
        let type = try game(execution).seasonType
        return type == .preseason || type == .allStar
    }
}
