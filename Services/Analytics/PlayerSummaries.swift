import Basketball
public import Warehouse

/// The formulas of `player_game_summary`.
public enum PlayerSummaries {
    /// A player's raw box row.
    public struct Box: Sendable, Hashable {
        public var nbaGameID: String
        public var nbaPlayerID: Int
        public var playerLookup: String
        public var fullName: String
        public var team: String
        public var plusMinus: Int?
        public var line: BoxLine

        public init(
            nbaGameID: String,
            nbaPlayerID: Int,
            playerLookup: String,
            fullName: String,
            team: String,
            plusMinus: Int? = nil,
            line: BoxLine
        ) {
            self.nbaGameID = nbaGameID
            self.nbaPlayerID = nbaPlayerID
            self.playerLookup = playerLookup
            self.fullName = fullName
            self.team = team
            self.plusMinus = plusMinus
            self.line = line
        }
    }

    /// What a team's row of the same game tells.
    public struct TeamTotals: Sendable, Hashable {
        public var nbaGameID: String
        public var fieldGoalsAttempted: Int?
        public var freeThrowsAttempted: Int?
        public var turnovers: Int?
        public var minutes: Double?
        public var isWin: Bool?

        public init(
            nbaGameID: String,
            fieldGoalsAttempted: Int?,
            freeThrowsAttempted: Int?,
            turnovers: Int?,
            minutes: Double?,
            isWin: Bool?
        ) {
            self.nbaGameID = nbaGameID
            self.fieldGoalsAttempted = fieldGoalsAttempted
            self.freeThrowsAttempted = freeThrowsAttempted
            self.turnovers = turnovers
            self.minutes = minutes
            self.isWin = isWin
        }
    }

    public struct Inputs: Sendable {
        /// Final games of the date.
        public var games: [SlateGame] = []
        public var boxes: [Box] = []
        /// By tricode.
        public var teams: [String: TeamTotals] = [:]
        public var lines = PlayerLineQuotes()

        public init() {}
    }

    public struct Result: Sendable, Hashable {
        public var rows: [PlayerGameSummary] = []
        /// Box rows of final games that were looked at.
        public var examined = 0
        /// `game/team` without a team row.
        public var withoutTeam: [String] = []
        /// `lookup/id` of rows that are no player of their game, or a second row of a name.
        public var refused: [String] = []
        /// Usages above 100, which a half-loaded team row produces.
        public var usageRefused = 0
    }

    /// One row a player of a final game; `only` nil means everybody. Pure.
    public static func compute(_ inputs: Inputs, only players: Set<String>?) -> Result {
        var result = Result()
        let games = Dictionary(uniqueKeysWithValues: inputs.games.map { ($0.nbaGameID, $0) })
        var chosen: [String: (box: Box, game: SlateGame)] = [:]
        for box in inputs.boxes {
            guard players?.contains(box.playerLookup) ?? true, let game = games[box.nbaGameID] else { continue }
            result.examined += 1
            guard !box.playerLookup.isEmpty, box.nbaPlayerID > 0, game.opponent(of: box.team) != nil else {
                result.refused.append("\(box.playerLookup)/\(box.nbaPlayerID)")
                continue
            }
            guard let other = chosen[box.playerLookup] else {
                chosen[box.playerLookup] = (box, game)
                continue
            }
            // Two people of one name on one date: the one who played more keeps it, the other is reported.
            let isMore = (box.line.minutes ?? 0) > (other.box.line.minutes ?? 0)
            let loser = isMore ? other.box : box
            if isMore { chosen[box.playerLookup] = (box, game) }
            result.refused.append("\(loser.playerLookup)/\(loser.nbaPlayerID)")
        }
        var withoutTeam: Set<String> = []
        for (_, entry) in chosen.sorted(by: { $0.key < $1.key }) {
            let team = inputs.teams[entry.box.team].flatMap { $0.nbaGameID == entry.box.nbaGameID ? $0 : nil }
            if team == nil { withoutTeam.insert("\(entry.game.gameID)/\(entry.box.team)") }
            let (row, isRefused) = row(
                entry.box,
                entry.game,
                team,
                inputs.lines.lines(of: entry.box.playerLookup, in: entry.game)
            )
            if isRefused { result.usageRefused += 1 }
            result.rows.append(row)
        }
        result.withoutTeam = withoutTeam.sorted()
        return result
    }

