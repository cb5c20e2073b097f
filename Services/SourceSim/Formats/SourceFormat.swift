import Basketball
import Foundation

/// How one upstream site answers. A format knows its own paths; what is not its own it leaves to the others.
protocol SourceFormat: SendableMetatype {
    /// The answer; nil for another site's path. Throws ``BadParameter`` for a question that the site would refuse.
    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply?
}

/// What is played, as far as it has happened.
struct SimLeague {
    let store: LeagueStore
    let corrections: Corrections
    /// The simulated instant; nil when everything is over.
    let now: Date?
    let currentSeason: Season

    /// The simulated Eastern day, or a given one when everything is over.
    func today(or date: GameDate) -> GameDate { now.map { LeagueClock.gameDate(of: $0) } ?? date }

    /// The league games of a date.
    func games(on date: GameDate) throws -> [Game] {
        try store.book(Season(containing: date))?.games(on: date).filter(\.isLeagueGame) ?? []
    }

    /// How a game stands now.
    func phase(of game: Game) -> Game.Phase { corrections.standing(of: game, at: now).phase }
}

/// A parameter that the site refuses.
struct BadParameter: Error { let reason: String }

enum SourceFormats {
    /// The formats beside those that the simulator answers itself.
    static let all: [any SourceFormat.Type] = [
        PlayerListFormat.self, PlayByPlayFormat.self, BigDataBallFormat.self, ScoreboardFormat.self,
        InjuryReportFormat.self, GamebookFormat.self, RefereeFormat.self, PlayerMovementFormat.self,
        ESPNRosterFormat.self, BasketballReferenceFormat.self, TeamPageFormat.self, BallDontLieFormat.self,
        ESPNGamesFormat.self, BettingProsFormat.self, OddsHistoryFormat.self,
        OddsParticipantsFormat.self,
    ]
}
