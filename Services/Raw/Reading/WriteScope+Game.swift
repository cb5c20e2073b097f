import Basketball
import Pipeline
import Upstream

extension WriteScope {
    /// Every row of one game, which a payload about the game replaces as a whole.
    static func game(_ date: GameDate, _ nbaGameID: String) -> WriteScope {
        .rows([ScopeCondition("game_date", .date(date)), ScopeCondition("nba_game_id", .text(nbaGameID))])
    }
}

extension RawInput.Location {
    /// The game that the path names; nil for a payload that is not about one, or whose path does not tell.
    var gameScope: WriteScope? {
        guard let key, let date = key.gameDate else { return nil }
        return .game(date, key.unit)
    }
}