    /// Usage (0–100) of a player in a game; nil when a count is unknown or he did not play.
    static func usage(_ line: BoxLine, _ team: TeamTotals) -> Double? {
        guard let attempts = line.fieldGoalsAttempted, let free = line.freeThrowsAttempted,
            let turnovers = line.turnovers, let minutes = line.minutes, minutes > 0,
            let teamAttempts = team.fieldGoalsAttempted, let teamFree = team.freeThrowsAttempted,
            let teamTurnovers = team.turnovers, let teamMinutes = team.minutes
        else { return nil }
        return BoxScore.usagePercent(
            player: UsageCounts(fieldGoalsAttempted: attempts, freeThrowsAttempted: free, turnovers: turnovers),
            playerMinutes: minutes,
            team: UsageCounts(
                fieldGoalsAttempted: teamAttempts,
                freeThrowsAttempted: teamFree,
                turnovers: teamTurnovers
            ),
            teamMinutes: teamMinutes
        )
    }

    private static func row(
        _ box: Box,
        _ game: SlateGame,
        _ team: TeamTotals?,
        _ lines: PointsLines?
    ) -> (PlayerGameSummary, isUsageRefused: Bool) {
        let line = box.line
        let rawUsage = team.flatMap { usage(line, $0) }
        // More than the whole team's plays means that the team's row is not the whole team.
        let usageRate = rawUsage.flatMap { $0 <= 100 ? $0.stored : nil }
        var shooting: Double?
        if let points = line.points, let attempts = line.fieldGoalsAttempted, let free = line.freeThrowsAttempted {
            shooting = BoxScore.trueShooting(points: points, fieldGoalsAttempted: attempts, freeThrowsAttempted: free)
        }
        var effective: Double?
        if let made = line.fieldGoalsMade, let threes = line.threePointersMade, let attempts = line.fieldGoalsAttempted
        {
            effective = BoxScore.effectiveFieldGoal(
                fieldGoalsMade: made,
                threePointersMade: threes,
                fieldGoalsAttempted: attempts
            )
        }
        let opponent = game.opponent(of: box.team) ?? ""
        var isWin = team?.isWin
        if isWin == nil, let own = game.score(of: box.team), let other = game.score(of: opponent) {
            isWin = own > other
        }
        var result: LineResult?
        var margin: Double?
        if let lines, let points = line.points {
            result = LineResult(points: points, line: lines.current)
            margin = (Double(points) - lines.current).stored
        }
        let isRefused = rawUsage != nil && usageRate == nil
        let isWhole = line.points != nil && line.minutes != nil
        let tier = !isWhole ? "bronze" : team == nil || isRefused ? "silver" : "gold"
        let row = PlayerGameSummary(
            playerLookup: box.playerLookup,
            nbaPlayerID: box.nbaPlayerID,
            playerFullName: box.fullName,
            gameID: game.gameID,
            nbaGameID: game.nbaGameID,
            gameDate: game.date,
            seasonYear: game.seasonYear,
            seasonType: game.seasonType.rawValue,
            teamAbbr: box.team,
            opponentTeamAbbr: opponent,
            homeGame: box.team == game.home,
            playerStatus: "active",
            points: line.points,
            minutesPlayed: line.minutes?.stored,
            assists: line.assists,
            offensiveRebounds: line.offensiveRebounds,
            defensiveRebounds: line.defensiveRebounds,
            rebounds: line.rebounds,
            steals: line.steals,
            blocks: line.blocks,
            turnovers: line.turnovers,
            personalFouls: line.personalFouls,
            fgAttempts: line.fieldGoalsAttempted,
            fgMakes: line.fieldGoalsMade,
            threePtAttempts: line.threePointersAttempted,
            threePtMakes: line.threePointersMade,
            ftAttempts: line.freeThrowsAttempted,
            ftMakes: line.freeThrowsMade,
            plusMinus: box.plusMinus,
            usageRate: usageRate,
            tsPct: shooting?.stored,
            efgPct: effective?.stored,
            winFlag: isWin,
            pointsLine: lines?.current,
            pointsLineSource: lines?.bookmaker,
            overUnderResult: result?.rawValue,
            margin: margin,
            isLineSynthetic: lines?.isSynthetic,
            primarySourceUsed: "nbac_player_boxscores",
            dataQualityTier: tier
        )
        return (row, isRefused)
    }
}
