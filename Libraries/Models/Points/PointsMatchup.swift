import Basketball

/// What two teams make of each other's pace and scoring on a date, from one of the sides.
struct PointsMatchup: Sendable {
    /// Expected possessions of a team.
    let pace: Double
    /// Expected points of the team and of the opponent.
    let teamPoints: Double
    let opponentPoints: Double
    /// Points a possession that the opponent allows, as a multiple of the league; at both half lives.
    let defenseRatio: Double
    let shortDefenseRatio: Double
    /// The opponent's possessions less the league's.
    let opponentPossessions: Double
    /// The expected multiple of the team's usual scoring.
    let scoringMultiple: Double
    /// The expected multiple of the league's scoring.
    let opponentFactor: Double
    /// The team's usual points at both half lives.
    let usualPoints: Double
    let shortUsualPoints: Double
    /// Of the opponent's games: attempts and rebounds of those who played against it, its own steals and blocks.
    let threesAllowed: Double
    let freeThrowsAllowed: Double
    let offensiveReboundsAllowed: Double
    let opponentStealsAndBlocks: Double

    /// Points of playing at home.
    private static let homeAdvantage = 1.1

    /// Both states prepared for the date.
    init(team: TeamState, opponent: TeamState, isHome: Bool, league: LeagueState) {
        let own = Strength(team, .h30, league)
        let other = Strength(opponent, .h30, league)
        let shortOwn = Strength(team, .h8, league)
        let shortOther = Strength(opponent, .h8, league)
        let level = league.pointsPerPossession
        let advantage = isHome ? Self.homeAdvantage : -Self.homeAdvantage
        pace = own.possessions + other.possessions - league.possessions
        defenseRatio = other.defensiveRating / level
        shortDefenseRatio = shortOther.defensiveRating / level
        teamPoints = own.offensiveRating * other.defensiveRating / level * pace + advantage
        opponentPoints = other.offensiveRating * own.defensiveRating / level * pace - advantage
        scoringMultiple = defenseRatio * (pace / own.possessions)
        opponentFactor = defenseRatio * (other.possessions / league.possessions)
        opponentPossessions = other.possessions - league.possessions
        usualPoints = own.points
        shortUsualPoints = shortOwn.points
        // These four have no prior: before the first game they are 0.
        func plain(_ series: TeamSeries) -> Double {
            let weight = opponent.sums.weight(.h30)
            return weight > 0 ? opponent.sums[series, .h30] / weight : 0
        }
        threesAllowed = plain(.opponentThreePointersAttempted)
        freeThrowsAllowed = plain(.opponentFreeThrowsAttempted)
        offensiveReboundsAllowed = plain(.opponentOffensiveRebounds)
        opponentStealsAndBlocks = plain(.stealsAndBlocks)
    }

    /// A team's means, drawn to the league's.
    private struct Strength {
        let possessions: Double
        let points: Double
        let opponentPoints: Double

        /// Points a possession, not per hundred.
        var offensiveRating: Double { points / possessions }
        var defensiveRating: Double { opponentPoints / possessions }

        init(_ team: TeamState, _ span: TeamSpan, _ league: LeagueState) {
            func mean(_ series: TeamSeries, _ prior: Double) -> Double {
                team.sums.mean(series, span, prior: prior, games: span.priorGames)
            }
            possessions = mean(.possessions, league.possessions)
            points = mean(.points, league.points)
            opponentPoints = mean(.opponentPoints, league.points)
        }
    }
}
