import Basketball

/// Half lives of a team's series, in its games.
enum TeamSpan: Int, HalfLives {
    case h8, h30

    var games: Double { self == .h8 ? 8 : 30 }

    /// Games that the priors weigh.
    var priorGames: Double { self == .h8 ? 4 : 8 }
}

/// What is kept of each game of a team, scaled to 48 minutes.
enum TeamSeries: Int, GameSeries {
    case possessions, points, opponentPoints
    case opponentThreePointersAttempted, opponentFreeThrowsAttempted, opponentOffensiveRebounds
    /// Of its own.
    case stealsAndBlocks
}

/// What is remembered of a team: everything from games of earlier dates.
struct TeamState: Sendable {
    /// A player whose last game for the team was its game number `lastGame`.
    struct RosterEntry: Sendable, Hashable {
        var player: Int
        var lastGame: Int
    }

    /// Games so far, over all seasons.
    private(set) var games = 0
    private(set) var season: Season?
    private(set) var seasonGames = 0
    private(set) var sums = DecayedSums<TeamSpan, TeamSeries>()
    private(set) var lastDate: GameDate?
    /// Days of the last games, oldest first.
    private(set) var dates: [GameDate] = []
    /// In the order in which they came to the team. Who left is still in it until ``prepared(for:on:of:players:)``.
    private(set) var roster: [RosterEntry] = []
}

extension TeamState {
    /// What earlier seasons still count in a new one.
    private static let seasonCarry = 0.35
    private static let rememberedDates = 8
    /// Who missed more of the team's games is not of the roster any more.
    private static let longestAbsenceGames = 25
    /// Nor is one whose last game lies more days back.
    private static let longestAbsenceDays = 200
    /// Days of rest are not counted beyond.
    private static let longestRest = 10

    /// The state as it stands before a game on `date` of the team with the id `team`: a new season makes the games before it count less, and
    /// the roster keeps those whose last game was for the team and not too long ago.
    func prepared(for next: Season, on date: GameDate, of team: Int, players: [Int: PlayerState]) -> TeamState {
        var state = self
        if season != next {
            if season != nil { state.sums.fade(to: Self.seasonCarry) }
            state.season = next
            state.seasonGames = 0
        }
        state.roster.removeAll { entry in
            guard let player = players[entry.player], player.team == team, let last = player.lastDate else {
                return true
            }
            return games - entry.lastGame > Self.longestAbsenceGames || date - last > Self.longestAbsenceDays
        }
        return state
    }

    /// Days since the last game, at most ``longestRest``; that also before the first game.
    func restDays(_ date: GameDate) -> Int { lastDate.map { min(date - $0, Self.longestRest) } ?? Self.longestRest }

    /// The last game lies in another season, or there was none.
    func isAfterOffSeason(_ date: GameDate) -> Bool {
        lastDate.map { date - $0 > PlayProbability.offSeasonDays } ?? true
    }

    /// Its games of the last days, those `days` back included.
    func games(within days: Int, of date: GameDate) -> Int { dates.count { date - $0 <= days } }

    /// Games that the team played since the player's last one for it; nil for one who is not of the roster.
    func gamesMissed(by player: Int) -> Int? {
        roster.first { $0.player == player }.map { games - $0.lastGame }
    }

    /// Takes up a game. The state must have been prepared for it.
    mutating func absorb(own: TeamBox, opponent: TeamBox) {
        let share = own.regulationShare
        sums.add([
            (own.possessions + opponent.possessions) / 2 * share,
            Double(own.points) * share,
            Double(opponent.points) * share,
            Double(opponent.threePointersAttempted) * share,
            Double(opponent.freeThrowsAttempted) * share,
            Double(opponent.offensiveRebounds) * share,
            Double(own.steals + own.blocks) * share,
        ])
        games += 1
        seasonGames += 1
        lastDate = own.side.date
        dates = (dates + [own.side.date]).suffix(Self.rememberedDates)
    }

    /// The player took part in the team's last game.
    mutating func enlist(_ player: Int) {
        let entry = RosterEntry(player: player, lastGame: games)
        if let index = roster.firstIndex(where: { $0.player == player }) {
            roster[index] = entry
        } else {
            roster.append(entry)
        }
    }
}
