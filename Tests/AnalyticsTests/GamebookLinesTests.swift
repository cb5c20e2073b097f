import Basketball
import Foundation
import Pipeline
import Testing
import Warehouse

@testable import Analytics

@Suite struct GamebookLinesTests {
    typealias Box = PlayerSummaries.Box

    static let game = PlayByPlayShotsTests.game
    static let (boston, toronto) = (names("BOS", 8), names("TOR", 8))

    static func names(_ team: String, _ number: Int) -> [String] { (0..<number).map { "\(team.lowercased())\($0)" } }

    /// A row of the box score: whole minutes, an id, a full name.
    static func box(_ lookup: String, _ team: String, minutes: Double = 24, game: String = game) -> Box {
        Box(
            nbaGameID: game,
            nbaPlayerID: 1_000 + (Int(lookup.suffix(1)) ?? 0) + (team == "BOS" ? 0 : 100),
            playerLookup: lookup,
            fullName: "Full \(lookup)",
            team: team,
            plusMinus: 3,
            line: BoxLine(
                minutes: minutes,
                points: 10,
                fieldGoalsMade: 4,
                fieldGoalsAttempted: 9,
                threePointersMade: 1,
                freeThrowsMade: 1,
                freeThrowsAttempted: 2,
                turnovers: 1
            )
        )
    }

    /// A row of the gamebook: minutes with seconds, no id, the printed name.
    static func listed(
        _ lookup: String,
        _ team: String,
        minutes: Double = 24.4,
        isStarter: Bool? = nil,
        game: String = game
    ) -> Box {
        var box = box(lookup, team, minutes: minutes, game: game)
        box.nbaPlayerID = nil
        box.fullName = "Printed \(lookup)"
        box.source = .gamebook
        box.isStarter = isStarter ?? ((Int(lookup.suffix(1)) ?? 9) < 5)
        return box
    }

    /// A row of the gamebook of somebody who did not play.
    static func absent(_ lookup: String, _ team: String, _ status: Box.Status, _ reason: String?) -> Box {
        var box = listed(lookup, team)
        (box.status, box.absence, box.isStarter) = (status, reason, nil)
        (box.line, box.plusMinus) = (BoxLine(), nil)
        return box
    }

    static func inputs(boxes: Bool = true, gamebook: Bool = true) -> PlayerSummaries.Inputs {
        var inputs = PlayerSummaries.Inputs()
        inputs.games = [TeamOffenseTests.game()]
        if boxes { inputs.boxes = boston.map { box($0, "BOS") } + toronto.map { box($0, "TOR") } }
        if gamebook { inputs.gamebooks = boston.map { listed($0, "BOS") } + toronto.map { listed($0, "TOR") } }
        inputs.teams = ["BOS": PlayerSummariesTests.team(), "TOR": PlayerSummariesTests.team(win: false)]
        return inputs
    }

