import Basketball
import Pipeline
import Testing
import Warehouse

@testable import Analytics

@Suite struct TeamOffenseZonesTests {
    static let home = PlayByPlayShotsTests.key("BOS")
    static let away = PlayByPlayShotsTests.key("TOR")

    /// Boston's box has 85 attempts and 38 makes, Toronto's 80 and 38.
    static let homeZones = PlayByPlayShotsTests.zones((40, 22), mid: (15, 4), three: (30, 12))
    static let awayZones = PlayByPlayShotsTests.zones((35, 20), mid: (15, 6), three: (30, 12))

    static func boxes(
        home: ZoneShots? = homeZones,
        away: ZoneShots? = awayZones,
        source: PlayByPlayShots.Source = .bigDataBall
    ) -> TeamBoxes {
        var boxes = TeamOffenseTests.boxes()
        let own = home.map { PlayByPlayShotsTests.events($0) } ?? []
        let other = away.map { PlayByPlayShotsTests.events($0, by: "rjbarrett", of: "TOR", against: "BOS") } ?? []
        boxes.shots = PlayByPlayShots([source: own + other])
        return boxes
    }

    static func compute(_ boxes: TeamBoxes) -> TeamOffense.Result {
        TeamOffense.compute([TeamOffenseTests.game()], boxes)
    }

    static func cell(_ column: String, of row: TeamOffenseGameSummary) -> Cell {
        row.cells[TeamOffenseGameSummary.table.index(of: column)]
    }

    @Test(arguments: PlayByPlayShots.Source.allCases) func theZonesOfThePlayByPlayAreTheTeams(
        source: PlayByPlayShots.Source
    ) {
        let result = Self.compute(Self.boxes(source: source))
        #expect(result.rows.map(\.teamAbbr) == ["TOR", "BOS"] && result.zoneMismatches.isEmpty)
        #expect(result.rows.map(\.zones) == [Self.awayZones, Self.homeZones])
        #expect(result.rows.map(\.shotZonesSource) == [source.rawValue, source.rawValue])
        let row = result.rows[1]
        #expect(row.cells.count == TeamOffenseGameSummary.table.columns.count)
        #expect(Self.cell("team_paint_attempts", of: row) == Cell.integer(Int64(40)))
        #expect(Self.cell("team_paint_makes", of: row) == Cell.integer(Int64(22)))
        #expect(Self.cell("team_mid_range_attempts", of: row) == Cell.integer(Int64(15)))
        #expect(Self.cell("team_mid_range_makes", of: row) == Cell.integer(Int64(4)))
        #expect(Self.cell("team_three_attempts_pbp", of: row) == Cell.integer(Int64(30)))
        #expect(Self.cell("team_three_makes_pbp", of: row) == Cell.integer(Int64(12)))
        // Two points a make in the paint, as analytics 29 and 30 count them.
        #expect(Self.cell("points_in_paint_scored", of: row) == Cell.integer(Int64(44)))
    }

    // A play-by-play may miss a shot, or count a heave that the box leaves out (analytics §6.6): one, and not two.
    @Test(
        arguments: [
            (0, 0, true), (1, 0, true), (-1, 0, true), (0, 1, true), (0, -1, true), (1, 1, true), (-1, -1, true),
            (1, -1, true), (-1, 1, true), (2, 0, false), (-2, 0, false), (0, 2, false), (0, -2, false),
            (2, 2, false), (-20, -9, false),
        ]
    )
    func zonesAreTakenOnlyIfTheyAreTheBoxScoresShots(attempts: Int, makes: Int, fits: Bool) {
        var zones = Self.homeZones
        zones.paint.attempts += attempts
        zones.paint.makes += makes
        let result = Self.compute(Self.boxes(home: zones))
        let row = result.rows[1]
        #expect(row.zones == (fits ? zones : nil))
        #expect(row.shotZonesSource == (fits ? "bigdataball_play_by_play" : nil))
        #expect(result.zoneMismatches == (fits ? [] : ["20240115_TOR_BOS/BOS"]))
        // The rest of the row, and the other team, have nothing to do with it.
        #expect(row.possessions == 101 && row.dataQualityTier == "gold" && result.missing.isEmpty)
        #expect(result.rows[0].zones == Self.awayZones)
        #expect(Self.cell("points_in_paint_scored", of: row) == (fits ? .integer(2 * zones.paint.makes) : .null))
    }

