import Basketball
import Foundation
import Pipeline
import Warehouse

/// A game that is over and whose box scores, plays and gamebook have not come yet.
struct LateGame: Sendable {
    var nbaGameID: String
    var players: [NbacPlayerBoxscore]
    var boxes: [NbacTeamBoxscore]
    var shots: [LeagueShot]
    var gamebooks: [LeagueGamebookLine]
}

extension SmallLeague {
    /// What happens to the raw tables of a league after they were read the first time.
    enum Change: Int, CaseIterable {
        case trade, lateGame, nameFix, postponement, removedPlayer, freeThrowKind, lateRoster, points, minutes, attempts
        case removedTeamBox, pointsLine, removedLine, gameLine, injuryStatus, removedReport, operatorsWord, otherSide
        case shotDistance, removedShot, blocker, gamebookStatus, gamebookMinutes
    }

    /// One change of the kind, or of any; says which.
    mutating func change(_ kind: Change? = nil) -> String {
        let kind = kind ?? Change.allCases.randomElement(using: &random) ?? .points
        return switch kind {
        case .trade, .lateGame, .nameFix, .postponement, .lateRoster: changeLeague(kind)
        case .freeThrowKind, .shotDistance, .removedShot, .blocker, .gamebookStatus, .gamebookMinutes: changePlays(kind)
        case .pointsLine, .removedLine, .gameLine, .injuryStatus, .removedReport, .operatorsWord: changeWords(kind)
        case .removedPlayer, .points, .minutes, .attempts, .removedTeamBox, .otherSide: changeBoxes(kind)
        }
    }

    private mutating func changeLeague(_ kind: Change) -> String {
        let row = players[Int.random(in: players.indices, using: &random)]
        switch kind {
        case .trade:
            let team = Self.teams.filter { $0 != rosters[row.playerLookup] }.randomElement(using: &random) ?? ""
            trade(row.playerLookup, to: team, from: row.gameDate)
            return "\(row.playerLookup) traded to \(team) from \(row.gameDate)"
        case .lateGame: return late.isEmpty ? holdBack(row.nbaGameID) : arrive()
        case .nameFix:
            let fixed =
                row.playerLookup.hasSuffix("jr") ? String(row.playerLookup.dropLast(2)) : row.playerLookup + "jr"
            rename(row.playerLookup, to: fixed)
            return "\(row.playerLookup) is \(fixed)"
        case .lateRoster:
            let team = Self.teams.randomElement(using: &random) ?? ""
            let arrived = dates.randomElement(using: &random) ?? Self.first
            addRoster(of: team, arrived: arrived)
            return "roster of \(team) on \(arrived)"
        default:
            let game = Int.random(in: schedule.indices, using: &random)
            schedule[game].isPostponed.toggle()
            schedule[game].gameStatus = schedule[game].isPostponed ? 1 : 3
            return "postponed \(schedule[game].gameID)"
        }
    }

    private mutating func changeBoxes(_ kind: Change) -> String {
        let index = Int.random(in: players.indices, using: &random)
        let row = players[index]
        switch kind {
        case .points:
            players[index].score(Int.random(in: 0...50, using: &random))
            return "points of \(row.playerLookup) \(row.gameDate)"
        case .minutes:
            players[index].minutes = Double(Int.random(in: 0...40, using: &random))
            return "minutes of \(row.playerLookup) \(row.gameDate)"
        case .attempts:
            let box = Int.random(in: boxes.indices, using: &random)
            boxes[box].fieldGoalsAttempted = max(
                Int.random(in: 60...110, using: &random),
                boxes[box].fieldGoalsMade ?? 0
            )
            return "attempts of \(boxes[box].teamAbbr) \(boxes[box].gameDate)"
        case .removedTeamBox:
            let box = boxes.remove(at: Int.random(in: boxes.indices, using: &random))
            return "no team box of \(box.teamAbbr) \(box.gameDate)"
        case .otherSide:
            players[index].teamAbbr = row.opponentTeamAbbr
            players[index].opponentTeamAbbr = row.teamAbbr
            players[index].isHome.toggle()
            return "\(row.playerLookup) played for the others \(row.gameDate)"
        default:
            players.remove(at: index)
            return "removed \(row.playerLookup) \(row.gameDate)"
        }
    }

