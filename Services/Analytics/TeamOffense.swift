import Basketball
public import Warehouse

/// The counts of a box score, of a player or of a team. Nil is unknown.
public struct BoxLine: Sendable, Hashable {
    /// All five players' minutes for a team: 240 without overtime.
    public var minutes: Double?
    public var points: Int?
    public var fieldGoalsMade: Int?
    public var fieldGoalsAttempted: Int?
    public var threePointersMade: Int?
    public var threePointersAttempted: Int?
    public var freeThrowsMade: Int?
    public var freeThrowsAttempted: Int?
    public var offensiveRebounds: Int?
    public var defensiveRebounds: Int?
    public var rebounds: Int?
    public var assists: Int?
    public var steals: Int?
    public var blocks: Int?
    public var turnovers: Int?
    public var personalFouls: Int?

    public init(
        minutes: Double? = nil,
        points: Int? = nil,
        fieldGoalsMade: Int? = nil,
        fieldGoalsAttempted: Int? = nil,
        threePointersMade: Int? = nil,
        threePointersAttempted: Int? = nil,
        freeThrowsMade: Int? = nil,
        freeThrowsAttempted: Int? = nil,
        offensiveRebounds: Int? = nil,
        defensiveRebounds: Int? = nil,
        rebounds: Int? = nil,
        assists: Int? = nil,
        steals: Int? = nil,
        blocks: Int? = nil,
        turnovers: Int? = nil,
        personalFouls: Int? = nil
    ) {
        self.minutes = minutes
        self.points = points
        self.fieldGoalsMade = fieldGoalsMade
        self.fieldGoalsAttempted = fieldGoalsAttempted
        self.threePointersMade = threePointersMade
        self.threePointersAttempted = threePointersAttempted
        self.freeThrowsMade = freeThrowsMade
        self.freeThrowsAttempted = freeThrowsAttempted
        self.offensiveRebounds = offensiveRebounds
        self.defensiveRebounds = defensiveRebounds
        self.rebounds = rebounds
        self.assists = assists
        self.steals = steals
        self.blocks = blocks
        self.turnovers = turnovers
        self.personalFouls = personalFouls
    }

    /// The sum of players who appeared; a count that one of them lacks is unknown for all.
    static func sum(_ lines: [BoxLine]) -> BoxLine {
        func total(_ count: KeyPath<BoxLine, Int?>) -> Int? {
            lines.reduce(Int?.some(0)) { sum, line in sum.flatMap { sum in line[keyPath: count].map { sum + $0 } } }
        }
        let minutes = lines.reduce(Double?.some(0)) { sum, line in sum.flatMap { sum in line.minutes.map { sum + $0 } }
        }
        return BoxLine(
            minutes: minutes,
            points: total(\.points),
            fieldGoalsMade: total(\.fieldGoalsMade),
            fieldGoalsAttempted: total(\.fieldGoalsAttempted),
            threePointersMade: total(\.threePointersMade),
            threePointersAttempted: total(\.threePointersAttempted),
            freeThrowsMade: total(\.freeThrowsMade),
            freeThrowsAttempted: total(\.freeThrowsAttempted),
            offensiveRebounds: total(\.offensiveRebounds),
            defensiveRebounds: total(\.defensiveRebounds),
            rebounds: total(\.rebounds),
            assists: total(\.assists),
            steals: total(\.steals),
            blocks: total(\.blocks),
            turnovers: total(\.turnovers),
            personalFouls: total(\.personalFouls)
        )
    }

    /// Team possessions; nil when a count is unknown.
    var possessions: Double? {
        guard let fieldGoalsAttempted, let freeThrowsAttempted, let turnovers, let offensiveRebounds else { return nil }
        return BoxScore.possessions(
            fieldGoalsAttempted: fieldGoalsAttempted,
            freeThrowsAttempted: freeThrowsAttempted,
            turnovers: turnovers,
            offensiveRebounds: offensiveRebounds
        )
    }

    /// Nil when a count is unknown.
    var fieldGoals: ShotCount? {
        guard let fieldGoalsAttempted, let fieldGoalsMade else { return nil }
        return ShotCount(attempts: fieldGoalsAttempted, makes: fieldGoalsMade)
    }

    /// A team that scored nothing or took no shot is a row that was not filled yet.
    var isPlayed: Bool { (points ?? 0) > 0 && (fieldGoalsAttempted ?? 0) > 0 }
}