    @Test func withoutAPlayByPlayNothingIsKnownAndNothingContradicts() {
        let result = Self.compute(TeamOffenseTests.boxes())
        #expect(result.rows.map(\.zones) == [nil, nil] && result.zoneMismatches.isEmpty)
        #expect(result.rows.map(\.shotZonesSource) == [nil, nil])
        for column in ["team_paint_attempts", "team_three_makes_pbp", "points_in_paint_scored", "shot_zones_source"] {
            #expect(Self.cell(column, of: result.rows[0]) == .null, "\(column)")
        }
    }

    // analytics §7.5: a shot of unknown zone takes all zones away instead of making them too small.
    @Test func aShotOfUnknownZoneIsNoMismatch() {
        var boxes = TeamOffenseTests.boxes()
        boxes.shots = PlayByPlayShots([
            .bigDataBall: PlayByPlayShotsTests.events(Self.homeZones)
                + PlayByPlayShotsTests.events(Self.awayZones, by: "rjbarrett", of: "TOR", against: "BOS")
                + [PlayByPlayShotsTests.shot(feet: nil)]
        ])
        let result = Self.compute(boxes)
        #expect(result.rows.map(\.zones) == [nil, nil] && result.zoneMismatches.isEmpty)
    }

    @Test func aCoveredTeamWithoutAShotIsAMismatch() {
        let result = Self.compute(Self.boxes(away: nil))
        #expect(result.rows.map(\.zones) == [nil, Self.homeZones])
        #expect(result.zoneMismatches == ["20240115_TOR_BOS/TOR"])
    }

    @Test(
        arguments: [\BoxLine.fieldGoalsMade, \BoxLine.fieldGoalsAttempted]
            as [any WritableKeyPath<BoxLine, Int?> & Sendable]
    )
    func aBoxThatDoesNotCountShotsFitsNothing(count: any WritableKeyPath<BoxLine, Int?> & Sendable) {
        var line = TeamOffenseTests.line()
        line[keyPath: count] = nil
        #expect(!TeamOffense.zonesFit(Self.homeZones, line))
        #expect(TeamOffense.zonesFit(Self.homeZones, TeamOffenseTests.line()))
    }

    /// Players of a team whose lines sum to that of `TeamOffenseTests.line`, but for what is changed.
    static func players(_ number: Int, points: Int, minutes: Double? = 24) -> [BoxLine] {
        (0..<number).map { _ in
            BoxLine(
                minutes: minutes,
                points: points,
                fieldGoalsMade: 4,
                fieldGoalsAttempted: 9,
                threePointersMade: 1,
                threePointersAttempted: 3,
                freeThrowsMade: 2,
                freeThrowsAttempted: 3,
                offensiveRebounds: 1,
                defensiveRebounds: 3,
                rebounds: 4,
                assists: 2,
                steals: 1,
                blocks: 0,
                turnovers: 1,
                personalFouls: 2
            )
        }
    }

    // The gamebook's sum stands before the box score's; fewer than five players of either are no team.
    @Test(
        arguments: [
            (10, 10, "nbac_gamebook_player_stats_sum", 110), (5, 10, "nbac_gamebook_player_stats_sum", 55),
            (4, 10, "nbac_player_boxscores_sum", 100), (0, 10, "nbac_player_boxscores_sum", 100),
            (10, 0, "nbac_gamebook_player_stats_sum", 110), (4, 4, nil, nil), (0, 0, nil, nil),
        ] as [(Int, Int, String?, Int?)]
    )
    func theGamebooksSumComesBeforeTheBoxScores(gamebook: Int, box: Int, source: String?, points: Int?) {
        var boxes = TeamOffenseTests.boxes(home: nil)
        if gamebook > 0 { boxes.gamebooks[Self.home] = Self.players(gamebook, points: 11) }
        if box > 0 { boxes.players[Self.home] = Self.players(box, points: 10) }
        let result = Self.compute(boxes)
        let row = result.rows.first { $0.teamAbbr == "BOS" }
        #expect(row?.primarySourceUsed == source && row?.pointsScored == points)
        #expect(result.rebuilt == (source == nil ? [] : ["20240115_TOR_BOS/BOS"]))
        #expect(result.missing == (source == nil ? ["20240115_TOR_BOS/BOS"] : []))
        #expect(result.rows[0].primarySourceUsed == "nbac_team_boxscore")
    }

