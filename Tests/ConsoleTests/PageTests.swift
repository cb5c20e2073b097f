import Access
import Basketball
import Foundation
import Postgres
import Testing

@testable import Console
@testable import Page
@testable import Pipeline

@Suite("What the console shows")
struct PageTests {
    @Test("Every link of every page, and every panel, answers 200")
    func noLinkIsDead() async throws {
        try await ConsoleBench.with { bench in
            let run = try await bench.openRun()
            _ = try await bench.addLetter(offset: 1)
            _ = try await bench.addLetter("{ not json", offset: 2)
            var browser = try await bench.operatorBrowser()
            var waiting = bench.site.pages.pages.map(\.path) + ["/run?id=\(run)", "/trace?id=\(run)", "/act"]
            var seen: Set<String> = []
            while let path = waiting.popLast() {
                guard seen.insert(path).inserted, seen.count < 400 else { continue }
                let reply = await browser.get(path)
                #expect(reply.status == 200, "\(path)")
                for match in reply.text.matches(of: /(?:href|src|data-panel)="([^"#]+)"/) {
                    let address = String(match.1).replacing("&amp;", with: "&").replacing("&#39;", with: "'")
                    #expect(address.hasPrefix("/"), "\(path): \(address) leads away")
                    // The clock's three links lead to the page itself.
                    if address.contains("tz=") || seen.contains(address) { continue }
                    waiting.append(address)
                }
            }
            #expect(seen.count > 40, "\(seen.count)")
            let clock = await browser.get("/?tz=utc")
            #expect(clock.status == 200 && clock.text.contains("UTC"))
        }
    }

    @Test("Every panel's command is understood, and its twin stands on its page")
    func everyPanelIsACommand() async throws {
        try await ConsoleBench.with { bench in
            let samples: [String: String] = [
                "date": "2024-01-15", "id": UUID().uuidString.lowercased(), "from": "2024-01-14", "to": "2024-01-15",
                "state": "new", "kind": "full", "topic": "nba-phase3-trigger", "reason": "missing_field", "open": "1",
                "all": "1", "hours": "24", "error": "missing_field",
            ]
            #expect(bench.site.pages.panels.panels.count >= 15)
            for panel in PanelCatalogue.all {
                let known = bench.site.pages.panels[panel.id]?.parameters.map(\.name)
                #expect(known == panel.parameters.map(\.name), "\(panel.id): a field that its command does not take")
            }
            for panel in bench.site.pages.panels.panels.values {
                let values = try ParameterValues(
                    panel.parameters,
                    from: panel.parameters.compactMap { parameter in
                        if panel.id == "letter" { return (name: parameter.name, value: "1") }
                        if panel.id == "messages", parameter.name == "state" { return (name: "state", value: "sent") }
                        if panel.id == "runs", parameter.name == "state" { return (name: "state", value: "open") }
                        return samples[parameter.name].map { (name: parameter.name, value: $0) }
                    }
                )
                let arguments = try #require(panel.arguments(values))
                let answer = await bench.runner.ask(arguments)
                let isUsage = answer.code == 2 && answer.errors.contains("Usage:")
                #expect(!isUsage, "\(answer.twin): \(answer.errors)")
                // The panels' role may read what the command reads.
                #expect(!answer.errors.contains("permission denied"), "\(answer.twin): \(answer.errors)")
                let isShown = ConsolePage.all.contains { $0.panels.contains(panel.id) }
                #expect(isShown, "\(panel.id) stands on no page")
            }
        }
    }

    @Test func whatComesFromOutsideIsTextAndNothingElse() async throws {
        try await ConsoleBench.with { bench in
            let attack = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
            let id = try await bench.addLetter(
                "{\"processor_name\": \"<img src=x onerror=alert(1)>\"}",
                offset: 1,
                detail: attack
            )
            try await bench.pool.execute(
                """
                UPDATE nba_orchestration.dead_letter SET headers = '{"x": "<img src=x onerror=alert(3)>"}'
                WHERE dead_letter_id = \(id)
                """
            )
            var browser = try await bench.operatorBrowser()
            for path in ["/letters", "/letter?id=\(id)", "/act/dlq-drop?id=\(id)", "/trace?id=%3Cimg%20src%3Dx%3E"] {
                let reply = await browser.get(path)
                #expect(reply.status == 200, "\(path)")
                #expect(!reply.text.contains("<img") && !reply.text.contains("<script>"), "\(path)")
            }
            let headed = await browser.get("/letter?id=\(id)&tz=utc")
            #expect(headed.text.contains("alert(3)") && !headed.text.contains("<img"), "a header is text as well")
            let shown = await browser.get("/letters")
            #expect(shown.text.contains("&lt;img"))
        }
    }

