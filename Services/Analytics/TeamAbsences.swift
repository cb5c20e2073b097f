import Basketball
import Foundation
import Warehouse

/// Who of a player's team-mates is in doubt for a game.
struct TeamAbsences: Sendable, Hashable {
    /// Stars who are out or doubtful.
    var starsOut = 0
    var questionable = 0
    var probable = 0

    /// Nil when neither a report nor an operator has said anything about the team.
    init?(besides player: String, of team: String, before tipoff: Date?, _ inputs: PlayerContexts.Inputs) {
        let named = inputs.availability.named(of: team, before: tipoff) { inputs.players.records[$0]?.team == team }
        guard let named else { return nil }
        for teammate in named where teammate != player {
            guard let word = inputs.availability.word(on: teammate, before: tipoff) else { continue }
            switch word.status {
            case .out, .doubtful: if Self.isStar(inputs.players.history(of: teammate)) { starsOut += 1 }
            case .questionable: questionable += 1
            case .probable: probable += 1
            case .available: break
            }
        }
    }

    /// A player with ten games or more in the season who scores 18 points a game, in the season or in his last ten, or
    /// who plays 28 minutes and scores 12.
    static func isStar(_ history: PlayerHistory) -> Bool {
        let form = PlayerForm(history)
        guard form.gamesPlayed >= 10, let season = form.pointsAverageSeason, let recent = form.pointsAverageLast10,
            let minutes = form.minutesAverageSeason
        else { return false }
        return max(season, recent) >= 18 || minutes >= 28 && season >= 12
    }
}
