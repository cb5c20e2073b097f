import Basketball
import Pipeline
import Testing
import Upstream

/// Cells in which a source writes an empty text for a number.
@Suite struct EmptyCellTests {
    @Test(arguments: ["", "  "])
    func anEmptyTextIsAMissingNumber(text: String) throws {
        let cells: JSONValue = ["points": .string(text)]
        let row = try Fields(cells, "row")
        let whole = try row.optionalInteger("points")
        let number = try row.optionalNumber("points")
        #expect(whole == nil && number == nil)
        #expect(throws: RowRejection("missing_value", "row.points")) { try row.integer("points") }
    }

    @Test func aPlayWithEmptyCellsIsReadAndItsNumbersAreMissing() throws {
        let play = BigDataBallPayloadTests.play([
            "event_type": "foul", "type": "personal", "result": "", "points": "", "play_length": "",
        ])
        let payload = try BigDataBallPayload.parse(
            BigDataBallPayloadTests.file([play]),
            game: try NBAGameID("0022300561")
        )
        let read = try #require(payload.plays.first)
        #expect(read.points == nil && read.length == nil && read.shotDistance == nil)
        #expect(payload.notes == PayloadNotes())
    }
}
