import Basketball

import Testing
import Warehouse

@testable import Analytics
@testable import Pipeline

/// Who tells of a game, and who stands in for it, is a setting.
@Suite struct SourceOrderTests {
    static func sources(_ order: [PlayerSummaries.Box.Source], gamebook: Bool = true, boxes: Bool = true) -> [String] {
        var inputs = GamebookLinesTests.inputs(boxes: boxes, gamebook: gamebook)
        if !boxes { inputs.games = [TeamOffenseTests.game(homeScore: 80, awayScore: 80)] }
        inputs.order.players = order
        return Set(PlayerSummaries.compute(inputs, only: nil).rows.map(\.primarySourceUsed)).sorted()
    }

    @Test func aPlayersLineComesFromTheFirstThatHasTheGame() {
        #expect(Self.sources([.gamebook, .boxScore]) == ["nbac_gamebook_player_stats"])
        #expect(Self.sources([.boxScore, .gamebook]) == ["nbac_player_boxscores"])
        #expect(Self.sources([.boxScore, .gamebook], boxes: false) == ["nbac_gamebook_player_stats"])
        // A source that is left out is not used, whether it has the game or not.
        #expect(Self.sources([.boxScore]) == ["nbac_player_boxscores"])
        #expect(Self.sources([.boxScore], boxes: false) == [])
        #expect(Self.sources([.gamebook], gamebook: false) == [])
        var absent = GamebookLinesTests.inputs()
        absent.gamebooks.append(GamebookLinesTests.absent("bos8", "BOS", .dnp, "Rest"))
        #expect(GamebookLinesTests.rows(absent)["bos8"] != nil)
        absent.order.players = [.boxScore]
        #expect(GamebookLinesTests.rows(absent)["bos8"] == nil)
    }

    @Test func aTeamsBoxComesFromTheFirstThatHasTheGame() {
        let key = PlayByPlayShotsTests.key("BOS")
        func source(_ order: [SourceOrder.TeamSource]) -> String? {
            var boxes = TeamOffenseTests.boxes()
            boxes.gamebooks[key] = (0..<5).map { _ in TeamOffenseTests.line(points: 21) }
            boxes.players[key] = (0..<5).map { _ in TeamOffenseTests.line(points: 21) }
            boxes.order.teams = order
            return TeamOffense.compute([TeamOffenseTests.game()], boxes).rows.first { $0.teamAbbr == "BOS" }?
                .primarySourceUsed
        }
        #expect(source([.box, .gamebook, .players]) == "nbac_team_boxscore")
        #expect(source([.gamebook, .players]) == "nbac_gamebook_player_stats_sum")
        #expect(source([.players, .gamebook, .box]) == "nbac_player_boxscores_sum")
        #expect(source([.players]) == "nbac_player_boxscores_sum")
        #expect(source([]) == nil)
    }

    @Test func ofEqualPlayByPlaysTheFirstCountsAndNoOtherThanThoseNamed() {
        let zones = PlayByPlayShotsTests.zones((4, 2))
        let events: [PlayByPlayShots.Source: [ShotEvent]] = [
            .bigDataBall: PlayByPlayShotsTests.events(zones), .league: PlayByPlayShotsTests.events(zones),
        ]
        func source(_ order: [PlayByPlayShots.Source]) -> String? {
            PlayByPlayShots(events, order: order).source(ofGame: PlayByPlayShotsTests.game)
        }
        #expect(source([.bigDataBall, .league]) == "bigdataball_play_by_play")
        #expect(source([.league, .bigDataBall]) == "nbac_play_by_play")
        #expect(source([.league]) == "nbac_play_by_play")
        #expect(source([]) == nil)
    }

    @Test func theOrderIsReadFromTheSettings() {
        var reader = ConfigurationReader(environment: [
            "TIPOFF_PLAYER_LINE_SOURCES": "nbac_player_boxscores",
            "TIPOFF_TEAM_BOX_SOURCES": "nbac_player_boxscores, nbac_team_boxscore",
        ])
        let order = SourceOrder(&reader)
        #expect(order.players == [.boxScore] && order.teams == [.players, .box])
        #expect(order.plays == SourceOrder.standard.plays && reader.problems.isEmpty)
    }

    @Test(arguments: ["bdl_boxscores", "nbac_player_boxscores,", "nbac_player_boxscores,nbac_player_boxscores"])
    func aSourceThatDoesNotExistOrStandsTwiceIsRefused(text: String) {
        var reader = ConfigurationReader(environment: ["TIPOFF_PLAYER_LINE_SOURCES": text])
        #expect(SourceOrder(&reader).players == SourceOrder.standard.players)
        #expect(reader.problems.count == 1)
    }
}
