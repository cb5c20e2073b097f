import Basketball
import PipelineTestKit
import Testing
import Upstream

@Suite struct ScheduleListingTests {
    @Test func theSeasonSaysWhatItsGamesAreAndWhoShowsThem() throws {
        guard let bytes = try ReferencePayload.bytes("payloads/nbac_schedule_api/season_2024-25.json.gz") else {
            return
        }
        let games = try SchedulePayload.parse(bytes).games
        let shown = games.filter { $0.listing.nationalTelevision?.isEmpty == false }
        #expect(shown.count == 369)
        let opener = try #require(games.first { $0.id.rawValue == "0022400601" }).listing
        #expect(opener.nationalTelevision == ["TNT/truTV/Max"] && opener.nationalStreams == [])
        #expect(opener.homeTeamName == "Memphis Grizzlies" && opener.arenaState == "TN")
        #expect(opener.week == 14 && opener.weekName == "Week 14" && opener.postponedStatus == "N")
        #expect(opener.label == nil && opener.isIfNecessary == false)
        let final = try #require(games.first { $0.id.seasonType == .cupFinal }).listing
        #expect(final.label == "Emirates NBA Cup" && final.subtype == "in-season-knockout" && final.week == nil)
        #expect(games.count { $0.listing.subtype == "Global Games" } == 3)
        let seventh = games.filter { $0.id.seasonType == .playoffs && $0.listing.seriesGame == "Game 7" }
        #expect(seventh.count == 4 && seventh.allSatisfy { $0.listing.subLabel == "Game 7" })
    }

    @Test func whatIsToBeAnnouncedIsNoChannel() throws {
        let broadcasters = """
            ,"broadcasters":{"nationalTvBroadcasters":[{"broadcasterDisplay":"TBD"},{"broadcasterDisplay":"ESPN"}],
            "nationalOttBroadcasters":null,"intlTvBroadcasters":[{"broadcasterDisplay":"SABC"}]}
            """
        let game = SchedulePayloadTests.game(extra: broadcasters)
        let found = try #require(try SchedulePayload.parse(SchedulePayloadTests.payload([game])).games.first)
        #expect(found.listing.nationalTelevision == ["ESPN"] && found.listing.nationalStreams == nil)
        let silent = try #require(
            try SchedulePayload.parse(SchedulePayloadTests.payload([SchedulePayloadTests.game()])).games.first
        )
        #expect(silent.listing.nationalTelevision == nil && silent.listing.homeTeamName == nil)
    }
}
