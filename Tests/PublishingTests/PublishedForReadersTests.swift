import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import Publishing

/// What readers may rely on, whoever they are and whenever they ask.
@Suite("What readers may rely on")
struct PublishedForReadersTests {
    private func publish(_ harness: PhaseHarness, _ date: GameDate, _ processor: String = "tonight_document")
        async throws
    {
        let run = try await harness.open(date, from: .publishing, kind: .full, marking: [processor])
        await harness.work(run, PublishingService.definition(harness.context, signal: ProjectionSignal()))
    }

    @Test func aDateWithoutGamesIsAnAnswer() async throws {
        try await PhaseHarness.with("publishing") { harness in
            try await publish(harness, try GameDate("2024-02-16"))
            let site = harness.site()
            for path in ["/v1/slates/2024-02-16", "/v1/documents/predictions/2024-02-16"] {
                let document = try await site.json(path)
                #expect(document["state"]?.stringValue == "no_games")
                #expect(document["status"]?.stringValue == "empty")
                #expect(document["data"]?["games"]?.arrayValue?.isEmpty == true)
            }
            let entry = try #require(try await site.json("/v1/slates")["items"]?[0])
            #expect(entry["state"]?.stringValue == "no_games" && entry["status"]?.stringValue == "empty")
            #expect(try await site.get("/slates/2024-02-16").status == 200)
        }
    }

    /// 19:30 Eastern on 15 January is 00:30 of the 16th in UTC.
    @Test(arguments: [("2024-01-16T00:30:00Z", "2024-01-15"), ("2024-01-16T13:00:00Z", "2024-01-16")])
    func theEveningBelongsToTheSlateThatIsPlayed(_ clock: String, _ expected: String) async throws {
        try await PhaseHarness.with("publishing", clock: clock) { harness in
            for day in ["2024-01-15", "2024-01-16"] {
                let slate = try PublishedSlate(day)
                try await slate.write(harness.pool)
                try await publish(harness, slate.date)
            }
            let site = harness.site()
            let current = try await site.json("/v1/slates/current")
            #expect(current["slate_date"]?.stringValue == expected)
            #expect(
                current["data"]?["games"]?[0]?["game_id"]?.stringValue?.hasPrefix(expected.replacing("-", with: ""))
                    == true
            )
            // Tomorrow's is there by its date.
            #expect(try await site.json("/v1/slates/2024-01-16")["slate_date"]?.stringValue == "2024-01-16")
        }
    }

    /// A box score may be corrected days after it was graded, so no date is ever closed enough.
    @Test func aDatedDocumentIsNeverKeptForLong() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await ResultsDocumentTests().write(slate, harness.pool)
            try await publish(harness, slate.date)
            try await publish(harness, slate.date, "results_document")
            try await publish(harness, slate.date, "calendar_document")
            let site = harness.site()
            for kind in DocumentOperations.storedKinds {
                let items = try await site.json("/v1/documents/\(kind)")["items"]?.arrayValue ?? []
                #expect(!items.isEmpty, "\(kind)")
                for item in items {
                    let answer = try await site.get(try #require(item["href"]?.stringValue))
                    let control = try #require(answer.headers["Cache-Control"])
                    let age = control.firstMatch(of: /max-age=([0-9]+)/).flatMap { Int($0.1) } ?? 0
                    let isDated = (try? GameDate(item["key"]?.stringValue ?? "")) != nil
                    #expect(age <= (isDated ? 60 : 1800) && !control.contains("immutable"), "\(item)")
                    #expect(answer.headers["ETag"] != nil)
                }
            }
        }
    }

    @Test func aSlateIsNeverWithoutItsHalt() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            let site = harness.site()
            let gzip = ["accept-encoding": "gzip"]
            let known = try #require(try await site.get("/v1/slates/current", headers: gzip).headers["ETag"])
            try await harness.pool.execute(
                "INSERT INTO nba_publishing.halt (reason, actor) VALUES ('lines of another day', 'ann')"
            )
            // Whoever has the packed form is told as well.
            let halted = try await site.get(
                "/v1/slates/current",
                headers: gzip.merging(["if-none-match": known]) { $1 }
            )
            #expect(halted.status == 200 && halted.headers["X-Document-Status"] == "halted")
            let document = try await site.json("/v1/slates/current")
            #expect(document["halt"]?["reason"]?.stringValue == "lines of another day")
            #expect(try JSONSchema.published("tonight").problems(document) == [])
            let status = try await site.json("/v1/status")
            #expect(status["halt"]?["reason"]?.stringValue == "lines of another day")
            // Who halted is nobody's business.
            for path in ["/v1/slates/current", "/v1/status", "/v1/slates", "/"] {
                let text = String(decoding: try await site.get(path).body, as: UTF8.self)
                #expect(!text.contains("\"ann\"") && !text.contains("ann<"), "\(path)")
            }
        }
    }

    /// There is nothing to log in to: what changes something is a command with a role of its own in the database.
    @Test func everyLinkAnswersNoneHasAKeyAndNothingCanBeChanged() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await ResultsDocumentTests().write(slate, harness.pool)
            try await publish(harness, slate.date)
            try await publish(harness, slate.date, "results_document")
            let site = harness.site()
            var seen: Set<String> = []
            var open = ["/"]
            while let link = open.popLast() {
                guard seen.insert(link).inserted, seen.count < 200 else { continue }
                #expect(link.hasPrefix("/") && !link.hasPrefix("//"), "\(link)")
                let parts = link.split(separator: "#")[0].split(separator: "?", maxSplits: 1).map(String.init)
                for name in ["key", "token", "password", "secret", "auth"] {
                    #expect(!link.lowercased().contains(name + "="), "\(link)")
                }
                let answer = try await site.get(parts[0], parts.count > 1 ? parts[1] : "")
                #expect(answer.status == 200, "\(link)")
                guard answer.headers["Content-Type"]?.hasPrefix("text/html") == true else { continue }
                let text = String(decoding: answer.body, as: UTF8.self)
                open += text.matches(of: /(?:href|src|action)="([^"#][^"]*)"/).map { match in
                    String(match.1).replacing("&amp;", with: "&")
                }
            }
            #expect(seen.count > 20)
            #expect(seen.contains { $0.hasPrefix("/players/") } && seen.contains("/record") && seen.contains("/method"))
            for path in ["/v1/slates/current", "/v1/status", "/v1/documents/tonight", "/v1/openapi.json"] {
                for method in ["POST", "PUT", "PATCH", "DELETE"] {
                    #expect(try await site.get(path, method: method).status == 405)
                }
            }
        }
    }

    @Test func theRecordIsRenderedOnceUntilMoreIsGraded() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let reader = PageReader(DocumentReader(pool: harness.readers))
            let before = try await reader.recordVersion()
            let slate = try PublishedSlate("2024-01-15")
            try await ResultsDocumentTests().write(slate, harness.pool)
            try await publish(harness, slate.date, "results_document")
            #expect(try await reader.recordVersion().split(separator: "-")[0] != before.split(separator: "-")[0])

            let site = harness.site()
            let page = try await site.get("/record")
            #expect(String(decoding: page.body, as: UTF8.self).contains("1–1"))
            // Rows that no document tells of yet are not looked at.
            try await harness.pool.execute("DELETE FROM nba_predictions.prediction_accuracy")
            #expect(try await site.get("/record").body == page.body)
            let again = try await site.get("/record", headers: ["if-none-match": page.headers["ETag"] ?? ""])
            #expect(again.status == 304)
            // Another process renders what there is.
            #expect(try await harness.site().get("/record").body != page.body)
        }
    }
}
