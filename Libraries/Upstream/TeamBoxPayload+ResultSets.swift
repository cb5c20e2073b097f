import Basketball
import Pipeline

/// The older form of the box score, `boxscoretraditionalv2`: tables, in which the order of the teams means nothing.
extension TeamBoxPayload {
    private static let teamHeaders = [
        "GAME_ID", "TEAM_ID", "TEAM_NAME", "TEAM_ABBREVIATION", "TEAM_CITY", "MIN", "FGM", "FGA", "FG3M", "FG3A", "FTM",
        "FTA", "OREB", "DREB", "REB", "AST", "STL", "BLK", "TO", "PF", "PTS", "PLUS_MINUS",
    ]

    /// Reads the tables. Throws ``PayloadError``.
    static func resultSets(_ body: [UInt8], game: NBAGameID) throws -> TeamBoxPayload {
        let value = try Payload.value(body)
        let teams = try ResultSet("TeamStats", in: value, requires: teamHeaders).rows
        let players = try ResultSet("PlayerStats", in: value, requires: ["GAME_ID", "TEAM_ID", "PTS"]).rows
        var result = TeamBoxPayload(
            game: game,
            lines: [],
            notes: PayloadNotes(),
            isNotStarted: false,
            isOutsideLeague: false
        )
        // Before tip-off there are no rows, and only the parameters say which game was asked for.
        var named = Set([value["parameters"]?["GameID"]?.stringValue].compactMap { $0 })
        for row in teams + players { named.insert(row.value("GAME_ID")?.stringValue ?? "") }
        guard named == [game.rawValue] else {
            throw PayloadError(
                .wrongSubject,
                "asked for \(game), got \(named.sorted().joined(separator: " and ").prefix(60))"
            )
        }
        do { _ = try leagueGameID(game.rawValue) } catch {
            result.isOutsideLeague = true
            result.notes.file(error)
            return result
        }
        guard teams.contains(where: { $0.value("PTS") != nil }) else {
            result.isNotStarted = true
            return result
        }
        guard teams.count == 2 else { throw PayloadError(.structure, "not exactly two teams") }
        let pair = teams.map { team($0) }
        guard let first = pair[0], let second = pair[1] else {
            result.isOutsideLeague = true
            result.notes.drop("exhibition")
            return result
        }
        guard first != second else { throw PayloadError(.structure, "\(first) is both teams") }
        for (row, (team, opponent)) in zip(teams, [(first, second), (second, first)]) {
            do throws(RowRejection) {
                let line = try Self.line(row, team, opponent, "\(game) \(team)")
                try check(line, against: players, "\(game) \(team)")
                result.lines.append(line)
            } catch {
                result.notes.reject(error)
            }
        }
        return result
    }

    private static func team(_ row: Fields) -> Team? {
        guard let id = row.value("TEAM_ID")?.intValue, let team = known({ try Team(id: Int(id)) }),
            team.tricode == row.value("TEAM_ABBREVIATION")?.stringValue
        else { return nil }
        return team
    }

    private static func line(
        _ row: Fields,
        _ team: Team,
        _ opponent: Team,
        _ subject: String
    ) throws(RowRejection) -> TeamLine {
        var line = StatLine()
        line.points = try row.integer("PTS")
        (line.fieldGoalsMade, line.fieldGoalsAttempted) = (try row.integer("FGM"), try row.integer("FGA"))
        (line.threePointersMade, line.threePointersAttempted) = (try row.integer("FG3M"), try row.integer("FG3A"))
        (line.freeThrowsMade, line.freeThrowsAttempted) = (try row.integer("FTM"), try row.integer("FTA"))
        (line.offensiveRebounds, line.defensiveRebounds) = (try row.integer("OREB"), try row.integer("DREB"))
        (line.totalRebounds, line.assists) = (try row.integer("REB"), try row.integer("AST"))
        (line.steals, line.blocks, line.turnovers) = (
            try row.integer("STL"), try row.integer("BLK"), try row.integer("TO")
        )
        line.personalFouls = try row.integer("PF")
        line.plusMinus = try row.optionalNumber("PLUS_MINUS").flatMap { Int(exactly: $0.rounded()) }
        try line.check(subject)
        let minutes = try row.optionalText("MIN")
        guard let played = known({ try Minutes.parse(minutes)?.minutes }) else {
            throw RowRejection("bad_minutes", "\(subject): \(minutes?.prefix(20) ?? "")")
        }
        return TeamLine(
            team: team,
            opponent: opponent,
            teamName: try row.optionalText("TEAM_NAME"),
            teamCity: try row.optionalText("TEAM_CITY"),
            isHome: nil,
            minutes: played,
            statistics: line
        )
    }

    /// The players of a team add up to its points, where the payload lists any.
    private static func check(
        _ line: TeamLine,
        against players: [Fields],
        _ subject: String
    ) throws(RowRejection) {
        let own = players.filter { $0.value("TEAM_ID")?.intValue == Int64(line.team.id) }
        guard !own.isEmpty else { return }
        var points = 0
        for player in own { points += try player.optionalInteger("PTS") ?? 0 }
        guard points == line.statistics.points else {
            throw RowRejection("players_do_not_add_up", "\(subject): \(points) of \(line.statistics.points) points")
        }
    }
}
