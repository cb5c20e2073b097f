import Basketball
import Pipeline
import Testing
import Warehouse

@testable import Analytics

@Suite struct TeamDefenseTests {
    static let date = TeamOffenseTests.date

    /// A team's stored row with what a test needs of it.
    static func row(
        _ team: String,
        _ opponent: String,
        tier: String = "gold",
        zones: ZoneShots? = nil,
        game: SlateGame = TeamOffenseTests.game()
    ) -> TeamOffenseGameSummary {
        var row = TeamOffenseGameSummary(
            gameID: game.gameID,
            nbaGameID: game.nbaGameID,
            gameDate: game.date,
            seasonYear: game.seasonYear,
            seasonType: game.seasonType.rawValue,
            teamAbbr: team,
            opponentTeamAbbr: opponent,
            homeGame: team == game.home,
            primarySourceUsed: "nbac_team_boxscore",
            dataQualityTier: tier
        )
        row.zones = zones
        row.shotZonesSource = zones.map { _ in "bigdataball_play_by_play" }
        return row
    }

    static func offense(_ rows: [TeamOffenseGameSummary]) -> [TeamBoxes.Key: TeamOffenseGameSummary] {
        Dictionary(uniqueKeysWithValues: rows.map { (.init(nbaGameID: $0.nbaGameID, team: $0.teamAbbr), $0) })
    }

