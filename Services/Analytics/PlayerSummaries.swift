import Basketball
public import Warehouse

/// The formulas of `player_game_summary`.
public enum PlayerSummaries {
    /// A player's raw row, of a box score or of a gamebook.
    public struct Box: Sendable, Hashable {
        public enum Source: String, Sendable, Hashable, CaseIterable {
            case gamebook = "nbac_gamebook_player_stats"
            case boxScore = "nbac_player_boxscores"
        }

        /// `dnp` dressed and did not enter; `inactive` was not on the list of the active.
        public enum Status: String, Sendable, Hashable { case active, dnp, inactive }

        public var nbaGameID: String
        public var nbaPlayerID: Int?
        public var playerLookup: String
        public var fullName: String
        public var team: String
        public var plusMinus: Int?
        public var line: BoxLine
        public var source = Source.boxScore
        public var status = Status.active
        /// Nil where the source does not say.
        public var isStarter: Bool?
        /// Why he did not play, in the gamebook's words.
        public var absence: String?

        public init(
            nbaGameID: String,
            nbaPlayerID: Int?,
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
        /// The gamebooks' rows whose player is known.
        public var gamebooks: [Box] = []
        public var shots = PlayByPlayShots()
        /// By tricode.
        public var teams: [String: TeamTotals] = [:]
        public var lines = PlayerLineQuotes()
        public var order = SourceOrder.standard

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
        /// Games whose gamebook names other players than the box score, or has other points than the score while there is no
        /// box score; what the box score has stands.
        public var gamebookMismatches: [String] = []
    }

    /// One row a player of a final game; `only` nil means everybody. Pure.
    public static func compute(_ inputs: Inputs, only players: Set<String>?) -> Result {
        var result = Result()
        let games = Dictionary(uniqueKeysWithValues: inputs.games.map { ($0.nbaGameID, $0) })
        var chosen: [String: (box: Box, game: SlateGame)] = [:]
        let (boxes, mismatches) = lines(of: inputs)
        result.gamebookMismatches = mismatches
        for box in boxes {
            guard players?.contains(box.playerLookup) ?? true, let game = games[box.nbaGameID] else { continue }
            result.examined += 1
            guard !box.playerLookup.isEmpty, box.nbaPlayerID.map({ $0 > 0 }) ?? true, game.opponent(of: box.team) != nil
            else {
                result.refused.append(name(box))
                continue
            }
            guard let other = chosen[box.playerLookup] else {
                chosen[box.playerLookup] = (box, game)
                continue
            }
            // Two people of one name on one date: the one who played more keeps it, the other is reported.
            let isMore = (box.line.minutes ?? -1) > (other.box.line.minutes ?? -1)
            let loser = isMore ? other.box : box
            if isMore { chosen[box.playerLookup] = (box, game) }
            result.refused.append(name(loser))
        }
        var withoutTeam: Set<String> = []
        for (_, entry) in chosen.sorted(by: { $0.key < $1.key }) {
            let team = inputs.teams[entry.box.team].flatMap { $0.nbaGameID == entry.box.nbaGameID ? $0 : nil }
            if team == nil { withoutTeam.insert("\(entry.game.gameID)/\(entry.box.team)") }
            let (row, isRefused) = row(
                entry.box,
                entry.game,
                team,
                inputs.lines.lines(of: entry.box.playerLookup, in: entry.game),
                inputs.shots
            )
            if isRefused { result.usageRefused += 1 }
            result.rows.append(row)
        }
        result.withoutTeam = withoutTeam.sorted()
        return result
    }

    private static func name(_ box: Box) -> String {
        "\(box.playerLookup)/\(box.nbaPlayerID.map(String.init) ?? box.team)"
    }

    /// The field goals of each team, summed over the rows of its players.
    static func fieldGoals(of inputs: Inputs) -> [TeamBoxes.Key: ShotCount] {
        let played = lines(of: inputs).boxes.filter { $0.status == .active }
        return Dictionary(grouping: played) { TeamBoxes.Key(nbaGameID: $0.nbaGameID, team: $0.team) }
            .compactMapValues { BoxLine.sum($0.map(\.line)).fieldGoals }
    }

