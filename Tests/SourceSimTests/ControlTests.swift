import Basketball
import Testing

@testable import SourceSim

@Suite struct ControlTests {
    private let simulator = Simulator(source: SharedLeague(), asOf: nil)
    private let gameID = "0022300100"

    private func box() async throws -> JSONView {
        try await simulator.get("/stats/boxscoretraditionalv3?GameID=\(gameID)").json["boxScoreTraditional"]
    }

    private func log(_ subject: String) async throws -> [[String: JSONView]] {
        let json = try await simulator.get("/stats/leaguegamelog?PlayerOrTeam=\(subject)&\(oneDay)").json
        return try logRows(json).filter { $0["GAME_ID"]?.string == gameID }
    }

    @Test func aCorrectionShowsInEveryFormat() async throws {
        let row = try #require(try await log("P").first)
        let id = try #require(row["PLAYER_ID"]?.int)
        let points = try #require(row["PTS"]?.int)
        let patch =
            #"{"kind":"player_log","game_id":"\#(gameID)","player_id":\#(id),"set":{"PTS":\#(points + 2),"AST":9}}"#
        #expect(try await simulator.send("POST", "/_sim/patch", patch).status == 200)
        let after = try #require(try await log("P").first { $0["PLAYER_ID"]?.int == id })
        #expect(after["PTS"]?.int == points + 2)
        #expect(after["AST"]?.int == 9)
        let boxed = try #require(
            try await [box()["homeTeam"], box()["awayTeam"]].flatMap { try $0["players"].array }
                .first { try $0["personId"].int == id }
        )
        #expect(try boxed["statistics"]["points"].int == points + 2)
        #expect(try await simulator.send("DELETE", "/_sim/patch").status == 200)
        #expect(try await log("P").first { $0["PLAYER_ID"]?.int == id }?["PTS"]?.int == points)
    }

    @Test func aCascadingCorrectionKeepsTheSums() async throws {
        let row = try #require(try await log("P").first)
        let (id, team) = (try #require(row["PLAYER_ID"]?.int), try #require(row["TEAM_ABBREVIATION"]?.string))
        let (made, points) = (try #require(row["FTM"]?.int), try #require(row["PTS"]?.int))
        let before = try #require(try await log("T").first { $0["TEAM_ABBREVIATION"]?.string == team }?["PTS"]?.int)
        let patch = """
            {"kind":"player_log","game_id":"\(gameID)","player_id":\(id),"cascade":true,
             "set":{"FTM":\(made + 1),"FTA":\(made + 9),"PTS":\(points + 1)}}
            """
        #expect(try await simulator.send("POST", "/_sim/patch", patch).status == 200)
        #expect(try await log("T").first { $0["TEAM_ABBREVIATION"]?.string == team }?["PTS"]?.int == before + 1)
        let schedule = try await simulator.get("/stats/scheduleleaguev2int?Season=2023-24").json
        let game = try #require(
            try schedule["leagueSchedule"]["gameDates"].array.flatMap { try $0["games"].array }
                .first { try $0["gameId"].string == gameID }
        )
        let side = try game["homeTeam"]["teamTricode"].string == team ? "homeTeam" : "awayTeam"
        #expect(try game[side]["score"].int == before + 1)
    }

    @Test(arguments: [
        #"{"kind":"player_log","game_id":"0022300100","player_id":1,"set":{"PTS":1}}"#,
        #"{"kind":"player_log","game_id":"0022300100","player_id":1700001,"set":{}}"#,
        #"{"kind":"team_log","game_id":"0022300100","team":"XXX","set":{"PTS":1}}"#,
        #"{"kind":"team_log","game_id":"0022300100","team":"XXX","set":{"COLOUR":1}}"#,
        #"{"kind":"schedule","game_id":"0022300100","set":{"venue":1}}"#,
        #"{"kind":"weather","game_id":"0022300100","set":{"PTS":1}}"#, "", "[]",
        #"{"kind":"schedule","game_id":"x","set":{}}"#,
    ])
    func aWrongPatchIsRefused(_ body: String) async throws {
        #expect(try await simulator.send("POST", "/_sim/patch", body).status == 400)
    }

    @Test func aScheduledGameCanBeTakenBack() async throws {
        let patch = #"{"kind":"schedule","game_id":"\#(gameID)","set":{"gameStatus":1}}"#
        #expect(try await simulator.send("POST", "/_sim/patch", patch).status == 200)
        #expect(try await log("P").isEmpty)
        #expect(try await box()["homeTeam"]["statistics"].isNull)
    }

    @Test func requestsAreCountedByPath() async throws {
        _ = try await simulator.get("/stats/unknown?a=1")
        _ = try await simulator.get("/stats/unknown?a=2")
        _ = try await simulator.get("/_sim/health")
        let counts = try await simulator.get("/_sim/requests").json
        #expect(try counts["total"].int == 2)
        #expect(try counts["paths"]["/stats/unknown"].int == 2)
        _ = try await simulator.send("DELETE", "/_sim/requests")
        #expect(try await simulator.get("/_sim/requests").json["total"].int == 0)
    }

    @Test func aFaultMeetsTheNextRequestsOfItsPathOnly() async throws {
        let body = #"{"path_contains":"gamelog","kind":"status500","times":2}"#
        #expect(try await simulator.send("POST", "/_sim/misbehave", body).status == 200)
        #expect(try await simulator.get("/stats/unknown").status == 404)
        let target = "/stats/leaguegamelog?PlayerOrTeam=T&\(oneDay)&DateFrom=01/15/2024&DateTo=01/15/2024"
        #expect(try await simulator.get(target).status == 500)
        #expect(try await simulator.get(target).status == 500)
        #expect(try await simulator.get(target).status == 200)
        #expect(try await simulator.send("POST", "/_sim/misbehave", #"{"kind":"explode"}"#).status == 400)
        #expect(try await simulator.send("POST", "/_sim/misbehave", #"{"kind":"empty","times":-1}"#).status == 200)
        #expect(try await simulator.send("DELETE", "/_sim/misbehave").status == 200)
        #expect(try await simulator.get("/stats/unknown", headers: ["x-sim-misbehave": "status429"]).status == 429)
        #expect(try await simulator.get("/stats/unknown?X-Sim-Misbehave=status500").status == 500)
        #expect(try await simulator.get("/stats/unknown?X-Sim-Misbehave=nonsense").status == 400)
    }
}

@Suite struct RequestParserTests {
    @Test func requestsComeOutWhole() throws {
        var parser = RequestParser()
        let text =
            "POST /a%20b?x=1+2&y=%2F&z HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /c HTTP/1.1\r\n\r\n"
        var found: [SimRequest] = []
        for byte in text.utf8 {
            parser.append([byte])
            if let request = try parser.next() { found.append(request) }
        }
        #expect(found.map(\.path) == ["/a b", "/c"])
        #expect(found[0].query == ["x": "1 2", "y": "/", "z": ""])
        #expect(found[0].body == Array("abc".utf8))
        #expect(found[0].headers["host"] == "h")
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "GET /\r\n\r\n", "GET http://x/ HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nbroken\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n",
        "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ])
    func nonsenseIsRefused(_ text: String) {
        var parser = RequestParser()
        parser.append(text.utf8)
        #expect(throws: RequestParser.Failure.self) { try parser.next() }
    }

    @Test func anEndlessHeadIsRefused() {
        var parser = RequestParser()
        parser.append(Array(repeating: UInt8(ascii: "a"), count: RequestParser.maximumHead + 1))
        #expect(throws: RequestParser.Failure.headTooLarge) { try parser.next() }
    }
}