    @Test func lettersOfOneCauseStandTogether() throws {
        let letters = try [("a", 1), ("b", 2), ("c", 3), ("b", 4), ("b", 5), ("a", 6)].map { fingerprint, id in
            try #require(
                JSONValue.object([
                    "reason": "missing_field", "topic": "t", "fingerprint": .string(fingerprint),
                    "dead_letter_id": .int(id),
                ]).objectValue
            )
        }
        let groups = DeadLetterPanel.groups(letters)
        #expect(groups.map(\.fingerprint) == ["b", "a", "c"])
        #expect(groups.map(\.letters.count) == [3, 2, 1])
    }

    @Test func aWaterfallTellsSilenceAndEveryHop() throws {
        let trace = try JSONValue(
            parsing: """
                {"correlation_id": "c", "runs": [], "waiting": ["phase 3 is open"], "dependencies": [], "hops": [
                 {"kind": "work", "service": "raw", "name": "first", "count": 1, "start": "2024-01-15T14:00:00.000Z",
                  "end": "2024-01-15T14:00:01.000Z", "status": "success", "rows": 3, "queue_seconds": 0.5},
                 {"kind": "work", "service": "raw", "name": "second", "count": 2, "start": "2024-01-15T14:00:09.000Z",
                  "end": "2024-01-15T14:00:10.000Z", "status": "failed", "detail": "<b>"}]}
                """
        )
        let html = String(decoding: TracePanel.html(trace, Viewing()).utf8, as: UTF8.self)
        #expect(html.contains("nothing ran for 8.0 s before second"))
        #expect(html.contains("second ×2") && html.contains("&lt;b&gt;") && html.contains("waiting: phase 3 is open"))
        // Ten seconds are six hundred units: the second hop begins at nine tenths.
        #expect(html.contains("x=\"540\"") && html.contains("width=\"60\""))
    }

    @Test func aGamesFirstBrokenPhaseIsMarkedAndItsCauseNamed() throws {
        let grid = try JSONValue(
            parsing: """
                {"date": "2024-01-15", "games": [{"game": "20240115_BOS_TOR", "first_broken_phase": 2, "outputs": [
                 {"phase": 1, "state": "complete", "processor": "nbac_schedule"},
                 {"phase": 2, "state": "complete", "processor": "a"}, {"phase": 2, "state": "late", "processor": "odds"},
                 {"phase": 3, "state": "not_due", "processor": "b"}]}]}
                """
        )
        let html = String(decoding: GamePanel.html(grid, Viewing()).utf8, as: UTF8.self)
        #expect(html.components(separatedBy: "first broken").count == 2)
        #expect(html.contains("late") && html.contains("odds") && !html.contains("nbac_schedule"))
        let season = try JSONValue(
            parsing: """
                {"as_of": "2024-01-15T14:00:00.000Z", "dates": [{"date": "2024-01-14", "day_state": "off_season",
                 "phases": [{"phase": 3, "state": "failed", "outputs": 5}]}]}
                """
        )
        let rows = String(decoding: GridPanel.html(season, Viewing()).utf8, as: UTF8.self)
        #expect(rows.contains("off season") && rows.contains("✗ ") && rows.contains("href=\"/?date=2024-01-14\""))
    }

    @Test func instantsAreShownByTheClockThatWasChosen() {
        let instant = "2024-01-15T14:03:22.123Z"
        #expect(ClockText.text(instant, .eastern) == "2024-01-15 09:03:22 ET")
        #expect(ClockText.text(instant, .utc) == "2024-01-15 14:03:22 UTC")
        #expect(ClockText.text("2024-01-15", .utc) == nil)
        #expect(ConsoleLayout.address("/letters?state=new&tz=et", zone: .utc) == "/letters?state=new&tz=utc")
    }

    @Test func aCommandThatThisBuildHasNotIsNoPanelAndNoAction() throws {
        let commands = CommandCatalogue(
            help: try JSONValue(
                parsing: """
                    {"command": {"commandName": "tipoff", "subcommands": [
                     {"commandName": "dlq", "subcommands": [{"commandName": "ls", "arguments": [
                      {"kind": "option", "names": [{"kind": "long", "name": "state"}]}]}]}]}}
                    """
            )
        )
        let panels = PanelCatalogue(commands)
        #expect(Set(panels.panels.keys) == ["letters"])
        #expect(panels["letters"]?.parameters.map(\.name) == ["state"])
        #expect(ActionCatalogue(commands).actions.isEmpty)
    }

    @Test func lineOfATerminalIsQuotedForIt() {
        #expect(
            CommandText.line(["dlq", "drop", "--reason=it's gone", "--", "17"])
                == "tipoff dlq drop '--reason=it'\\''s gone' -- 17"
        )
    }

    /// Colours are those of the site's sheet, whose contrast its own tests hold; signs stand beside them.
    @Test func theConsolesStyleHasNoColourOfItsOwn() {
        #expect(ConsoleStyle.text.firstMatch(of: /#[0-9a-fA-F]{3,8}\b/) == nil)
        let used = Set(ConsoleStyle.text.matches(of: /var\(--([a-z]+)\)/).map { String($0.1) })
        let known = Set(StyleSheet.text.matches(of: /--([a-z]+):/).map { String($0.1) })
        #expect(used.isSubset(of: known), "\(used.subtracting(known))")
        for tone in ["good", "bad", "warn", "calm", "busy"] {
            #expect(ConsoleStyle.text.contains(".state.\(tone)"))
        }
    }
}