    private mutating func changePlays(_ kind: Change) -> String {
        let index = Int.random(in: shots.indices, using: &random)
        let shot = shots[index]
        let line = Int.random(in: gamebooks.indices, using: &random)
        let listed = "\(gamebooks[line].game.playerLookup) \(gamebooks[line].game.gameID)"
        switch kind {
        case .freeThrowKind:
            guard let foul = shots.indices.filter({ shots[$0].type == "FT" }).randomElement(using: &random) else {
                return "no free throw"
            }
            shots[foul].subtype = shots[foul].subtype == nil ? "technical" : nil
            return "kind of a free throw of \(shots[foul].shooter) \(shots[foul].gameID)"
        case .shotDistance:
            shots[index].feet = Double(Int.random(in: 0...22, using: &random))
            return "distance of a shot of \(shot.shooter) \(shot.gameID)"
        case .blocker:
            shots[index].blocker = rosters.keys.sorted().randomElement(using: &random)
            return "blocker of \(shot.shooter) \(shot.gameID)"
        case .gamebookStatus:
            gamebooks[line].status = ["active", "dnp", "inactive"].randomElement(using: &random) ?? "dnp"
            return "gamebook status of \(listed)"
        case .gamebookMinutes:
            gamebooks[line].game.minutes = Double(Int.random(in: 1...44, using: &random)) + 0.5
            return "gamebook minutes of \(listed)"
        default:
            shots.remove(at: index)
            return "no shot of \(shot.shooter) \(shot.gameID)"
        }
    }

    private mutating func changeWords(_ kind: Change) -> String {
        switch kind {
        case .pointsLine where !props.isEmpty:
            let prop = Int.random(in: props.indices, using: &random)
            props[prop].pointsLine = Double(Int.random(in: 5...40, using: &random)) + 0.25
            return "line of \(props[prop].playerLookup) \(props[prop].gameDate)"
        case .removedLine where !props.isEmpty:
            let prop = props.remove(at: Int.random(in: props.indices, using: &random))
            return "no line of \(prop.playerLookup) \(prop.gameDate)"
        case .gameLine:
            let line = Int.random(in: lines.indices, using: &random)
            lines[line].outcomePoint = Double(Int.random(in: -12...12, using: &random))
            return "game line of \(lines[line].gameID)"
        case .injuryStatus:
            let report = Int.random(in: injuries.indices, using: &random)
            injuries[report].state.injuryStatus = InjuryStatus.allCases.randomElement(using: &random)?.rawValue
            return "status of \(injuries[report].listedAs) \(injuries[report].game)"
        case .removedReport:
            let report = injuries.remove(at: Int.random(in: injuries.indices, using: &random))
            return "no report on \(report.listedAs) \(report.game)"
        default:
            let date = dates.randomElement(using: &random) ?? Self.first
            return "an operator's word on \(addOperatorsWord(on: date)) \(date)"
        }
    }

