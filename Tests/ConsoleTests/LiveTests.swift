import Foundation
import Postgres
import Testing

@testable import Access
@testable import Console
@testable import Pipeline

@Suite("What changes while somebody looks")
struct LiveTests {
    @Test func aChangeReachesAnOpenTabAndNothingElseDoes() async throws {
        try await ConsoleBench.with { bench in
            let browser = try await bench.operatorBrowser()
            var first = browser
            let page = await first.get("/letters")
            let digest = try #require(page.text.firstMatch(of: /data-digest="([0-9a-f]+)"/)).1
            let path = "/live?tz=et&p=\(AddressText.encoded("/panel/letters"))&d=\(digest)"
            let cookie = try #require(browser.cookieHeader["Cookie"])
            let reader = StreamReader(
                bench.port,
                request: Array("GET \(path) HTTP/1.1\r\nHost: x\r\nCookie: \(cookie)\r\n\r\n".utf8)
            )
            let head = await reader.read { $0.contains("retry: 2000") }
            #expect(head.hasPrefix("HTTP/1.1 200"))
            // Several looks with nothing new: nothing is sent.
            try await Task.sleep(for: .milliseconds(900))
            let id = try await bench.addLetter(offset: 1, detail: "something new")
            let text = await reader.read { $0.contains("something new") }
            #expect(text.components(separatedBy: "event: panel").count == 2, "one event, for the one change")
            #expect(text.contains("/letter?id=\(id)"))
            reader.disconnect()
        }
    }

    @Test func whoeverLoadsAPanelAloneGetsWhatTheTabShows() async throws {
        try await ConsoleBench.with { bench in
            _ = try await bench.addLetter(offset: 1)
            var browser = try await bench.operatorBrowser()
            let page = await browser.get("/letters?state=new")
            let digest = try #require(page.text.firstMatch(of: /data-digest="([0-9a-f]+)"/)).1
            let alone = await browser.get("/panel/letters?state=new&tz=et")
            #expect(alone.status == 200)
            #expect(alone.headers["etag"] == "\"\(digest)\"")
            #expect(page.text.contains(alone.text))
        }
    }

    @Test func nobodyIsAskedWhileNobodyLooks() async throws {
        try await ConsoleBench.with { bench in
            let count = await bench.site.board.followerCount
            #expect(count == 0)
            // What the bench itself has run may still be closing its connection.
            var connections: Int64 = -1
            for _ in 0..<100 where connections != 0 {
                connections = try await bench.pool.query(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'tipoff' AND pid <> pg_backend_pid()
                    """
                ).scalar()
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(connections == 0, "no command runs")
        }
    }

    @Test("One user's tabs leave room for the others', and so do the panels that are asked")
    func tabsAndPanelsAreBounded() async throws {
        try await ConsoleBench.with { bench in
            let board = bench.site.board
            func follower(_ name: String, _ panels: ClosedRange<Int>) throws -> LiveBoard.Follower {
                let requests = try panels.map { number in
                    let parameter = Parameter("id", "Number", nil, .number)
                    return PanelRequest(
                        panel: "letter",
                        values: try ParameterValues([parameter], from: [(name: "id", value: String(number))])
                    )
                }
                let session = ConsoleSession(user: name, role: .viewer, isToken: false, expiresAt: .distantFuture)
                return LiveBoard.Follower(
                    stream: WebStream(maximumBytes: 1 << 20),
                    viewing: Viewing(),
                    shown: [:],
                    addresses: Dictionary(uniqueKeysWithValues: requests.map { ($0, "/panel/letter") }),
                    visitor: ConsoleVisitor(session: session, token: "t"),
                    checkedAt: .now
                )
            }
            for _ in 0..<LiveBoard.mostOfOne {
                let isLetIn = await board.follow(try follower("ann", 1...1))
                #expect(isLetIn)
            }
            let isOneTooMany = await board.follow(try follower("ann", 1...1))
            #expect(!isOneTooMany)
            let isOther = await board.follow(try follower("bob", 1...LiveBoard.mostPanels))
            #expect(isOther)
            let isOnePanelTooMany = await board.follow(try follower("cat", 999...999))
            #expect(!isOnePanelTooMany)
        }
    }

    @Test("What a command said before its time was over is kept, and nobody is told that it did not happen")
    func aCommandIsCut() async throws {
        try await ConsoleBench.with { bench in
            var runner = bench.runner
            runner.limit = .zero
            let answer = await runner.ask(["status", "--json"])
            #expect(answer.code == CommandAnswer.cutCode)
            #expect(answer.errors.contains("whether it was done is not known"))
            #expect(answer.errors.contains("next: tipoff status"))
        }
    }

    @Test(arguments: ["/live", "/live?p=/panel/nothing&d=0", "/live?p=/panel/letters", "/live?p=/etc/passwd&d=0"])
    func whatIsNoPanelIsNotFollowed(_ path: String) async throws {
        try await ConsoleBench.with { bench in
            var browser = try await bench.operatorBrowser()
            let reply = await browser.get(path)
            #expect([400, 404].contains(reply.status))
        }
    }
}
