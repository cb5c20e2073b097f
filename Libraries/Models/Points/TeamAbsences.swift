import Basketball
import Foundation

/// Who of a team's roster may be missing on a date, told by earlier dates: the chance of each to play, and what his
/// absence leaves to the others.
struct TeamAbsences: Sendable {
    /// One of the roster who matters.
    struct Member: Sendable {
        var player: Int
        var load: PlayerState.Load
        var bigness: Double
        /// Team games missed in a row up to now.
        var gamesMissed: Int
        var situation: PlayProbability.Situation
        /// The chance that he plays, 0 … 1.
        var chance: Double
    }

    /// What absent players usually do.
    struct Vacated: Sendable, Hashable {
        var minutes = 0.0
        var points = 0.0
        var usageEvents = 0.0

        mutating func add(_ load: PlayerState.Load, share: Double = 1) {
            minutes += load.minutes * share
            points += load.points * share
            usageEvents += load.usageEvents * share
        }
    }

    /// Expected minutes from which a member of the roster matters.
    static let leastMinutes = 10.0
    /// Expected minutes from which one who comes from another team fills the place of an absent.
    private static let newcomerMinutes = 12.0

    /// In the order of the roster.
    let members: [Member]
    /// What is to be expected to be vacated: loads times the chances of not playing.
    let expected: Vacated
    /// Minutes of the members times their chances to play.
    let expectedMinutes: Double

    /// Of a team that was prepared for a game on `date`.
    init(_ state: TeamState, on date: GameDate, players: [Int: PlayerState], chances: PlayProbability) {
        let isBackToBack = state.restDays(date) == 1
        let isAfterOffSeason = state.isAfterOffSeason(date)
        var members: [Member] = []
        var expected = Vacated()
        var minutes = 0.0
        for entry in state.roster {
            guard let player = players[entry.player], player.load.minutes >= Self.leastMinutes else { continue }
            let missed = state.games - entry.lastGame
            let situation = PlayProbability.Situation(
                gamesMissed: missed,
                expectedMinutes: player.load.minutes,
                isBackToBack: isBackToBack,
                isAfterOffSeason: isAfterOffSeason
            )
            let chance = chances.chance(situation)
            members.append(
                Member(
                    player: entry.player,
                    load: player.load,
                    bigness: player.bigness,
                    gamesMissed: missed,
                    situation: situation,
                    chance: chance
                )
            )
            expected.add(player.load, share: 1 - chance)
            minutes += player.load.minutes * chance
        }
        self.members = members
        self.expected = expected
        expectedMinutes = minutes
    }

    /// What a finished game's absent left to the others, as it is remembered of the game: loads of members without a
    /// row, less those of newcomers. `newcomers` are the others with a row, without the player that it is told to.
    func vacated(played: Set<Int>, newcomers: [PlayerState.Load]) -> Vacated {
        var vacated = Vacated()
        for member in members where !played.contains(member.player) { vacated.add(member.load) }
        for newcomer in newcomers { vacated.add(newcomer, share: -1) }
        return vacated
    }

    /// Whether a player with a row fills a place: his last game was for another team, or there was none.
    static func isNewcomer(_ player: PlayerState, to team: Team) -> Bool {
        player.team != team.id && player.load.minutes >= newcomerMinutes
    }
}

/// What is to be expected to be vacated for one player: his team's absences without himself.
struct PlayerAbsences: Sendable {
    /// Expected loads of the absent.
    private(set) var expected: TeamAbsences.Vacated
    /// The same, each weighted by how alike he is.
    private(set) var similar = TeamAbsences.Vacated()
    /// Loads of all who missed the team's last game.
    private(set) var sinceLastGame = TeamAbsences.Vacated()
    /// By how much the minutes of those who play must be stretched to fill the game.
    let minutesScale: Double
    /// His own minutes, stretched.
    let scaledMinutes: Double

    /// Difference in bigness at which an absent one's weight has fallen to 0.61.
    private static let bignessScale = 3.0
    /// Minutes below which a roster is not known well enough to stretch further.
    private static let leastTeamMinutes = 100.0
    private static let mostMinutes = 44.0

    init(of player: Int, state: PlayerState, team: TeamAbsences) {
        expected = team.expected
        // Who is not of the roster counts in full when he matters at all.
        var ownMissing = state.load.minutes >= TeamAbsences.leastMinutes ? state.load.minutes : 0
        for member in team.members {
            if member.player == player {
                expected.add(member.load, share: member.chance - 1)
                ownMissing = member.load.minutes * (1 - member.chance)
                continue
            }
            let difference = (member.bigness - state.bigness) / Self.bignessScale
            similar.add(member.load, share: (1 - member.chance) * exp(-difference * difference / 2))
            if member.gamesMissed > 0 { sinceLastGame.add(member.load) }
        }
        let available = max(team.expectedMinutes + ownMissing, Self.leastTeamMinutes)
        minutesScale = Possessions.regulationMinutes / available
        scaledMinutes = min(state.load.minutes * minutesScale, Self.mostMinutes)
    }
}