    static func rows(_ inputs: PlayerSummaries.Inputs) -> [String: PlayerGameSummary] {
        Dictionary(
            PlayerSummaries.compute(inputs, only: nil).rows.map { ($0.playerLookup, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    static func cell(_ column: String, of row: PlayerGameSummary) -> Cell {
        row.cells[PlayerGameSummary.table.index(of: column)]
    }

    // analytics 10: the gamebook's row is gold. The box score's is gold here as well, and each names its source.
    @Test func theGamebookTellsMinutesAndStartersAndTheBoxScoreIDsAndNames() throws {
        let (boxes, mismatches) = PlayerSummaries.lines(of: Self.inputs())
        #expect(boxes.map(\.playerLookup) == Self.boston + Self.toronto && mismatches.isEmpty)
        #expect(boxes.allSatisfy { $0.source == .gamebook && $0.line.minutes == 24.4 })
        #expect(boxes.map(\.nbaPlayerID) == Array(1_000...1_007) + Array(1_100...1_107))
        #expect(boxes.map(\.fullName) == (Self.boston + Self.toronto).map { "Full \($0)" })
        let rows = Self.rows(Self.inputs())
        let starter = try #require(rows["bos4"]), bench = try #require(rows["bos5"])
        #expect(starter.starterFlag == true && bench.starterFlag == false)
        #expect(starter.minutesPlayed == 24.4 && starter.nbaPlayerID == 1_004 && starter.plusMinus == 3)
        #expect(starter.primarySourceUsed == "nbac_gamebook_player_stats" && starter.playerStatus == "active")
        #expect(starter.dataQualityTier == "gold" && starter.absenceReason == nil && starter.absenceCategory == nil)
        #expect(starter.cells.count == PlayerGameSummary.table.columns.count)
        #expect(Self.cell("starter_flag", of: starter) == .boolean(true))
        #expect(Self.cell("dnp_reason", of: starter) == .null)
    }

    // analytics 1 and 2: the gamebook's minutes.
    @Test(arguments: [("40:11", 40.1833), ("35:00", 35), ("36", 36), ("36:30", 36.5), ("48:00", 48)])
    func minutesHaveSeconds(text: String, minutes: Double) throws {
        var inputs = Self.inputs()
        inputs.gamebooks[0].line.minutes = try Minutes.parse(text)?.minutes
        #expect(Self.rows(inputs)["bos0"]?.minutesPlayed == minutes)
    }

    // Eight players of ten points a team.
    @Test(
        "A gamebook without a box score is believed when its points are the score",
        arguments: [(80, 80, true), (80, 90, false), (105, 96, false), (nil, 80, false)] as [(Int?, Int, Bool)]
    )
    func aGamebookAloneNeedsTheScore(home: Int?, away: Int, isBelieved: Bool) {
        var inputs = Self.inputs(boxes: false)
        inputs.games = [TeamOffenseTests.game(homeScore: home, awayScore: away)]
        let result = PlayerSummaries.compute(inputs, only: nil)
        #expect(result.rows.count == (isBelieved ? 16 : 0) && result.refused.isEmpty)
        #expect(result.gamebookMismatches == (isBelieved ? [] : ["20240115_TOR_BOS"]))
        #expect(result.rows.allSatisfy { $0.nbaPlayerID == nil && $0.playerFullName == "Printed \($0.playerLookup)" })
    }

    @Test func withoutAGamebookTheBoxScoreStandsAndNamesNoStarters() {
        let result = PlayerSummaries.compute(Self.inputs(gamebook: false), only: nil)
        #expect(result.rows.count == 16 && result.gamebookMismatches.isEmpty)
        #expect(result.rows.allSatisfy { $0.starterFlag == nil && $0.minutesPlayed == 24 })
        #expect(result.rows.allSatisfy { $0.primarySourceUsed == "nbac_player_boxscores" })
        #expect(result.rows.allSatisfy { $0.dataQualityTier == "gold" }, "analytics 10")
    }

    /// How a gamebook may differ from the box score.
    enum Difference: CaseIterable { case oneMore, oneFewer, another }

    @Test(arguments: Difference.allCases) func otherPlayersThanTheBoxScoresAreNotBelieved(difference: Difference) {
        var inputs = Self.inputs()
        switch difference {
        case .oneMore: inputs.gamebooks.append(Self.listed("bos9", "BOS"))
        case .oneFewer: inputs.gamebooks.removeFirst()
        case .another: inputs.gamebooks[0].playerLookup = "bos9"
        }
        let result = PlayerSummaries.compute(inputs, only: nil)
        #expect(result.gamebookMismatches == ["20240115_TOR_BOS"])
        #expect(result.rows.map(\.playerLookup) == Self.boston + Self.toronto)
        #expect(result.rows.allSatisfy { $0.primarySourceUsed == "nbac_player_boxscores" && $0.minutesPlayed == 24 })
        // Whom the gamebook names, of him it still says whether he started.
        let rows = Self.rows(inputs)
        #expect(rows["bos0"]?.starterFlag == (difference == .oneMore ? true : nil))
        #expect(rows["bos1"]?.starterFlag == true && rows["bos7"]?.starterFlag == false)
    }

    @Test(arguments: ["BOS", "TOR"]) func fewerThanFiveOfATeamAreNoGamebook(team: String) {
        var inputs = Self.inputs()
        inputs.gamebooks.removeAll { $0.team == team && (Int($0.playerLookup.suffix(1)) ?? 0) >= 4 }
        let result = PlayerSummaries.compute(inputs, only: nil)
        #expect(result.rows.count == 16 && result.gamebookMismatches.isEmpty)
        #expect(result.rows.allSatisfy { $0.primarySourceUsed == "nbac_player_boxscores" })
        inputs.boxes = []
        #expect(PlayerSummaries.compute(inputs, only: nil).rows.isEmpty)
        // Five are enough, be it that the box score has no more either.
        inputs = Self.inputs()
        inputs.gamebooks.removeAll { $0.team == team && (Int($0.playerLookup.suffix(1)) ?? 0) >= 5 }
        inputs.boxes.removeAll { $0.team == team && (Int($0.playerLookup.suffix(1)) ?? 0) >= 5 }
        #expect(PlayerSummaries.lines(of: inputs).boxes.allSatisfy { $0.source == .gamebook })
    }

    @Test func eachGameChoosesForItself() {
        var inputs = Self.inputs()
        let other = TeamOffenseTests.game("DEN", "LAL", id: "0022300562")
        inputs.games.append(other)
        inputs.boxes += Self.names("DEN", 5).map { Self.box($0, "DEN", game: other.nbaGameID) }
        inputs.boxes += Self.names("LAL", 5).map { Self.box($0, "LAL", game: other.nbaGameID) }
        inputs.gamebooks += Self.names("DEN", 6).map { Self.listed($0, "DEN", game: other.nbaGameID) }
        inputs.gamebooks += Self.names("LAL", 5).map { Self.listed($0, "LAL", game: other.nbaGameID) }
        let (boxes, mismatches) = PlayerSummaries.lines(of: inputs)
        #expect(mismatches == ["20240115_LAL_DEN"])
        for box in boxes { #expect((box.source == .gamebook) == (box.nbaGameID == Self.game)) }
        #expect(boxes.count == 26)
    }

    @Test(
        arguments: [
            (.dnp, "Coach's Decision", .coachDecision), (.inactive, "Injury/Illness - Low Back; Soreness", .injury),
            (.inactive, nil, nil),
        ] as [(Box.Status, String?, PlayerGameSummary.AbsenceCategory?)]
    )
    func whoDidNotPlayHasAReasonAndNoFigures(
        status: Box.Status,
        reason: String?,
        category: PlayerGameSummary.AbsenceCategory?
    ) throws {
        for boxes in [true, false] {
            var inputs = Self.inputs(boxes: boxes)
            inputs.gamebooks.append(Self.absent("bos8", "BOS", status, reason))
            let row = try #require(Self.rows(inputs)["bos8"])
            #expect(row.playerStatus == status.rawValue && row.absenceReason == reason)
            #expect(row.absenceCategory == category && row.starterFlag == nil)
            #expect(row.primarySourceUsed == "nbac_gamebook_player_stats" && row.dataQualityTier == "gold")
            #expect(row.teamAbbr == "BOS" && row.opponentTeamAbbr == "TOR" && row.winFlag == true)
            for column in [
                "points", "minutes_played", "rebounds", "assists", "fg_attempts", "ft_makes", "plus_minus",
                "usage_rate", "ts_pct", "efg_pct", "over_under_result", "margin", "paint_attempts", "and1_count",
                "has_complete_shot_zones", "shot_zones_source", "starter_flag",
            ] { #expect(Self.cell(column, of: row) == .null, "\(column)") }
            #expect(Self.cell("dnp_reason_category", of: row) == Cell.text(category?.rawValue))
        }
    }

    @Test func whoDidNotPlayIsTheGamebooksWordEvenWhereTheBoxScoreStands() {
        var inputs = Self.inputs()
        inputs.gamebooks.removeFirst()
        inputs.gamebooks.append(Self.absent("bos8", "BOS", .dnp, "Coach's Decision"))
        let rows = Self.rows(inputs)
        #expect(rows["bos8"]?.playerStatus == "dnp")
        #expect(rows["bos1"]?.primarySourceUsed == "nbac_player_boxscores")
    }

    @Test func whoPlayedByTheBoxScoreIsNotAbsentToo() {
        var inputs = Self.inputs()
        inputs.gamebooks[0] = Self.absent("bos0", "BOS", .dnp, "Coach's Decision")
        let result = PlayerSummaries.compute(inputs, only: nil)
        #expect(result.rows.filter { $0.playerLookup == "bos0" }.map(\.playerStatus) == ["active"])
        #expect(result.refused.isEmpty && result.gamebookMismatches == ["20240115_TOR_BOS"])
    }

    // Whatever a gamebook and a box score say, a player has one row, and an absent one no figures.
    @Test func nobodyAppearsTwice() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            var inputs = Self.inputs(boxes: false, gamebook: false)
            for (team, names) in [("BOS", Self.boston), ("TOR", Self.toronto)] {
                for name in names {
                    let isPlayed = Int.random(in: 0..<6, using: &random) > 0
                    let isWrong = Int.random(in: 0..<20, using: &random) == 0
                    if isPlayed != isWrong { inputs.boxes.append(Self.box(name, team)) }
                    if isPlayed {
                        inputs.gamebooks.append(Self.listed(name, team))
                    } else {
                        inputs.gamebooks.append(Self.absent(name, team, .inactive, "Rest"))
                    }
                }
            }
            if Int.random(in: 0..<5, using: &random) == 0 { inputs.gamebooks = [] }
            let boxes = PlayerSummaries.lines(of: inputs).boxes
            #expect(Set(boxes.map(\.playerLookup)).count == boxes.count, "seed \(seed)")
            #expect(Set(boxes.filter { $0.status == .active }.map(\.source)).count <= 1, "seed \(seed)")
            let result = PlayerSummaries.compute(inputs, only: nil)
            #expect(result.rows.count == boxes.count && result.refused.isEmpty, "seed \(seed)")
            #expect(result.rows.map(\.playerLookup) == boxes.map(\.playerLookup).sorted(), "seed \(seed)")
            for row in result.rows {
                #expect((row.points == nil) == (row.playerStatus != "active"), "seed \(seed)")
                #expect((row.absenceCategory == .rest) == (row.playerStatus == "inactive"), "seed \(seed)")
            }
        }
    }

    static func quote(_ line: Double, minutesBefore: Double, book: String = "draftkings") -> PlayerLineQuotes.Entry {
        .init(
            home: "BOS",
            away: "TOR",
            startsAt: PlayerSummariesTests.tipoff,
            quote: PointsLineQuote(
                bookmaker: book,
                line: line,
                seenAt: PlayerSummariesTests.tipoff.addingTimeInterval(-60 * minutesBefore)
            )
        )
    }

    // analytics 7 and 8, with the opening line and the movement of the same book, which analytics §1.1 never fills.
    @Test(
        arguments: [
            (25, 24.5, 23.5, "OVER", 0.5, 1), (20, 24.5, 26, "UNDER", -4.5, -1.5), (24, 24, 24, "PUSH", 0, 0),
        ] as [(Int, Double, Double, String, Double, Double)]
    )
    func theOpeningLineIsTheSameBooksFirst(
        points: Int,
        line: Double,
        opening: Double,
        result: String,
        margin: Double,
        movement: Double
    ) throws {
        var inputs = Self.inputs()
        inputs.gamebooks[0].line.points = points
        inputs.lines.byPlayer["bos0"] = [
            Self.quote(line, minutesBefore: 10), Self.quote(opening, minutesBefore: 500),
            Self.quote(30.5, minutesBefore: 900, book: "fanduel"), Self.quote(31.5, minutesBefore: 0),
        ]
        let row = try #require(Self.rows(inputs)["bos0"])
        #expect(row.pointsLine == line && row.openingLine == opening && row.lineMovement == movement)
        #expect(row.overUnderResult == result && row.margin == margin && row.pointsLineSource == "draftkings")
        #expect(Self.cell("opening_line", of: row) == .double(opening))
        #expect(Self.cell("line_movement", of: row) == .double(movement))
        let other = try #require(Self.rows(inputs)["bos1"])
        #expect(other.openingLine == nil && other.lineMovement == nil && other.pointsLine == nil)
    }

    @Test func aLineOnWhoDidNotPlayIsNeitherWonNorLost() throws {
        var inputs = Self.inputs()
        inputs.gamebooks.append(Self.absent("bos8", "BOS", .dnp, "Rest"))
        inputs.lines.byPlayer["bos8"] = [Self.quote(12.5, minutesBefore: 10)]
        let row = try #require(Self.rows(inputs)["bos8"])
        #expect(row.pointsLine == 12.5 && row.overUnderResult == nil && row.margin == nil)
    }

    // Whole words: "back" alone is no injury (analytics §1.1).
    @Test(
        arguments: [
            ("Back injury", .injury), ("Injury/Illness - Low Back; Soreness", .injury), ("Right Ankle Sprain", .injury),
            ("Left Hamstring; Strain", .injury), ("Left knee surgery", .injury), ("ILLNESS", .injury),
            ("Concussion Protocol", .injury), ("Health and Safety Protocols", .injury), ("Rest", .rest),
            ("rest (back to back)", .rest), ("Injury management, rest", .injury), ("Coach's Decision", .coachDecision),
            ("Coach\u{2019}s Decision", .coachDecision), ("COACHES DECISION", .coachDecision),
            ("Personal Reasons", .personal), ("Bereavement", .personal), ("back to back", .other), ("Back", .other),
            ("Return to Competition Reconditioning", .other), ("Restricted", .other), ("Coaching", .other),
            ("League Suspension", .other), ("Not With Team", .other), ("Trade Pending", .other), ("", .other),
        ] as [(String, PlayerGameSummary.AbsenceCategory)]
    )
    func theReasonsWordsAreWholeOnes(reason: String, category: PlayerGameSummary.AbsenceCategory) {
        #expect(PlayerSummaries.category(reason) == category)
    }

    @Test func shotsByZoneAreThoseOfWhoPlayed() throws {
        var inputs = Self.inputs()
        inputs.gamebooks.append(Self.absent("bos8", "BOS", .dnp, "Rest"))
        let zones = PlayByPlayShotsTests.zones((5, 3), mid: (1, 0), three: (3, 1))
        inputs.shots = PlayByPlayShots([
            .league: PlayByPlayShotsTests.events(zones, by: "bos0")
                + [
                    PlayByPlayShotsTests.andOne(by: "bos0"),
                    PlayByPlayShotsTests.shot(by: "tor0", of: "TOR", against: "BOS", block: "bos0"),
                    // A name that stands for one who did not play is not believed.
                    PlayByPlayShotsTests.shot(by: "bos8"),
                ]
        ])
        let rows = Self.rows(inputs)
        let shooter = try #require(rows["bos0"]?.shots)
        #expect(shooter.zones == zones && shooter.blocks == ZoneBlocks(paint: 1) && shooter.andOnes == 1)
        #expect(shooter.assistedMakes == 0 && shooter.unassistedMakes == 4)
        #expect(shooter.isComplete && shooter.source == "nbac_play_by_play")
        let row = try #require(rows["bos0"])
        #expect(Self.cell("paint_attempts", of: row) == Cell.integer(Int64(5)))
        #expect(Self.cell("three_makes_pbp", of: row) == Cell.integer(Int64(1)))
        #expect(Self.cell("paint_blocks", of: row) == Cell.integer(Int64(1)))
        #expect(Self.cell("unassisted_fg_makes", of: row) == Cell.integer(Int64(4)))
        #expect(Self.cell("has_complete_shot_zones", of: row) == .boolean(true))
        #expect(rows["bos8"]?.shots == nil)
        // Nine shots in the box score and none in the play-by-play.
        let other = try #require(rows["bos1"]?.shots)
        #expect(other.zones == ZoneShots() && !other.isComplete)
    }

    @Test(arguments: [(9, 4, true), (5, 4, false), (9, 1, false), (14, 4, false)])
    func zonesAreCompleteWhereTheyHoldTheBoxScoresShots(attempts: Int, makes: Int, isComplete: Bool) {
        var inputs = Self.inputs()
        inputs.shots = PlayByPlayShots([
            .bigDataBall: PlayByPlayShotsTests.events(
                PlayByPlayShotsTests.zones((attempts, makes)),
                by: "bos0"
            )
        ])
        #expect(Self.rows(inputs)["bos0"]?.shots?.isComplete == isComplete)
    }

    @Test func withoutAWholePlayByPlayShotsAreUnknown() {
        #expect(Self.rows(Self.inputs())["bos0"]?.shots == nil)
        var inputs = Self.inputs()
        inputs.shots = PlayByPlayShots([
            .bigDataBall: [PlayByPlayShotsTests.shot(by: "bos0"), PlayByPlayShotsTests.shot(feet: nil, by: "tor0")]
        ])
        #expect(Self.rows(inputs)["bos0"]?.shots == nil)
        #expect(Self.rows(inputs)["bos0"].map { Self.cell("paint_attempts", of: $0) } == .null)
    }
}