/// The box scores of a date, by game and team.
public struct TeamBoxes: Sendable {
    public struct Key: Sendable, Hashable {
        public var nbaGameID: String
        public var team: String

        public init(nbaGameID: String, team: String) {
            self.nbaGameID = nbaGameID
            self.team = team
        }
    }

    public var teams: [Key: BoxLine] = [:]
    public var players: [Key: [BoxLine]] = [:]
    /// The gamebooks' players who appeared.
    public var gamebooks: [Key: [BoxLine]] = [:]
    /// Players whom a team's gamebook calls inactive; no entry without a gamebook.
    public var inactive: [Key: Int] = [:]
    /// By game: the officials' league ids, ascending, with commas.
    public var referees: [String: String] = [:]
    public var shots = PlayByPlayShots()
    /// The teams for which a player has a row.
    public var playersByTeam: [String: Set<String>] = [:]
    public var order = SourceOrder.standard

    public init() {}

    /// Both teams of the games in which the players stand.
    func teams(of players: Set<String>, in games: [SlateGame]) -> Set<String> {
        let own = players.reduce(into: Set<String>()) { $0.formUnion(playersByTeam[$1] ?? []) }
        return games.reduce(into: own) { if !own.isDisjoint(with: $1.teams) { $0.formUnion($1.teams) } }
    }
}

/// The formulas of `team_offense_game_summary`.
public enum TeamOffense {
    public struct Result: Sendable, Hashable {
        public var rows: [TeamOffenseGameSummary] = []
        /// `game/team` without a usable box.
        public var missing: [String] = []
        /// `game/team` summed from players.
        public var rebuilt: [String] = []
        /// `game/team` whose points differ from the schedule's score.
        public var mismatches: [String] = []
        /// `game/team` whose play-by-play does not hold the box score's shots.
        public var zoneMismatches: [String] = []
    }

    /// Fewer players than this are a broken list, not a team.
    static let fewestPlayers = 5

    private struct Box {
        var line: BoxLine
        var source: String
        var isRebuilt: Bool { source != "nbac_team_boxscore" }
    }

    /// Two rows a final game, where both boxes are there. Pure.
    public static func compute(_ games: [SlateGame], _ boxes: TeamBoxes) -> Result {
        var result = Result()
        for game in games where game.isFinal {
            let found = Dictionary(
                uniqueKeysWithValues: game.teams.compactMap { team in
                    box(TeamBoxes.Key(nbaGameID: game.nbaGameID, team: team), boxes, score: game.score(of: team))
                        .map { (team, $0) }
                }
            )
            for team in game.teams {
                guard let own = found[team], let opponent = game.opponent(of: team) else {
                    result.missing.append("\(game.gameID)/\(team)")
                    continue
                }
                var row = row(game, team, opponent, own, found[opponent]?.line)
                let key = TeamBoxes.Key(nbaGameID: game.nbaGameID, team: team)
                if let shots = boxes.shots.team(key) {
                    if zonesFit(shots.zones, own.line) {
                        row.zones = shots.zones
                        row.shotZonesSource = boxes.shots.source(ofGame: game.nbaGameID)
                    } else {
                        result.zoneMismatches.append("\(game.gameID)/\(team)")
                    }
                }
                row.playersInactive = boxes.inactive[key]
                row.refereeCrew = boxes.referees[game.nbaGameID]
                row.arenaCity = game.arenaCity
                row.isNeutralSite = game.isNeutralSite
                if own.isRebuilt { result.rebuilt.append("\(game.gameID)/\(team)") }
                if let score = game.score(of: team), score != own.line.points {
                    result.mismatches.append("\(game.gameID)/\(team)")
                }
                result.rows.append(row)
            }
        }
        return result
    }

    /// The team's row; else the sum of its players, of the source whose points are the score before one whose are not: a
    /// list may lack players.
    private static func box(_ key: TeamBoxes.Key, _ boxes: TeamBoxes, score: Int?) -> Box? {
        let found = boxes.order.teams.compactMap { source -> Box? in
            switch source {
            case .box:
                boxes.teams[key].flatMap { $0.isPlayed ? Box(line: $0, source: source.rawValue) : nil }
            case .gamebook: sum(boxes.gamebooks[key], source)
            case .players: sum(boxes.players[key], source)
            }
        }
        if let first = found.first, !first.isRebuilt { return first }
        return found.first { $0.line.points == score } ?? found.first
    }

