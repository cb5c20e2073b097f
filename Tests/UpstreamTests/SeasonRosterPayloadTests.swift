import Basketball
import Testing
import Upstream

@Suite struct SeasonRosterPayloadTests {
    static func row(_ name: String, id: String = "x01", experience: String = "3", link: Bool = true) -> String {
        let player = link ? #"<a href="/players/x/\#(id).html">\#(name)</a>"# : name
        return """
            <tr><th scope="row" data-stat="number">7</th><td data-stat="player" csk="x">\(player)</td>
            <td data-stat="pos">SF</td><td data-stat="height">6-8</td><td data-stat="weight">210</td>
            <td data-stat="birth_date" csk="19980303">March 3, 1998</td><td data-stat="birth_country">US</td>
            <td data-stat="years_experience">\(experience)</td><td data-stat="college">Duke</td></tr>
            """
    }

    static func page(
        _ rows: String,
        title: String = "2023-24 Brooklyn Nets Roster and Stats | Basketball-Reference.com",
        path: String = "/teams/BRK/2024.html",
        isHidden: Bool = true
    ) -> [UInt8] {
        let table = """
            <table id="roster"><thead><tr><th data-stat="number">No.</th><th data-stat="player">Player</th></tr></thead>
            <tbody>\(rows)</tbody></table>
            """
        let body = isHidden ? "<div id=\"all_roster\"><!-- \(table) --></div>" : table
        return Array(
            """
            <!DOCTYPE html><html><head><title>\(title)</title>
            <link rel="canonical" href="https://www.basketball-reference.com\(path)"></head><body>\(body)</body></html>
            """.utf8
        )
    }

    static func parse(_ body: [UInt8]) throws -> SeasonRosterPayload {
        try SeasonRosterPayload.parse(body, team: try Team(tricode: "BKN"), season: Season(startYear: 2023))
    }

    @Test(arguments: [true, false]) func aRosterIsReadWhereverItIs(isHidden: Bool) throws {
        let rows =
            Self.row("Dennis Schröder", id: "schrode01")
            + Self.row("Lonnie Walker IV", id: "walkelo01", experience: "R")
            + Self.row("Keon Johnson (TW)", id: "johnske07")
        let payload = try Self.parse(Self.page(rows, isHidden: isHidden))
        #expect(payload.players.map(\.name) == ["Dennis Schröder", "Lonnie Walker IV", "Keon Johnson"])
        #expect(payload.players.map(\.experienceYears) == [3, 0, 3])
        #expect(payload.players.map(\.isTwoWay) == [false, false, true])
        let first = try #require(payload.players.first)
        #expect(first.referenceID == "schrode01" && first.birthDate?.description == "1998-03-03")
        #expect(first.height == "6-8" && first.weightPounds == 210 && first.jerseyNumber == "7")
        #expect(payload.listedCount == 3 && payload.notes.rejected.isEmpty)
    }

    @Test(arguments: [
        (row("A B", link: false), "missing_value"), (row("", id: "y01"), "no_name"),
        (row("A B", experience: "many"), "unexpected_type"), (row("A B") + row("A B"), "listed_twice"),
    ])
    func aRowThatBreaksARuleIsRefused(rows: String, reason: String) throws {
        #expect(try Self.parse(Self.page(rows)).notes.rejected == [reason: 1])
    }

    @Test(arguments: [
        (page(row("A B"), path: "/teams/BRK/2023.html"), PayloadError.Code.wrongSubject),
        (page(row("A B"), path: "/teams/BOS/2024.html"), .wrongSubject),
        (page(row("A B"), title: "2022-23 Brooklyn Nets | Basketball-Reference.com"), .wrongSubject),
        (Array("<html><title>Rate limited</title></html>".utf8), .blocked), (Array("{}".utf8), .undecodable),
        (Array(String(decoding: page(""), as: UTF8.self).replacing("\"roster\"", with: "\"stats\"").utf8), .structure),
    ])
    func anotherPageIsRefused(body: [UInt8], code: PayloadError.Code) {
        do {
            _ = try Self.parse(body)
            Issue.record("read")
        } catch {
            #expect((error as? PayloadError)?.code == code)
        }
    }
}
