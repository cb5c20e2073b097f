import Basketball
import Foundation
import Pipeline
import Warehouse

/// A generator whose sequence a seed decides.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Six teams of eight players, or more; every team plays on every second day.
struct SmallLeague: Sendable {
    static let teams = ["BOS", "DAL", "DEN", "LAL", "NYK", "PHI"]
    static let first = LeagueClock.gameDate(of: Date(timeIntervalSince1970: 1704132000))

    /// The more play for a team the less each of them scores, so that its game stays one of basketball.
    let teamSize: Int
    var random: SeededRandom
    var schedule: [NbacSchedule] = []
    var players: [NbacPlayerBoxscore] = []
    var boxes: [NbacTeamBoxscore] = []
    var props: [OddsAPIPlayerPointsProp] = []
    var lines: [OddsAPIGameLine] = []
    var injuries: [NbacInjuryReport] = []
    var operators: [OperatorPlayerStatus] = []
    var shots: [LeagueShot] = []
    var gamebooks: [LeagueGamebookLine] = []
    /// Player → team.
    var rosters: [String: String] = [:]
    /// Rosters with birth dates, as they arrived.
    var birthdays: [LeagueRosterLine] = []
    /// Games whose box scores have not come yet.
    var late: [LateGame] = []
    /// Player → number of the league.
    var numbers: [String: Int] = [:]

    var dates: [GameDate] { Array(Set(schedule.map(\.gameDate))).sorted() }

    init(seed: UInt64, days: Int, teams: [String] = Self.teams, teamSize: Int = 8) {
        self.teamSize = teamSize
        random = SeededRandom(seed: seed)
        for team in teams {
            for number in 1...teamSize { rosters["player\(team.lowercased())\(number)"] = team }
        }
        for (number, player) in rosters.keys.sorted().enumerated() { numbers[player] = 100 + number }
        for day in 0..<days {
            let date = Self.first.adding(days: 2 * day + (day % 3 == 2 ? -1 : 0))
            let order = teams.shuffled(using: &random)
            for pair in 0..<teams.count / 2 {
                let number = day * (teams.count / 2) + pair + 1
                addGame(date, home: order[2 * pair], away: order[2 * pair + 1], number: number)
            }
        }
    }

    static func tipoff(_ date: GameDate) -> Date { LeagueClock.instant(date, hour: 19, minute: 0) }

    private mutating func addGame(_ date: GameDate, home: String, away: String, number: Int) {
        let id = String(format: "00223%05d", number)
        let gameID = "\(date.compact)_\(away)_\(home)"
        var points: [String: Int] = [:]
        var played: [NbacPlayerBoxscore] = []
        for team in [away, home] {
            let isHome = team == home
            var rows: [NbacPlayerBoxscore] = []
            for (player, own) in rosters.sorted(by: { $0.key < $1.key }) where own == team {
                guard Int.random(in: 0..<10, using: &random) > 0 else { continue }
                rows.append(
                    box(
                        player,
                        team: team,
                        opponent: isHome ? away : home,
                        isHome: isHome,
                        gameID: gameID,
                        id: id,
                        date: date
                    )
                )
            }
            players += rows
            played += rows
            points[team] = rows.reduce(0) { $0 + ($1.points ?? 0) }
            boxes.append(
                Self.sum(
                    rows,
                    team: team,
                    opponent: isHome ? away : home,
                    isHome: isHome,
                    minutes: number % 7 == 0 ? 265 : 240
                )
            )
        }
        schedule.append(
            NbacSchedule(
                gameID: gameID,
                nbaGameID: id,
                gameCode: nil,
                seasonYear: 2023,
                seasonType: "regular",
                gameDate: date,
                tipoffAt: Self.tipoff(date),
                gameStatus: 3,
                gameStatusText: "Final",
                isPostponed: false,
                homeTeamID: nil,
                homeTeamTricode: home,
                awayTeamID: nil,
                awayTeamTricode: away,
                arenaName: nil,
                arenaCity: nil,
                isNeutralSite: nil,
                homeTeamScore: points[home],
                awayTeamScore: points[away],
                winningTeamTricode: nil
            )
        )
        addOdds(date, home: home, away: away, gameID: gameID)
        // Every third game lacks its play-by-play, and every fourth its gamebook.
        if number % 3 != 0 { addShots(played, home: home, away: away) }
        if number % 4 != 0 { addGamebook(played, home: home, away: away) }
        for team in [away, home] { addReport(date, team, gameID) }
    }

    /// A report an hour before tip-off: the team's own line and some players.
    private mutating func addReport(_ date: GameDate, _ team: String, _ gameID: String) {
        injuries.append(Self.listing(nil, team, gameID, date, .init(isListed: true, isTeamSubmitted: true)))
        for (player, own) in rosters.sorted(by: { $0.key < $1.key }) where own == team {
            guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
            let status = InjuryStatus.allCases.randomElement(using: &random) ?? .out
            injuries.append(
                Self.listing(player, team, gameID, date, .init(isListed: true, injuryStatus: status.rawValue))
            )
        }
    }