    /// The rows of each game from one source: its gamebook, whose minutes have seconds and which names the starters, where
    /// it has the players of the box score or, while there is none, the points of the schedule's score; else the box score.
    /// The order may say the box score first, or leave one of them out. Who did not play is always the gamebook's word.
    static func lines(of inputs: Inputs) -> (boxes: [Box], gamebookMismatches: [String]) {
        let order = inputs.order.players
        let listings = order.contains(.gamebook) ? inputs.gamebooks : []
        let boxScores = Dictionary(grouping: order.contains(.boxScore) ? inputs.boxes : [], by: \.nbaGameID)
        let gamebooks = Dictionary(grouping: listings, by: \.nbaGameID)
        var chosen: [Box] = []
        var mismatches: [String] = []
        for game in inputs.games {
            let boxes = boxScores[game.nbaGameID] ?? []
            let listed = gamebooks[game.nbaGameID] ?? []
            let played = listed.filter { $0.status == .active }
            let isWhole = game.teams.allSatisfy { team in
                played.count { $0.team == team } >= TeamOffense.fewestPlayers
            }
            let isSame =
                boxes.isEmpty
                ? hasTheScore(played, game) : Set(boxes.map(\.playerLookup)) == Set(played.map(\.playerLookup))
            let isFirst = boxes.isEmpty || order.first == .gamebook
            if isWhole, isSame, isFirst {
                let ids = Dictionary(boxes.map { ($0.playerLookup, $0) }, uniquingKeysWith: { first, _ in first })
                chosen += played.map { box in
                    var box = box
                    box.nbaPlayerID = ids[box.playerLookup]?.nbaPlayerID ?? box.nbaPlayerID
                    box.fullName = ids[box.playerLookup]?.fullName ?? box.fullName
                    return box
                }
            } else {
                if isWhole, !isSame { mismatches.append(game.gameID) }
                let starters = Dictionary(
                    played.map { ($0.playerLookup, $0.isStarter) },
                    uniquingKeysWith: { first, _ in first }
                )
                chosen += boxes.map { box in
                    var box = box
                    box.isStarter = starters[box.playerLookup] ?? nil
                    return box
                }
            }
        }
        // Whoever appeared in any game of the date is not absent from it.
        let appeared = Set(chosen.map(\.playerLookup))
        let games = Set(inputs.games.map(\.nbaGameID))
        chosen += listings.filter {
            $0.status != .active && games.contains($0.nbaGameID) && !appeared.contains($0.playerLookup)
        }
        return (chosen, mismatches)
    }

    /// Whether the players' points are the game's score.
    private static func hasTheScore(_ boxes: [Box], _ game: SlateGame) -> Bool {
        game.teams.allSatisfy { team in
            guard let score = game.score(of: team) else { return false }
            return BoxLine.sum(boxes.filter { $0.team == team }.map(\.line)).points == score
        }
    }

    /// What kind of reason the gamebook's words name. Whole words, so that a back injury is one and "back to back" is none.
    static func category(_ absence: String) -> PlayerGameSummary.AbsenceCategory {
        let words = absence.lowercased().split { !$0.isLetter }
        let kinds: [(PlayerGameSummary.AbsenceCategory, Set<Substring>)] = [
            (
                .injury,
                [
                    "injury", "injured", "illness", "surgery", "sprain", "strain", "soreness", "contusion", "tightness",
                    "fracture", "fractured", "tendinopathy", "tendinitis", "bruise", "spasms", "concussion",
                    "protocols",
                ]
            ),
            (.rest, ["rest"]), (.personal, ["personal", "bereavement"]), (.coachDecision, ["coach", "coaches"]),
        ]
        // The league writes a body part and a finding as `Left Knee; Finding`.
        return kinds.first { !$0.1.isDisjoint(with: words) }?.0 ?? (absence.contains(";") ? .injury : .other)
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
        _ lines: PointsLines?,
        _ shots: PlayByPlayShots
    ) -> (PlayerGameSummary, isUsageRefused: Bool) {
        let line = box.line
        let isActive = box.status == .active
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
        let tier = !isActive ? "gold" : !isWhole ? "bronze" : team == nil || isRefused ? "silver" : "gold"
        var row = PlayerGameSummary(
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
            playerStatus: box.status.rawValue,
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
            primarySourceUsed: box.source.rawValue,
            dataQualityTier: tier
        )
        row.openingLine = lines?.opening
        row.lineMovement = lines?.movement
        row.starterFlag = box.isStarter
        row.absenceReason = box.absence
        row.absenceCategory = isActive ? nil : box.absence.map(category)
        row.shots = isActive ? detail(of: box, shots) : nil
        return (row, isRefused)
    }

    /// What the game's play-by-play tells of a player; nil without one.
    private static func detail(of box: Box, _ shots: PlayByPlayShots) -> PlayerGameSummary.ShotDetail? {
        guard let source = shots.source(ofGame: box.nbaGameID),
            let player = shots.player(box.playerLookup, inGame: box.nbaGameID)
        else { return nil }
        return PlayerGameSummary.ShotDetail(
            zones: player.zones,
            blocks: player.blocks,
            andOnes: player.andOnes,
            assistedMakes: player.assistedMakes,
            unassistedMakes: player.unassistedMakes,
            isComplete: player.zones.attempts == box.line.fieldGoalsAttempted
                && player.zones.makes == box.line.fieldGoalsMade,
            source: source
        )
    }
}