    /// The rows of one game from its boxes, as the two processors make them one after the other.
    static func rows(
        _ boxes: TeamBoxes,
        game: SlateGame = TeamOffenseTests.game()
    ) -> [String: TeamDefenseGameSummary] {
        let offense = offense(TeamOffense.compute([game], boxes).rows)
        let rows = TeamDefenseGameSummaryProcessor.compute([game], offense, boxes.shots).rows
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.own.teamAbbr, $0) })
    }

    static func cell(_ column: String, of row: TeamDefenseGameSummary) -> Cell {
        row.cells[TeamDefenseGameSummary.table.index(of: column)]
    }

    static func count(_ column: String, of row: TeamDefenseGameSummary) -> Int? {
        if case .integer(let count) = cell(column, of: row) { Int(count) } else { nil }
    }

    // analytics 28: the opponent has 115 points and 12 turnovers, the team wins by 7 at home.
    @Test func whatTheOpponentDidIsAllowed() throws {
        let boxes = TeamOffenseTests.boxes(
            home: TeamOffenseTests.line(points: 122),
            away: TeamOffenseTests.line(points: 115, attempts: 88, free: 22, turnovers: 12)
        )
        let game = TeamOffenseTests.game(homeScore: 122, awayScore: 115)
        let home = try #require(Self.rows(boxes, game: game)["BOS"])
        #expect(home.cells.count == TeamDefenseGameSummary.table.columns.count)
        #expect(Self.count("points_allowed", of: home) == 115 && Self.count("turnovers_forced", of: home) == 12)
        #expect(Self.count("opp_fg_attempts", of: home) == 88 && Self.count("opp_ft_attempts", of: home) == 22)
        #expect(Self.count("margin_of_victory", of: home) == 7)
        #expect(Self.cell("win_flag", of: home) == .boolean(true))
        #expect(Self.cell("home_game", of: home) == .boolean(true))
        #expect(Self.cell("defending_team_abbr", of: home) == Cell.text("BOS"))
        #expect(Self.cell("opponent_team_abbr", of: home) == Cell.text("TOR"))
        let away = try #require(Self.rows(boxes, game: game)["TOR"])
        #expect(Self.count("points_allowed", of: away) == 122 && Self.count("margin_of_victory", of: away) == -7)
        #expect(Self.cell("win_flag", of: away) == .boolean(false))
        #expect(Self.cell("home_game", of: away) == .boolean(false))
        #expect(Self.cell("game_id", of: away) == Cell.text("20240115_TOR_BOS"))
    }

    // Steals, rebounds, blocks and fouls are the own side's; everything else is the other's.
    @Test func theOwnSidesActionsAreItsOwn() throws {
        var (own, other) = (TeamOffenseTests.line(), TeamOffenseTests.line(points: 96))
        (own.steals, own.blocks, own.defensiveRebounds, own.personalFouls) = (6, 4, 21, 17)
        (other.steals, other.blocks, other.defensiveRebounds, other.personalFouls) = (9, 7, 33, 23)
        (other.rebounds, other.assists, other.threePointersMade) = (41, 28, 11)
        let row = try #require(Self.rows(TeamOffenseTests.boxes(home: own, away: other))["BOS"])
        #expect(Self.count("steals", of: row) == 6 && Self.count("blocks", of: row) == 4)
        #expect(Self.count("defensive_rebounds", of: row) == 21 && Self.count("fouls_committed", of: row) == 17)
        #expect(Self.count("opp_rebounds", of: row) == 41 && Self.count("opp_assists", of: row) == 28)
        #expect(Self.count("three_pt_points_allowed", of: row) == 33)
    }

    // analytics 32: three players of a gamebook with 6 steals, 4 blocks and 21 defensive rebounds. They are added up, and
    // three are no team: five are the fewest of whom a team's row is made.
    @Test func threePlayersOfAGamebookAddUpAndAreNoTeam() {
        let counts = [(3, 2, 9), (2, 1, 7), (1, 1, 5)]
        let lines = counts.map { steals, blocks, rebounds in
            var line = TeamOffenseTests.line(points: 30)
            (line.steals, line.blocks, line.defensiveRebounds) = (steals, blocks, rebounds)
            return line
        }
        let sum = BoxLine.sum(lines)
        #expect(sum.steals == 6 && sum.blocks == 4 && sum.defensiveRebounds == 21)
        var boxes = TeamOffenseTests.boxes(home: nil)
        boxes.gamebooks[PlayByPlayShotsTests.key("BOS")] = lines
        #expect(Self.rows(boxes)["BOS"] == nil)
    }

    // analytics 33: without a gamebook the other list of players tells of 6 steals. The predecessor's other list is one
    // that nobody reads here; it is the league's box score.
    @Test func withoutAGamebookTheBoxScoresPlayersAddUp() throws {
        var boxes = TeamOffenseTests.boxes(home: nil)
        boxes.players[PlayByPlayShotsTests.key("BOS")] = [2, 1, 1, 1, 1].map { steals in
            var line = TeamOffenseTests.line(points: 21)
            line.steals = steals
            return line
        }
        let row = try #require(Self.rows(boxes)["BOS"])
        #expect(Self.count("steals", of: row) == 6)
        #expect(row.own.primarySourceUsed == "nbac_player_boxscores_sum")
    }

    // analytics 29: 10 shots in the paint with 7 makes, 8 with 3 from mid-range, 12 with 5 from three. analytics 30:
    // Los Angeles faces 45 with 28 and 18 with 7, Boston 38 with 22.
    @Test(
        arguments: [
            (PlayByPlayShotsTests.zones((10, 7), mid: (8, 3), three: (12, 5)), 14, 6),
            (PlayByPlayShotsTests.zones((45, 28), mid: (18, 7)), 56, 14),
            (PlayByPlayShotsTests.zones((38, 22)), 44, 0),
        ]
    )
    func theOpponentsZonesAreAllowed(zones: ZoneShots, paintPoints: Int, midRangePoints: Int) throws {
        var away = TeamOffenseTests.line(points: 96, attempts: zones.attempts)
        away.fieldGoalsMade = zones.makes
        away.threePointersMade = zones.perimeter.makes
        var boxes = TeamOffenseTests.boxes(away: away)
        boxes.shots = PlayByPlayShots([
            .league: PlayByPlayShotsTests.events(zones, by: "scottiebarnes", of: "TOR", against: "BOS")
        ])
        let row = try #require(Self.rows(boxes)["BOS"])
        #expect(Self.count("opp_paint_attempts", of: row) == zones.paint.attempts)
        #expect(Self.count("opp_paint_makes", of: row) == zones.paint.makes)
        #expect(Self.count("opp_mid_range_attempts", of: row) == zones.midRange.attempts)
        #expect(Self.count("opp_mid_range_makes", of: row) == zones.midRange.makes)
        #expect(Self.count("opp_three_attempts_pbp", of: row) == zones.perimeter.attempts)
        #expect(Self.count("opp_three_makes_pbp", of: row) == zones.perimeter.makes)
        #expect(Self.count("points_in_paint_allowed", of: row) == paintPoints)
        #expect(Self.count("mid_range_points_allowed", of: row) == midRangePoints)
        #expect(Self.count("three_pt_points_allowed", of: row) == 3 * zones.perimeter.makes)
        #expect(Self.cell("shot_zones_source", of: row) == Cell.text("nbac_play_by_play"))
    }

    // analytics 31: a defensive rating of 112.5, here of 108 points from 84 + 0.44·25 + 11 − 10 = 96 possessions.
    @Test func theDefensiveRatingIsTheOpponentsOffensiveRating() throws {
        let away = TeamOffenseTests.line(points: 108, attempts: 84, free: 25, turnovers: 11, offensive: 10)
        let boxes = TeamOffenseTests.boxes(home: TeamOffenseTests.line(points: 110), away: away)
        let game = TeamOffenseTests.game(homeScore: 110, awayScore: 108)
        let row = try #require(Self.rows(boxes, game: game)["BOS"])
        #expect(Self.cell("defensive_rating", of: row) == .double(112.5))
        #expect(row.opponent.offensiveRating == 112.5 && row.own.defensiveRating == 112.5)
        #expect(Self.cell("opponent_possessions", of: row) == .double(96))
        #expect(Self.cell("opponent_ts_pct", of: row) == .double(0.5684))
    }

    // Real minutes: an overtime takes the pace down to 48 minutes and is counted (the fixed 48 of analytics §1.3 is not
    // repeated).
    @Test func overtimeIsCountedOnce() throws {
        let boxes = TeamOffenseTests.boxes(
            home: TeamOffenseTests.line(minutes: 265),
            away: TeamOffenseTests.line(points: 96, minutes: 265)
        )
        let row = try #require(Self.rows(boxes)["BOS"])
        #expect(Self.count("overtime_periods", of: row) == 1)
        #expect(Self.cell("opponent_possessions", of: row) == .double(101))
        #expect(Self.cell("opponent_pace", of: row) == .double(91.4717))
    }

    // analytics 34 and 35: what no source tells is NULL, never 0.
    @Test func unknownIsNullAndNotZero() throws {
        var home = TeamOffenseTests.line()
        (home.steals, home.blocks, home.defensiveRebounds, home.personalFouls) = (nil, nil, nil, nil)
        var away = TeamOffenseTests.line(points: 96)
        (away.turnovers, away.assists, away.threePointersMade) = (nil, nil, nil)
        let row = try #require(Self.rows(TeamOffenseTests.boxes(home: home, away: away))["BOS"])
        for column in [
            "steals", "blocks", "defensive_rebounds", "fouls_committed", "turnovers_forced", "opp_assists",
            "three_pt_points_allowed", "opponent_possessions", "opponent_pace", "defensive_rating",
            "opp_paint_attempts", "opp_paint_makes", "opp_mid_range_attempts", "opp_mid_range_makes",
            "opp_three_attempts_pbp", "opp_three_makes_pbp", "points_in_paint_allowed", "mid_range_points_allowed",
            "blocks_paint", "blocks_mid_range", "blocks_three_pt", "shot_zones_source", "players_inactive",
            "referee_crew",
        ] { #expect(Self.cell(column, of: row) == .null, "\(column)") }
        #expect(Self.count("points_allowed", of: row) == 96)
    }

    @Test func aGameWithoutBothRowsIsNamedAndTheOthersStay() {
        let whole = TeamOffenseTests.game("DEN", "LAL", id: "0022300562")
        let half = TeamOffenseTests.game()
        let none = TeamOffenseTests.game("MIA", "ATL", id: "0022300563")
        let offense = Self.offense([
            Self.row("BOS", "TOR"), Self.row("DEN", "LAL", game: whole), Self.row("LAL", "DEN", game: whole),
        ])
        let (rows, missing) = TeamDefenseGameSummaryProcessor.compute([half, whole, none], offense, .init())
        #expect(rows.map(\.own.teamAbbr) == ["LAL", "DEN"])
        #expect(
            missing == [
                "20240115_TOR_BOS/TOR", "20240115_TOR_BOS/BOS", "20240115_ATL_MIA/ATL", "20240115_ATL_MIA/MIA",
            ]
        )
    }

    // The opponent's box tells what was allowed: a team without one makes its opponent's row impossible too.
    @Test func aTeamWithoutABoxLeavesBothWithoutARow() {
        let game = TeamOffenseTests.game()
        let offense = Self.offense(TeamOffense.compute([game], TeamOffenseTests.boxes(away: nil)).rows)
        #expect(offense.count == 1)
        let (rows, missing) = TeamDefenseGameSummaryProcessor.compute([game], offense, .init())
        #expect(rows.isEmpty && missing == ["20240115_TOR_BOS/TOR", "20240115_TOR_BOS/BOS"])
    }

    @Test(
        arguments: [
            ("gold", "gold", "gold"), ("gold", "silver", "silver"), ("silver", "bronze", "bronze"),
            ("gold", "bronze", "bronze"), ("bronze", "poor", "poor"), ("poor", "gold", "poor"),
        ]
    )
    func theTierIsTheWorseOne(own: String, other: String, tier: String) {
        for (own, other) in [(own, other), (other, own)] {
            let row = TeamDefenseGameSummary(
                own: Self.row("BOS", "TOR", tier: own),
                opponent: Self.row("TOR", "BOS", tier: other),
                blocks: nil
            )
            #expect(Self.cell("data_quality_tier", of: row) == Cell.text(tier))
        }
    }

    // Blocks are the other side of the opponent's shots: without those they are unknown, the own zones do not help.
    @Test(arguments: [(true, true), (true, false), (false, true), (false, false)])
    func blocksStandOnlyBesideTheOpponentsZones(own: Bool, opponent: Bool) throws {
        let (game, zones) = (TeamOffenseTests.game(), PlayByPlayShotsTests.zones((1, 0), three: (1, 0)))
        let shots = PlayByPlayShots([
            .bigDataBall: [
                PlayByPlayShotsTests.shot(by: "rjbarrett", of: "TOR", against: "BOS", block: "alhorford"),
                PlayByPlayShotsTests.shot(
                    isThree: true,
                    feet: 24,
                    by: "rjbarrett",
                    of: "TOR",
                    against: "BOS",
                    block: "derrickwhite"
                ),
            ]
        ])
        let offense = Self.offense([
            Self.row("BOS", "TOR", zones: own ? ZoneShots() : nil),
            Self.row("TOR", "BOS", zones: opponent ? zones : nil),
        ])
        let rows = TeamDefenseGameSummaryProcessor.compute([game], offense, shots).rows
        let home = try #require(rows.first { $0.own.teamAbbr == "BOS" })
        #expect(home.blocks == (opponent ? ZoneBlocks(paint: 1, perimeter: 1) : nil))
        #expect(Self.count("blocks_paint", of: home) == (opponent ? 1 : nil))
        #expect(Self.count("blocks_mid_range", of: home) == (opponent ? 0 : nil))
        #expect(Self.count("blocks_three_pt", of: home) == (opponent ? 1 : nil))
        let away = try #require(rows.first { $0.own.teamAbbr == "TOR" })
        #expect(away.blocks == (own ? ZoneBlocks() : nil))
    }

    @Test func withoutAPlayByPlayThereAreNoBlocksByZone() {
        let offense = Self.offense([
            Self.row("BOS", "TOR", zones: ZoneShots()), Self.row("TOR", "BOS", zones: ZoneShots()),
        ])
        let rows = TeamDefenseGameSummaryProcessor.compute([TeamOffenseTests.game()], offense, .init()).rows
        #expect(rows.map(\.blocks) == [nil, nil])
    }

    @Test func crewAndInactivePlayersAreTheOwnRows() throws {
        var boxes = TeamOffenseTests.boxes()
        boxes.inactive = [PlayByPlayShotsTests.key("BOS"): 3, PlayByPlayShotsTests.key("TOR"): 0]
        boxes.referees[PlayByPlayShotsTests.game] = "1151,1830,201639"
        let rows = Self.rows(boxes)
        let (home, away) = (try #require(rows["BOS"]), try #require(rows["TOR"]))
        #expect(Self.count("players_inactive", of: home) == 3 && Self.count("players_inactive", of: away) == 0)
        #expect(Self.cell("referee_crew", of: home) == Cell.text("1151,1830,201639"))
        #expect(Self.cell("referee_crew", of: away) == Cell.text("1151,1830,201639"))
    }

    private static func random(using random: inout SeededRandom) -> BoxLine {
        func maybe(_ range: ClosedRange<Int>) -> Int? {
            Int.random(in: 0..<12, using: &random) == 0 ? nil : Int.random(in: range, using: &random)
        }
        return BoxLine(
            minutes: 240 + 25 * Double(Int.random(in: 0...2, using: &random)),
            points: Int.random(in: 70...150, using: &random),
            fieldGoalsMade: maybe(25...55),
            fieldGoalsAttempted: Int.random(in: 60...110, using: &random),
            threePointersMade: maybe(4...25),
            threePointersAttempted: maybe(20...50),
            freeThrowsMade: maybe(5...25),
            freeThrowsAttempted: maybe(5...45),
            offensiveRebounds: maybe(0...20),
            defensiveRebounds: maybe(20...45),
            rebounds: maybe(25...60),
            assists: maybe(10...40),
            steals: maybe(0...15),
            blocks: maybe(0...12),
            turnovers: maybe(3...25),
            personalFouls: maybe(8...35)
        )
    }

    // analytics §6.6: what one side made the other allowed, from the same box.
    @Test func bothSidesTellOfOneGame() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let lines = [Self.random(using: &random), Self.random(using: &random)]
            let game = TeamOffenseTests.game(
                homeScore: Bool.random(using: &random) ? lines[0].points : nil,
                awayScore: Bool.random(using: &random) ? lines[1].points : nil
            )
            let rows = Self.rows(TeamOffenseTests.boxes(home: lines[0], away: lines[1]), game: game)
            let pair = [try #require(rows["BOS"]), try #require(rows["TOR"])]
            for (side, other, line) in [(pair[0], pair[1], lines[0]), (pair[1], pair[0], lines[1])] {
                #expect(Self.count("points_allowed", of: other) == line.points, "seed \(seed)")
                #expect(side.own.pointsScored == other.opponent.pointsScored, "seed \(seed)")
                #expect(side.own.possessions == line.possessions?.stored, "seed \(seed)")
                #expect(
                    Self.cell("opponent_possessions", of: other) == Cell.double(side.own.possessions),
                    "seed \(seed)"
                )
                #expect(
                    Self.cell("defensive_rating", of: other) == Cell.double(side.own.offensiveRating),
                    "seed \(seed)"
                )
                #expect(side.own.offensiveRating == other.own.defensiveRating, "seed \(seed)")
                #expect(Self.count("turnovers_forced", of: other) == line.turnovers, "seed \(seed)")
                #expect(Self.count("steals", of: side) == line.steals, "seed \(seed)")
            }
            let margins = pair.compactMap { Self.count("margin_of_victory", of: $0) }
            #expect(margins.count == 2 && margins.reduce(0, +) == 0, "seed \(seed)")
        }
    }
}