    static func listing(
        _ player: String?,
        _ team: String,
        _ gameID: String,
        _ date: GameDate,
        _ state: NbacInjuryReport.State
    ) -> NbacInjuryReport {
        do {
            return NbacInjuryReport(
                reportedAt: tipoff(date).addingTimeInterval(-3600),
                game: try GameID(gameID),
                nbaGameID: nil,
                gameTime: nil,
                team: try Team(tricode: team),
                player: player.map { .init(lookup: $0, name: $0.capitalized, printedName: $0) },
                state: state
            )
        } catch {
            preconditionFailure("\(gameID) and \(team) are names: \(error)")
        }
    }

    /// What an operator says of a player from a date to some days after it.
    mutating func addOperatorsWord(on date: GameDate) -> String {
        let player = rosters.keys.sorted().randomElement(using: &random) ?? ""
        operators.append(
            OperatorPlayerStatus(
                playerLookup: player,
                playerFullName: player.capitalized,
                team: rosters[player].flatMap { code in Team.all.first { $0.tricode == code } },
                days: date...date.adding(days: Int.random(in: 0...4, using: &random)),
                status: InjuryStatus.allCases.randomElement(using: &random),
                reason: "said so",
                enteredBy: "ann",
                enteredAt: Self.tipoff(date).addingTimeInterval(Double(-60 * (operators.count + 1)))
            )
        )
        return player
    }

    mutating func box(
        _ player: String,
        team: String,
        opponent: String,
        isHome: Bool,
        gameID: String,
        id: String,
        date: GameDate
    ) -> NbacPlayerBoxscore {
        let twos = Int.random(in: 0...72 / teamSize, using: &random)
        let threes = Int.random(in: 0...32 / teamSize, using: &random)
        let free = Int.random(in: 0...48 / teamSize, using: &random)
        var row = NbacPlayerBoxscore(
            gameID: gameID,
            nbaGameID: id,
            gameDate: date,
            seasonYear: 2023,
            seasonType: "regular",
            nbaPlayerID: numbers[player] ?? 0,
            playerLookup: player,
            playerFullName: player.capitalized,
            teamID: 1,
            teamAbbr: team,
            opponentTeamAbbr: opponent,
            isHome: isHome,
            winLoss: nil,
            minutes: Double(Int.random(in: 12...38, using: &random)),
            points: 2 * twos + 3 * threes + free,
            fieldGoalsMade: twos + threes,
            fieldGoalsAttempted: twos + threes + max(2, Int.random(in: 1...6, using: &random)),
            fieldGoalPercentage: nil,
            threePointersMade: threes,
            threePointersAttempted: threes + 2,
            threePointPercentage: nil,
            freeThrowsMade: free,
            freeThrowsAttempted: free + Int.random(in: 0...2, using: &random),
            freeThrowPercentage: nil,
            offensiveRebounds: Int.random(in: 0...2, using: &random),
            defensiveRebounds: 3,
            totalRebounds: nil,
            assists: 3,
            steals: 1,
            blocks: 0,
            turnovers: Int.random(in: 0...4, using: &random),
            personalFouls: 2,
            plusMinus: 0
        )
        row.totalRebounds = row.offensiveRebounds.map { $0 + 3 }
        return row
    }

    static func sum(
        _ rows: [NbacPlayerBoxscore],
        team: String,
        opponent: String,
        isHome: Bool,
        minutes: Double
    ) -> NbacTeamBoxscore {
        func total(_ path: KeyPath<NbacPlayerBoxscore, Int?>) -> Int {
            rows.reduce(0) { $0 + ($1[keyPath: path] ?? 0) }
        }
        return NbacTeamBoxscore(
            gameID: rows[0].gameID,
            nbaGameID: rows[0].nbaGameID,
            gameDate: rows[0].gameDate,
            seasonYear: 2023,
            teamID: 1,
            teamAbbr: team,
            opponentTeamAbbr: opponent,
            teamName: nil,
            teamCity: nil,
            isHome: isHome,
            minutes: minutes,
            points: total(\.points),
            fieldGoalsMade: total(\.fieldGoalsMade),
            fieldGoalsAttempted: total(\.fieldGoalsAttempted),
            fieldGoalPercentage: nil,
            threePointersMade: total(\.threePointersMade),
            threePointersAttempted: total(\.threePointersAttempted),
            threePointPercentage: nil,
            freeThrowsMade: total(\.freeThrowsMade),
            freeThrowsAttempted: total(\.freeThrowsAttempted),
            freeThrowPercentage: nil,
            offensiveRebounds: total(\.offensiveRebounds),
            defensiveRebounds: total(\.defensiveRebounds),
            totalRebounds: total(\.totalRebounds),
            assists: total(\.assists),
            steals: total(\.steals),
            blocks: total(\.blocks),
            turnovers: total(\.turnovers),
            personalFouls: total(\.personalFouls),
            plusMinus: 0
        )
    }