    private static func sum(_ players: [BoxLine]?, _ source: SourceOrder.TeamSource) -> Box? {
        let played = (players ?? []).filter { $0.minutes != nil }
        let sum = BoxLine.sum(played)
        return played.count >= fewestPlayers && sum.isPlayed ? Box(line: sum, source: "\(source.rawValue)_sum") : nil
    }

    /// The field goals of each team by its box, by which the play-by-play of a game is chosen.
    static func fieldGoals(_ games: [SlateGame], _ boxes: TeamBoxes) -> [TeamBoxes.Key: ShotCount] {
        var counts: [TeamBoxes.Key: ShotCount] = [:]
        for game in games {
            for team in game.teams {
                let key = TeamBoxes.Key(nbaGameID: game.nbaGameID, team: team)
                counts[key] = box(key, boxes, score: game.score(of: team))?.line.fieldGoals
            }
        }
        return counts
    }

    static func zonesFit(_ zones: ZoneShots, _ line: BoxLine) -> Bool {
        line.fieldGoals.map { PlayByPlayShots.fit(ShotCount(attempts: zones.attempts, makes: zones.makes), $0) }
            ?? false
    }

    private static func row(
        _ game: SlateGame,
        _ team: String,
        _ opponent: String,
        _ box: Box,
        _ other: BoxLine?
    ) -> TeamOffenseGameSummary {
        let line = box.line
        // The league's score decides who won; the box stands in where the schedule has none.
        let score = game.score(of: team) ?? line.points
        let opponentScore = game.score(of: opponent) ?? other?.points
        let margin = score.flatMap { score in opponentScore.map { score - $0 } }
        let possessions = line.possessions
        let minutes = line.minutes.flatMap { BoxScore.nominalTeamMinutes($0) }
        var rating: Double?
        if let points = line.points, let possessions {
            rating = BoxScore.rating(points: points, possessions: possessions)
        }
        var allowed: Double?
        if let points = other?.points, let possessions = other?.possessions {
            allowed = BoxScore.rating(points: points, possessions: possessions)
        }
        var shooting: Double?
        if let points = line.points, let attempts = line.fieldGoalsAttempted, let free = line.freeThrowsAttempted {
            shooting = BoxScore.trueShooting(points: points, fieldGoalsAttempted: attempts, freeThrowsAttempted: free)
        }
        let pace = possessions.flatMap { possessions in
            minutes.flatMap { BoxScore.pace(possessions: possessions, teamMinutes: $0) }
        }
        return TeamOffenseGameSummary(
            gameID: game.gameID,
            nbaGameID: game.nbaGameID,
            gameDate: game.date,
            seasonYear: game.seasonYear,
            seasonType: game.seasonType.rawValue,
            teamAbbr: team,
            opponentTeamAbbr: opponent,
            homeGame: team == game.home,
            pointsScored: line.points,
            opponentPoints: opponentScore,
            fgAttempts: line.fieldGoalsAttempted,
            fgMakes: line.fieldGoalsMade,
            threePtAttempts: line.threePointersAttempted,
            threePtMakes: line.threePointersMade,
            ftAttempts: line.freeThrowsAttempted,
            ftMakes: line.freeThrowsMade,
            offensiveRebounds: line.offensiveRebounds,
            defensiveRebounds: line.defensiveRebounds,
            rebounds: line.rebounds,
            assists: line.assists,
            steals: line.steals,
            blocks: line.blocks,
            turnovers: line.turnovers,
            personalFouls: line.personalFouls,
            teamMinutes: minutes,
            overtimePeriods: minutes.map { BoxScore.overtimePeriods(teamMinutes: $0) },
            possessions: possessions?.stored,
            pace: pace?.stored,
            offensiveRating: rating?.stored,
            defensiveRating: allowed?.stored,
            tsPct: shooting?.stored,
            winFlag: margin.map { $0 > 0 },
            marginOfVictory: margin,
            primarySourceUsed: box.source,
            dataQualityTier: tier(box, game.score(of: team))
        )
    }

    private static func tier(_ box: Box, _ score: Int?) -> String {
        if let score, score != box.line.points { return "bronze" }
        return box.isRebuilt || score == nil ? "silver" : "gold"
    }
}