    @Test func theTeamsOwnBoxComesBeforeAllSums() {
        var boxes = TeamOffenseTests.boxes()
        boxes.gamebooks[Self.home] = Self.players(10, points: 11)
        boxes.players[Self.home] = Self.players(10, points: 10)
        let result = Self.compute(boxes)
        #expect(result.rows[1].primarySourceUsed == "nbac_team_boxscore" && result.rows[1].pointsScored == 105)
        #expect(result.rebuilt.isEmpty)
    }

    @Test func aListedPlayerWithoutMinutesIsNoneOfTheFive() {
        var boxes = TeamOffenseTests.boxes(home: nil)
        boxes.gamebooks[Self.home] = Self.players(4, points: 11) + Self.players(3, points: 0, minutes: nil)
        boxes.players[Self.home] = Self.players(8, points: 10)
        #expect(Self.compute(boxes).rows[1].primarySourceUsed == "nbac_player_boxscores_sum")
    }

    // A rebuilt row keeps real minutes (analytics §1.2 has none there) and its zones fit its own sum.
    @Test func aGamebooksSumHasMinutesAndZones() {
        let zones = PlayByPlayShotsTests.zones((50, 28), mid: (10, 2), three: (30, 10))
        var boxes = Self.boxes(home: zones)
        boxes.teams[Self.home] = nil
        boxes.gamebooks[Self.home] = Self.players(10, points: 11, minutes: 26.5)
        let row = Self.compute(boxes).rows[1]
        #expect(row.teamMinutes == 265 && row.overtimePeriods == 1)
        // 90 + 0.44·30 + 10 − 10.
        #expect(row.possessions == 103.2 && row.pace == 93.4642)
        #expect(row.zones == zones && row.dataQualityTier == "bronze")
        var agreeing = TeamOffenseTests.game()
        agreeing.homeScore = 110
        #expect(TeamOffense.compute([agreeing], boxes).rows[1].dataQualityTier == "silver")
    }

    @Test(arguments: [nil, 0, 3] as [Int?]) func inactivePlayersAreUnknownWithoutAGamebook(inactive: Int?) {
        var boxes = TeamOffenseTests.boxes()
        boxes.inactive[Self.home] = inactive
        let rows = Self.compute(boxes).rows
        #expect(rows[1].playersInactive == inactive && rows[0].playersInactive == nil)
        #expect(Self.cell("players_inactive", of: rows[1]) == Cell.integer(inactive))
    }

    @Test func theCrewIsTheGames() {
        var boxes = TeamOffenseTests.boxes()
        #expect(Self.compute(boxes).rows.map(\.refereeCrew) == [nil, nil])
        boxes.referees = [PlayByPlayShotsTests.game: "1151,1830,201639", "0022300562": "7"]
        let rows = Self.compute(boxes).rows
        #expect(rows.map(\.refereeCrew) == ["1151,1830,201639", "1151,1830,201639"])
        #expect(Self.cell("referee_crew", of: rows[0]) == Cell.text("1151,1830,201639"))
    }

    // analytics §6.6: a row's zones hold its field goals within one; what does not is named and has none.
    @Test func aRowsZonesHoldItsFieldGoals() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            var zones = ZoneShots()
            for zone in ShotZone.allCases {
                let attempts = Int.random(in: 1...40, using: &random)
                zones[zone] = ShotCount(attempts: attempts, makes: Int.random(in: 0...attempts, using: &random))
            }
            var line = TeamOffenseTests.line()
            line.fieldGoalsAttempted = max(1, zones.attempts + Int.random(in: -3...3, using: &random))
            line.fieldGoalsMade = max(0, zones.makes + Int.random(in: -3...3, using: &random))
            var boxes = Self.boxes(home: zones)
            boxes.teams[Self.home] = line
            let result = Self.compute(boxes)
            let row = result.rows[1]
            let (attempts, makes) = (try #require(row.fgAttempts), try #require(row.fgMakes))
            if let found = row.zones {
                #expect(abs(found.attempts - attempts) <= 1 && abs(found.makes - makes) <= 1, "seed \(seed)")
                #expect(found == zones && result.zoneMismatches.isEmpty, "seed \(seed)")
            } else {
                #expect(abs(zones.attempts - attempts) > 1 || abs(zones.makes - makes) > 1, "seed \(seed)")
                #expect(result.zoneMismatches == ["20240115_TOR_BOS/BOS"], "seed \(seed)")
            }
        }
    }
}
