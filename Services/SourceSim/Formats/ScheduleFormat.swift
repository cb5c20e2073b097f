import Basketball
import Foundation

/// stats.nba.com's `scheduleleaguev2int`, which the CDN's schedule file shares.
enum ScheduleFormat {
    static func payload(
        season: Season,
        games: [Game],
        corrections: Corrections,
        now: Date?
    ) -> JSON {
        var records: [String: (wins: Int, losses: Int)] = [:]
        var dates: [JSON] = []
        var day: GameDate?
        var sequence = 0
        var pending: [JSON] = []
        func closeDay() {
            guard let day, !pending.isEmpty else { return }
            dates.append(["gameDate": .string(slashed(day) + " 00:00:00"), "games": .array(pending)])
            pending.removeAll(keepingCapacity: true)
        }
        for game in games {
            if game.date != day {
                closeDay()
                (day, sequence) = (game.date, 0)
            }
            sequence += 1
            let standing = corrections.standing(of: game, at: now)
            let type = game.id.seasonType.rawValue
            let keys = (home: "\(type) \(game.home.id)", away: "\(type) \(game.away.id)")
            if standing.phase == .final {
                let homeWon = standing.home > standing.away
                records[keys.home, default: (0, 0)].wins += homeWon ? 1 : 0
                records[keys.home, default: (0, 0)].losses += homeWon ? 0 : 1
                records[keys.away, default: (0, 0)].wins += homeWon ? 0 : 1
                records[keys.away, default: (0, 0)].losses += homeWon ? 1 : 0
            }
            pending.append(
                entry(
                    game,
                    sequence: sequence,
                    standing: standing,
                    openingDay: season.openingDay,
                    homeRecord: records[keys.home] ?? (0, 0),
                    awayRecord: records[keys.away] ?? (0, 0)
                )
            )
        }
        closeDay()
        return [
            "meta": [
                "version": 1,
                "request": .string("http://nba.cloud/league/00/\(season.label)/scheduleleaguev2?Format=json"),
                "time": .string(LeagueClock.formatUTC(now ?? games.last?.tip ?? Date(timeIntervalSince1970: 0))),
            ],
            "leagueSchedule": [
                "seasonYear": .string(season.label), "leagueId": "00", "gameDates": .array(dates), "weeks": [],
                "broadcasterList": [],
            ],
        ]
    }

    private static func entry(
        _ game: Game,
        sequence: Int,
        standing: (phase: Game.Phase, home: Int, away: Int),
        openingDay: GameDate?,
        homeRecord: (wins: Int, losses: Int),
        awayRecord: (wins: Int, losses: Int)
    ) -> JSON {
        let eastern = LeagueClock.formatWallClock(game.tip)
        let utc = LeagueClock.formatUTC(game.tip)
        let easternMidnight = LeagueClock.formatUTC(LeagueClock.instant(game.date, hour: 0, minute: 0))
        let isPreseason = game.id.seasonType == .preseason
        let week = isPreseason ? 0 : weekNumber(game.date, openingDay: openingDay)
        let hasWeek = week > 0 && [.regular, .playoffs, .playIn].contains(game.id.seasonType)
        let label = labels(game.id)
        return [
            "gameId": .string(game.id.rawValue), "gameCode": .string(game.code),
            "gameStatus": .int(standing.phase.rawValue),
            "gameStatusText": .string(statusText(game, phase: standing.phase)), "gameSequence": .int(sequence),
            // Eastern wall-clock time that upstream wrongly marks with a Z.
            "gameDateEst": .string("\(game.date)T00:00:00Z"), "gameTimeEst": .string("1900-01-01T\(eastern.suffix(9))"),
            "gameDateTimeEst": .string(eastern), "gameDateUTC": .string(easternMidnight),
            "gameTimeUTC": .string("1900-01-\(utc.prefix(10) == eastern.prefix(10) ? "01" : "02")T\(utc.suffix(9))"),
            "gameDateTimeUTC": .string(utc), "awayTeamTime": .string(localTime(game.tip, of: game.away)),
            "homeTeamTime": .string(localTime(game.tip, of: game.home)),
            "day": .string(game.date.weekday.abbreviation.capitalized), "monthNum": .int(game.date.month),
            "weekNumber": .int(week), "weekName": .string(hasWeek ? "Week \(week)" : ""), "ifNecessary": false,
            "seriesGameNumber": .string(game.id.seasonType == .playoffs ? label.sub : ""),
            "gameLabel": .string(label.main), "gameSubLabel": .string(label.sub),
            "seriesText": .string(game.seriesText),
            "arenaName": .string(game.arenaName), "arenaState": "", "arenaCity": .string(game.arenaCity),
            "postponedStatus": "N", "branchLink": "", "gameSubtype": "", "isNeutral": false,
            "broadcasters": broadcasters,
            "homeTeam": team(game.home, score: standing.home, record: homeRecord),
            "awayTeam": team(game.away, score: standing.away, record: awayRecord), "pointsLeaders": [],
        ]
    }

