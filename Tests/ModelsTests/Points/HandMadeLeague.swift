import Basketball

@testable import Models

/// Boston and New York with few players, whose figures can be followed by hand.
struct HandMadeLeague {
    var dates: [LeagueDate] = []

    /// One side's row and players; `players` without their sides.
    struct Side {
        var team: Team
        var opponent: Team
        var isHome: Bool
        var minutes = 240.0
        var points: Int
        var players: [PlayerBox]
    }

    /// Adds a date with the one game of the two sides.
    mutating func play(_ text: String, _ sides: [Side]) throws {
        let date = try GameDate(text)
        let season = Season(containing: date)
        let id = try NBAGameID(season: season, type: .regular, number: dates.count + 1)
        var day = LeagueDate(date: date, players: [], teams: [])
        for team in sides {
            let side = GameSide(
                game: id,
                date: date,
                team: team.team,
                opponent: team.opponent,
                isHome: team.isHome
            )
            day.players += team.players.map { player in
                var player = player
                player.side = side
                return player
            }
            day.teams.append(
                TeamBox(
                    side: side,
                    minutes: team.minutes,
                    points: team.points,
                    fieldGoalsAttempted: 80,
                    threePointersAttempted: team.isHome ? 30 : 40,
                    freeThrowsAttempted: 25,
                    offensiveRebounds: 11,
                    steals: 7,
                    blocks: 4,
                    turnovers: 16
                )
            )
        }
        dates.append(day)
    }

    /// A request for a game that is not played.
    static func request(
        _ player: Int,
        _ text: String,
        _ team: Team,
        against opponent: Team,
        isHome: Bool = true
    ) throws -> PointsRequest {
        let date = try GameDate(text)
        let game = try NBAGameID(season: Season(containing: date), type: .regular, number: 999)
        return PointsRequest(
            player: player,
            side: GameSide(game: game, date: date, team: team, opponent: opponent, isHome: isHome)
        )
    }
}

/// A row whose side is set when it is played.
func line(
    _ player: Int,
    minutes: Double,
    points: Int,
    attempts: Int = 0,
    rebounds: Int = 0,
    assists: Int = 0
) throws -> PlayerBox {
    let team = try Team(tricode: "BOS")
    let side = GameSide(
        game: try NBAGameID("0022300001"),
        date: try GameDate("2023-10-24"),
        team: team,
        opponent: team,
        isHome: true
    )
    return PlayerBox(
        player: player,
        side: side,
        minutes: minutes,
        points: points,
        fieldGoalsAttempted: attempts,
        rebounds: rebounds,
        assists: assists
    )
}
