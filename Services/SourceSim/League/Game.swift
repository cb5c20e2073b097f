import Basketball
import Foundation

/// One of the two sides of a game; exhibition opponents are not among the thirty teams.
struct Side: Sendable, Hashable {
    let id: Int
    let tricode: String
    let city: String
    let name: String
    let slug: String
    let team: Team?

    init(_ team: Team) {
        (id, tricode, city, name) = (team.id, team.tricode, team.city, team.nickname)
        (slug, self.team) = (team.slug, team)
    }

    /// A guest that the league's table does not know.
    init(guest id: Int, tricode: String) {
        (self.id, self.tricode, city, name) = (id, tricode, "", tricode)
        (slug, team) = (tricode.lowercased(), nil)
    }

    /// "LA Clippers", as nba.com writes it.
    var fullName: String { city.isEmpty ? name : "\(city) \(name)" }
}

/// A scheduled game and, once its season's logs are there, its team totals.
struct Game: Sendable {
    enum Phase: Int, Sendable { case scheduled = 1, live, final }

    let id: NBAGameID
    /// Eastern calendar day.
    let date: GameDate
    /// The scheduled start.
    let tip: Date
    let home: Side
    let away: Side
    let arenaName: String
    let arenaCity: String
    let seriesText: String
    /// What the source says, whatever the simulated time.
    var recordedPhase: Phase
    var recordedScore: (home: Int, away: Int)?
    var totals: (home: StatLine, away: StatLine)?

    /// `YYYYMMDD/AWYHOM`, guests included.
    var code: String { "\(date.compact)/\(away.tricode)\(home.tricode)" }

    /// True for a game between two of the thirty teams that a bookmaker would list.
    var isLeagueGame: Bool { home.team != nil && away.team != nil && id.seasonType != .allStar }

    /// The usual length of a game, after which a simulated clock calls it final.
    static let duration: TimeInterval = 150 * 60

    /// How the game stands at `now` (nil: as recorded).
    func phase(at now: Date?) -> Phase {
        guard let now else { return recordedPhase }
        if now < tip { return .scheduled }
        return now < tip.addingTimeInterval(Self.duration) ? .live : recordedPhase
    }

    /// Overtime periods, as far as the totals tell.
    var overtimes: Int {
        totals.map { BoxScore.overtimePeriods(teamMinutes: Double(max($0.home.minutes, $0.away.minutes))) } ?? 0
    }
}

/// A player's row of one game.
struct PlayerRow: Sendable {
    let playerID: Int32
    let isHome: Bool
    /// upstream's VIDEO_AVAILABLE
    let video: Int8
    let name: String
    var line: StatLine
}

/// Closing lines of one game.
struct GameLine: Sendable {
    /// Points that the home team gives (negative when it is the favourite).
    var homeSpread: Double?
    var total: Double?
    var homeMoneyline: Int?
    var awayMoneyline: Int?
    /// True when the simulator made the line up from earlier results.
    var isSynthetic: Bool
}