    private mutating func addOdds(_ date: GameDate, home: String, away: String, gameID: String) {
        for (player, team) in rosters.sorted(by: { $0.key < $1.key }) where team == home || team == away {
            guard Int.random(in: 0..<3, using: &random) > 0 else { continue }
            for book in ["draftkings", "fanduel"] {
                props.append(
                    Self.prop(
                        player,
                        line: Double(Int.random(in: 10...30, using: &random)) + 0.5,
                        book: book,
                        minutesBefore: 60,
                        date: date,
                        home: home,
                        away: away,
                        gameID: gameID
                    )
                )
            }
        }
        let spread = Double(Int.random(in: -9...9, using: &random)) + 0.5
        for (market, name, team, point) in [
            ("spreads", home, home, spread), ("spreads", away, away, -spread), ("totals", "Over", nil, 221.5),
            ("totals", "Under", nil, 221.5),
        ] as [(String, String, String?, Double)] {
            lines.append(
                OddsAPIGameLine(
                    gameID: gameID,
                    oddsAPIEventID: "event-\(gameID)",
                    gameDate: date,
                    gameStartTime: Self.tipoff(date),
                    homeTeamAbbr: home,
                    awayTeamAbbr: away,
                    snapshotTimestamp: Self.tipoff(date).addingTimeInterval(-3600),
                    isAfterTipoff: false,
                    bookmaker: "draftkings",
                    bookmakerLastUpdate: nil,
                    market: market,
                    outcomeName: name,
                    outcomeTeamAbbr: team,
                    outcomePoint: point,
                    outcomePriceAmerican: -110,
                    isSynthetic: false
                )
            )
        }
    }

    static func prop(
        _ player: String,
        line: Double,
        book: String,
        minutesBefore: Double,
        date: GameDate,
        home: String,
        away: String,
        gameID: String
    ) -> OddsAPIPlayerPointsProp {
        OddsAPIPlayerPointsProp(
            gameID: gameID,
            oddsAPIEventID: "event-\(gameID)",
            gameDate: date,
            gameStartTime: tipoff(date),
            homeTeamAbbr: home,
            awayTeamAbbr: away,
            snapshotTimestamp: tipoff(date).addingTimeInterval(-60 * minutesBefore),
            minutesBeforeTipoff: Int(minutesBefore),
            isAfterTipoff: minutesBefore <= 0,
            bookmaker: book,
            bookmakerLastUpdate: nil,
            playerName: player.capitalized,
            playerLookup: player,
            pointsLine: line,
            overPriceAmerican: -110,
            underPriceAmerican: -110,
            isSynthetic: false
        )
    }

    /// Brings the raw tables to this state: the whole season's schedule, and each date's boxes and odds.
    func store(in bench: Workbench, dates chosen: [GameDate]? = nil) async throws {
        let season = [ScopeCondition("season_year", .integer(Int64(2023)))]
        try await bench.store(schedule, scope: .rows(season), on: Self.first)
        for date in chosen ?? dates {
            try await bench.store(players.filter { $0.gameDate == date }, scope: .date(date), on: date)
            try await bench.store(boxes.filter { $0.gameDate == date }, scope: .date(date), on: date)
            try await bench.store(props.filter { $0.gameDate == date }, scope: .date(date), on: date)
            try await bench.store(lines.filter { $0.gameDate == date }, scope: .date(date), on: date)
            try await bench.store(shots.filter { $0.date == date }, scope: .date(date), on: date)
            try await bench.store(gamebooks.filter { $0.game.gameDate == date }, scope: .date(date), on: date)
            try await bench.store(injuries.filter { $0.game.date == date }, scope: .date(date), on: date)
            try await bench.store(operators.filter { $0.days.lowerBound == date }, scope: .date(date), on: date)
            for (team, lines) in Dictionary(grouping: birthdays.filter { $0.arrived == date }, by: \.team) {
                try await bench.store(lines, scope: .rows([ScopeCondition("team_abbr", .text(team))]), on: date)
            }
        }
    }
}

extension NbacPlayerBoxscore {
    /// Gives the line so many points, and the shots that explain them.
    mutating func score(_ points: Int) {
        self.points = points
        fieldGoalsMade = points / 2
        freeThrowsMade = points % 2
        threePointersMade = 0
        fieldGoalsAttempted = max(fieldGoalsAttempted ?? 0, points / 2)
        threePointersAttempted = min(threePointersAttempted ?? 0, fieldGoalsAttempted ?? 0)
        freeThrowsAttempted = max(freeThrowsAttempted ?? 0, 1)
    }
}