    /// From a date on a player plays for another team: his lines, plays and reports stand in its games, and both teams'
    /// totals are those of their players.
    mutating func trade(_ player: String, to team: String, from date: GameDate) {
        rosters[player] = team
        var games: [GameDate: NbacSchedule] = [:]
        for game in schedule where game.homeTeamTricode == team || game.awayTeamTricode == team {
            games[game.gameDate] = game
        }
        func move(_ row: inout NbacPlayerBoxscore, to game: NbacSchedule) {
            (row.gameID, row.nbaGameID, row.teamAbbr) = (game.gameID, game.nbaGameID, team)
            row.isHome = game.homeTeamTricode == team
            row.opponentTeamAbbr = row.isHome ? game.awayTeamTricode : game.homeTeamTricode
        }
        for index in players.indices where players[index].playerLookup == player && players[index].gameDate >= date {
            guard let game = games[players[index].gameDate] else { continue }
            let left = (players[index].nbaGameID, players[index].teamAbbr)
            move(&players[index], to: game)
            for side in [left, (game.nbaGameID, team)] { addUp(side.0, side.1) }
        }
        for index in gamebooks.indices
        where gamebooks[index].game.playerLookup == player && gamebooks[index].game.gameDate >= date {
            guard let game = games[gamebooks[index].game.gameDate] else { continue }
            move(&gamebooks[index].game, to: game)
            (gamebooks[index].home, gamebooks[index].away) = (game.homeTeamTricode, game.awayTeamTricode)
        }
        for index in shots.indices where shots[index].shooter == player && shots[index].date >= date {
            guard let game = games[shots[index].date] else { continue }
            (shots[index].gameID, shots[index].nbaGameID, shots[index].team) = (game.gameID, game.nbaGameID, team)
            (shots[index].home, shots[index].away) = (game.homeTeamTricode, game.awayTeamTricode)
        }
        for index in injuries.indices where injuries[index].listedAs == player && injuries[index].game.date >= date {
            guard let game = games[injuries[index].game.date] else { continue }
            injuries[index] = Self.listing(player, team, game.gameID, game.gameDate, injuries[index].state)
        }
    }

    /// Makes a team's totals those of its players, where it has any.
    private mutating func addUp(_ game: String, _ team: String) {
        let rows = players.filter { $0.nbaGameID == game && $0.teamAbbr == team }
        guard let index = boxes.firstIndex(where: { $0.nbaGameID == game && $0.teamAbbr == team }), !rows.isEmpty
        else { return }
        let box = boxes[index]
        boxes[index] = Self.sum(
            rows,
            team: team,
            opponent: box.opponentTeamAbbr,
            isHome: box.isHome,
            minutes: box.minutes ?? 240
        )
    }

    /// A name that the sources spelt otherwise until now.
    mutating func rename(_ player: String, to fixed: String) {
        for index in players.indices where players[index].playerLookup == player {
            (players[index].playerLookup, players[index].playerFullName) = (fixed, fixed.capitalized)
        }
        for index in gamebooks.indices where gamebooks[index].game.playerLookup == player {
            (gamebooks[index].game.playerLookup, gamebooks[index].game.playerFullName) = (fixed, fixed.capitalized)
        }
        numbers[fixed] = numbers[player]
        rosters[fixed] = rosters.removeValue(forKey: player)
    }

    /// A roster with birth dates, which replaces what was known of the team.
    mutating func addRoster(of team: String, arrived: GameDate) {
        birthdays.removeAll { $0.team == team }
        for player in rosters.filter({ $0.value == team }).keys.sorted() {
            birthdays.append(
                LeagueRosterLine(
                    team: team,
                    number: numbers[player] ?? 0,
                    player: player,
                    birthDate: Self.first.adding(days: -Int.random(in: 7_000...14_000, using: &random)),
                    arrived: arrived
                )
            )
        }
    }

    /// The schedule says that a game is over before its box scores come.
    mutating func holdBack(_ game: String) -> String {
        late.append(
            LateGame(
                nbaGameID: game,
                players: players.filter { $0.nbaGameID == game },
                boxes: boxes.filter { $0.nbaGameID == game },
                shots: shots.filter { $0.nbaGameID == game },
                gamebooks: gamebooks.filter { $0.game.nbaGameID == game }
            )
        )
        players.removeAll { $0.nbaGameID == game }
        boxes.removeAll { $0.nbaGameID == game }
        shots.removeAll { $0.nbaGameID == game }
        gamebooks.removeAll { $0.game.nbaGameID == game }
        return "\(game) is late"
    }

    private mutating func arrive() -> String {
        let game = late.removeFirst()
        players += game.players
        boxes += game.boxes
        shots += game.shots
        gamebooks += game.gamebooks
        return "\(game.nbaGameID) arrives"
    }
}