    private static func team(_ side: Side, score: Int, record: (wins: Int, losses: Int)) -> JSON {
        [
            "teamId": .int(side.id), "teamName": .string(side.name), "teamCity": .string(side.city),
            "teamTricode": .string(side.tricode), "teamSlug": .string(side.slug), "wins": .int(record.wins),
            "losses": .int(record.losses), "score": .int(score), "seed": 0,
        ]
    }

    private static let broadcasters: JSON = [
        "nationalTvBroadcasters": [], "nationalRadioBroadcasters": [], "nationalOttBroadcasters": [],
        "homeTvBroadcasters": [], "homeRadioBroadcasters": [], "homeOttBroadcasters": [], "awayTvBroadcasters": [],
        "awayRadioBroadcasters": [], "awayOttBroadcasters": [], "intlRadioBroadcasters": [], "intlTvBroadcasters": [],
        "intlOttBroadcasters": [],
    ]

    /// "7:00 pm ET", "Live", "Final", "Final/OT", "Final/OT2".
    static func statusText(_ game: Game, phase: Game.Phase) -> String {
        switch phase {
        case .scheduled:
            let wall = Array(LeagueClock.formatWallClock(game.tip).utf8)
            let hour = Int(wall[11] - 48) * 10 + Int(wall[12] - 48)
            let minute = String(decoding: wall[14...15], as: UTF8.self)
            return "\((hour + 11) % 12 + 1):\(minute) \(hour < 12 ? "am" : "pm") ET"
        case .live: return "Live"
        case .final:
            switch game.overtimes {
            case 0: return "Final"
            case 1: return "Final/OT"
            case let periods: return "Final/OT\(periods)"
            }
        }
    }

    /// Weeks run Monday to Sunday; the first one ends with the Sunday after opening night.
    private static func weekNumber(_ date: GameDate, openingDay: GameDate?) -> Int {
        guard let openingDay, date >= openingDay else { return 0 }
        let sinceMonday = Weekday.allCases.firstIndex(of: openingDay.weekday) ?? 0
        return (date - openingDay + sinceMonday) / 7 + 1
    }

    private static func labels(_ id: NBAGameID) -> (main: String, sub: String) {
        switch id.seasonType {
        case .preseason: return ("Preseason", "")
        case .regular: return ("", "")
        case .allStar: return ("All-Star Game", "")
        case .playIn: return ("SoFi Play-In Tournament", "")
        case .cupFinal: return ("Emirates NBA Cup", "Championship")
        case .playoffs:
            // 004YY00RSG: round, series, game.
            let digits = id.rawValue.utf8.suffix(3).map { Int($0 - 48) }
            let (round, series, number) = (digits[0], digits[1], digits[2])
            let east = series < [1: 4, 2: 2, 3: 1][round, default: 0]
            let side = east ? "East" : "West"
            let name =
                switch round {
                case 1: "\(side) First Round"
                case 2: "\(side) Conf. Semifinals"
                case 3: "\(side) Conf. Finals"
                default: "NBA Finals"
                }
            return (name, "Game \(number)")
        }
    }

    private static func localTime(_ tip: Date, of side: Side) -> String {
        let zone = side.team.flatMap { TimeZone(identifier: Arena.home(of: $0).timeZoneIdentifier) }
        return LeagueClock.formatWallClock(tip, in: zone ?? LeagueClock.timeZone)
    }

    /// `MM/DD/YYYY`.
    static func slashed(_ date: GameDate) -> String {
        let text = date.compact
        return "\(text.dropFirst(4).prefix(2))/\(text.suffix(2))/\(text.prefix(4))"
    }

    /// Reads `MM/DD/YYYY` (or `YYYY-MM-DD`); nil for an empty value.
    static func parseSlashed(_ text: String) throws -> GameDate? {
        if text.isEmpty { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return try GameDate(text) }
        return try GameDate("\(parts[2])-\(parts[0])-\(parts[1])")
    }
}
