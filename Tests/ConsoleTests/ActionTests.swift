import Access
import Foundation
import KafkaTestKit
import Postgres
import Testing

@testable import Console
@testable import Pipeline

@Suite("What operators do from the page")
struct ActionTests {
    /// Sends the first form, takes what the preview's form holds, and sends that.
    private func act(
        _ browser: inout Browser,
        _ action: String,
        _ fields: Fields,
        confirm: String = ""
    ) async throws -> (preview: Reply, done: Reply) {
        _ = await browser.get("/act/\(action)")
        let preview = await browser.post("/act/\(action)", fields + ["step": "preview"])
        let request = try #require(preview.field("request"), "\(preview.status)")
        let done = await browser.post(
            "/act/\(action)",
            fields + ["step": "execute", "request": request, "confirm": confirm]
        )
        return (preview, done)
    }

    @Test func aDroppedLetterIsPreviewedConfirmedAndOnRecord() async throws {
        try await ConsoleBench.with { bench in
            let id = try await bench.addLetter(offset: 1)
            var browser = try await bench.operatorBrowser()
            let unconfirmed = try await act(&browser, "dlq-drop", ["id": "\(id)", "reason": "arrived again"])
            #expect(unconfirmed.preview.status == 200)
            #expect(unconfirmed.preview.text.contains("tipoff dlq drop"))
            #expect(unconfirmed.done.status == 400)
            #expect(unconfirmed.done.text.contains("Nothing was done"))
            var state = try await bench.pool.query("SELECT state FROM nba_orchestration.dead_letter").one()
            #expect(try state.decode("state", as: String.self) == "new")

            let confirmed = try await act(
                &browser,
                "dlq-drop",
                ["id": "\(id)", "reason": "arrived again"],
                confirm: "drop"
            )
            #expect(confirmed.done.status == 303)
            state = try await bench.pool.query(
                "SELECT state, state_by, state_reason FROM nba_orchestration.dead_letter"
            )
            .one()
            #expect(try state.decode("state", as: String.self) == "dropped")
            #expect(try state.decode("state_by", as: String?.self) == "console:ann")
            #expect(try state.decode("state_reason", as: String?.self) == "arrived again")
            let record = try #require(try await ConsoleActions(pool: bench.pool).list(limit: 5).first)
            #expect(record.user == "ann" && record.exitCode == 0 && record.reason == "arrived again")
            #expect(record.command.contains("tipoff dlq drop"))
            let page = await browser.get(try #require(confirmed.done.headers["location"]))
            #expect(page.status == 200)
            #expect(page.text.contains("arrived again") && page.text.contains("tipoff dlq drop"))
        }
    }

    @Test func aFormThatIsSentTwiceActsOnce() async throws {
        try await ConsoleBench.with { bench in
            let run = try await bench.openRun()
            var browser = try await bench.operatorBrowser()
            _ = await browser.get("/act/run-cancel")
            let fields: Fields = [
                "run": run, "reason": "wrong date", "confirm": "cancel", "step": "execute",
                "request": UUID().uuidString.lowercased(),
            ]
            let first = await browser.post("/act/run-cancel", fields)
            let second = await browser.post("/act/run-cancel", fields)
            #expect(first.status == 303 && second.status == 303)
            #expect(first.headers["location"] == second.headers["location"])
            let requests = try await bench.pool.query(
                "SELECT actor, reason FROM nba_orchestration.operator_request"
            )
            #expect(requests.count == 1)
            #expect(try requests[0].decode("actor", as: String.self) == "console:ann")
        }
    }

    @Test func nothingIsDoneWithoutAReason() async throws {
        try await ConsoleBench.with { bench in
            let id = try await bench.addLetter(offset: 1)
            var browser = try await bench.operatorBrowser()
            _ = await browser.get("/act/dlq-drop")
            let reply = await browser.post(
                "/act/dlq-drop",
                ["id": "\(id)", "reason": "", "confirm": "drop", "step": "execute", "request": UUID().uuidString]
            )
            #expect(reply.status == 400)
            #expect(try await ConsoleActions(pool: bench.pool).list(limit: 1).isEmpty)
        }
    }

    @Test(
        "What is no value of a field reaches no command",
        arguments: [
            "'; DROP TABLE x", "--help", "1 --yes", "../../etc", "99999999999999", "<img src=x onerror=alert(1)>",
        ]
    )
    func valuesAreChecked(_ value: String) async throws {
        try await ConsoleBench.with { bench in
            var browser = try await bench.operatorBrowser()
            _ = await browser.get("/act/dlq-drop")
            let reply = await browser.post(
                "/act/dlq-drop",
                ["id": value, "reason": "x", "confirm": "drop", "step": "execute", "request": UUID().uuidString]
            )
            #expect(reply.status == 400)
            #expect(!reply.text.contains("<img"))
            #expect(try await ConsoleActions(pool: bench.pool).list(limit: 1).isEmpty)
        }
    }

    @Test func ticksOfAGroupAreReplayedTogetherEachOnce() async throws {
        let topics = try await TestTopics(Topic.allCases.flatMap { [$0.rawValue, $0.deadLetterName] })
        let broker = ["TIPOFF_KAFKA_BROKERS": topics.broker.brokers, "TIPOFF_TOPIC_PREFIX": topics.prefix]
        try await ConsoleBench.with(environment: broker) { bench in
            let ids = [try await bench.addLetter(offset: 1), try await bench.addLetter(offset: 2)]
            var browser = try await bench.operatorBrowser()
            let list = ids.map(String.init).joined(separator: ",")
            let form = await browser.get("/act/dlq-replay?id=\(ids[0])&id=\(ids[1])")
            #expect(form.status == 200)
            #expect(form.field("id") == list)
            let acted = try await act(&browser, "dlq-replay", ["id": list, "reason": "status was misspelt"])
            #expect(acted.preview.text.contains("PlayerGameSummaryProcessor"), "the payload is shown before")
            #expect(acted.done.status == 303)
            let rows = try await bench.pool.query(
                "SELECT state, state_by FROM nba_orchestration.dead_letter ORDER BY dead_letter_id"
            )
            #expect(try rows.column("state", as: String.self) == ["replayed", "replayed"])
            #expect(try rows.column("state_by", as: String?.self) == ["console:ann", "console:ann"])
            let sent: Int64 = try await bench.pool.query("SELECT count(*) FROM nba_orchestration.outbox").scalar()
            #expect(sent == 2)
            let record = try #require(try await ConsoleActions(pool: bench.pool).list(limit: 1).first)
            #expect(record.exitCode == 0 && record.follows != nil)
        }
    }

    /// The catalogue's arguments are the command line's own: a renamed option must not be found by an operator.
    @Test func everyActionIsACommandThatTheCommandLineUnderstands() async throws {
        try await ConsoleBench.with { bench in
            let samples: [String: String] = [
                "run": UUID().uuidString.lowercased(), "date": "2024-01-15", "from": "2024-01-14", "to": "2024-01-15",
                "id": "1", "processor": "player_game_summary", "phase": "3", "document": "predictions/2024-01-15",
                "from-phase": "3", "name": "nobody", "kind": "full", "unit": "*", "without": "player_game_summary",
                "until-phase": "3", "alert": "1", "signature": "x", "until": "2h", "player": "nobody", "job": "none",
                "game": "20240115_BOS_TOR", "version": "2", "phases": "1-4",
            ]
            for action in bench.site.pages.actions.actions {
                let pairs = action.parameters.compactMap { parameter -> (name: String, value: String)? in
                    // Of a date and a span, one is said.
                    if action.id == "replay", ["from", "to"].contains(parameter.name) { return nil }
                    guard let value = samples[parameter.name] else { return nil }
                    return (parameter.name, parameter.name == "to" && parameter.form == .number ? "1" : value)
                }
                let asked = try bench.site.pages.desk.asked(action, pairs + [(name: "reason", value: "a test")])
                #expect(asked.missing.isEmpty, "\(action.id): \(asked.missing.map(\.name))")
                for arguments in bench.site.pages.desk.commands(action, asked) {
                    let answer = await bench.runner.act(arguments, as: "console:test")
                    let isUsage = answer.code == 2 && answer.errors.contains("Usage:")
                    #expect(!isUsage, "\(answer.twin): \(answer.errors)")
                    #expect(!answer.errors.contains("permission denied"), "\(answer.twin): \(answer.errors)")
                }
            }
        }
    }
}
