import Alerting
import ArgumentParser
import Foundation
import Logging
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

@Suite struct AlertCommandTests {
    private static func raise(_ pool: PostgresPool, _ signature: String) async throws -> Int64 {
        try await pool.execute(
            Alerts.raise(
                .error,
                signature: signature,
                title: "raw makes no progress",
                detail: ["names": ["nbac_schedule"], "next": "make restart SERVICE=raw"],
                gameDate: nil,
                runID: nil,
                by: "publishing"
            )
        )
        return try await pool.query(
            "SELECT alert_id FROM nba_orchestration.alert WHERE signature = \(signature)"
        ).scalar()
    }

    private static func operatorEnvironment(_ database: TestDatabase) -> [String: String] {
        ["TIPOFF_DATABASE_URL": database.url, "TIPOFF_DATABASE_ROLE": "tipoff_operator", "USER": "ann"]
    }

    @Test func theListNamesWhatIsMissingWhoLooksAfterItAndWhatToType() async throws {
        try await Database.with { database, pool in
            let environment = Self.operatorEnvironment(database)
            let id = try await Self.raise(pool, "service:raw")
            let open = await tipoff("alerts", environment: environment)
            open.expect(1)
            #expect(open.output.contains("raw makes no progress: nbac_schedule"))
            #expect(open.output.hasSuffix("next: make restart SERVICE=raw\n"))

            await tipoff("alerts", "ack", "\(id)", "--reason", "on it", environment: environment).expect(0)
            await tipoff("alerts", "ack", "999", "--reason", "on it", environment: environment).expect(1)
            let acknowledged = await tipoff("alerts", "--json", environment: environment)
            acknowledged.expect(1)
            let alert = try acknowledged.json()[0]
            #expect(alert?["state"] == "ack")
            #expect(alert?["silence"]?["reason"] == "on it")
            #expect(alert?["silence"]?["until"] == .null)
            #expect(alert?["next"] == "make restart SERVICE=raw")
        }
    }

    @Test func aMuteEndsByItselfOrByNameAndKeepsWhoAndWhy() async throws {
        try await Database.with { database, pool in
            let environment = Self.operatorEnvironment(database)
            _ = try await Self.raise(pool, "source:silent:x")
            let muted = await tipoff(
                ["alerts", "mute", "source:*", "--until", "2h", "--reason", "rebuilt", "--json"],
                environment: environment
            )
            muted.expect(0)
            let id = try #require(try muted.json()["silence_id"]?.intValue)
            let listed = await tipoff("alerts", "--json", environment: environment)
            #expect(try listed.json()[0]?["state"] == "muted")
            await tipoff("alerts", "unmute", "\(id)", "--reason", "back", environment: environment).expect(0)
            await tipoff("alerts", "unmute", "\(id)", "--reason", "back", environment: environment).expect(1)
            let again = await tipoff("alerts", "--json", environment: environment)
            #expect(try again.json()[0]?["state"] == "open")
            let row = try await pool.query(
                "SELECT actor, reason, ended_by, end_reason FROM nba_orchestration.alert_silence"
            ).one()
            #expect(try row.decode("reason") == "rebuilt")
            #expect(try row.decode("end_reason") == "back")
        }
    }

    @Test(arguments: [
        ["alerts", "mute", "*", "--until", "2h", "--reason", "r"], ["alerts", "mute", "s", "--until", "2h"],
        ["alerts", "mute", "s", "--until", "soon", "--reason", "r"], ["alerts", "mute", "s", "--reason", "r"],
        ["alerts", "mute", "s", "--until", "2h", "--reason", " "], ["alerts", "check", "--older", "0"],
        ["alerts", "ack", "x", "--reason", "r"],
    ])
    func wrongUsageIsTwo(_ arguments: [String]) async {
        let result = await tipoff(arguments, environment: ["TIPOFF_DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"])
        result.expect(2)
    }

    @Test func muchTooLongAndPastAreNoEnds() throws {
        let now = Date(timeIntervalSince1970: 1_705_300_000)
        let week = try #require(UntilArgument(argument: "7d"))
        #expect(try week.instant(now: now) == now.addingTimeInterval(7 * 86_400))
        for text in ["15d", "2020-01-01T00:00:00Z"] {
            let end = try #require(UntilArgument(argument: text))
            #expect(throws: CommandProblem.self) { try end.instant(now: now) }
        }
    }

    @Test(
        "The check for cron is quiet while everybody lives, tells once an hour who does not, and says 3 without a database"
    )
    func check() async throws {
        try await Database.with { database, pool in
            let directory = FileManager.default.temporaryDirectory.appending(path: "tipoff-check-\(UUID())")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: directory) }
            let (script, mail) = (directory.appending(path: "tell"), directory.appending(path: "mail"))
            try Data("#!/bin/sh\n{ cat; echo; } >> \"$1\"\n".utf8).write(to: script)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
            try Data().write(to: mail)
            func told() throws -> [JSONValue] {
                try String(contentsOf: mail, encoding: .utf8).split(separator: "\n").map {
                    try JSONValue(parsing: String($0))
                }
            }
            var environment = Self.operatorEnvironment(database)
            environment["TIPOFF_ALERT_COMMAND"] = "\(script.path),\(mail.path)"
            for role in ["alert-watch", "alert-delivery", "dead-man"] {
                _ = try await RoleLease(pool: pool, role: role, owner: "p", duration: .seconds(30)).acquire()
            }
            await tipoff("alerts", "check", environment: environment).expect(0)
            #expect(try told().isEmpty)
            try await pool.execute(
                """
                UPDATE nba_orchestration.lease SET seen_at = now() - interval '11 minutes' WHERE role = 'alert-watch'
                """
            )
            for _ in 0..<2 { await tipoff("alerts", "check", environment: environment).expect(1) }
            let messages = try told()
            // Two hours may meet in between.
            #expect((1...2).contains(messages.count))
            #expect(messages.first?["names"] == ["alert-watch"])
            #expect(messages.first?["level"] == "critical")

            environment["TIPOFF_DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/none"
            let before = messages.count
            await tipoff("alerts", "check", environment: environment).expect(3)
            #expect(try told().count == before + 1)
            #expect(try told().last?["names"] == ["PostgreSQL"])
        }
    }

    @Test func aTestThatNobodyDeliversIsAProblem() async throws {
        try await Database.with { database, _ in
            let result = await tipoff(
                "alerts",
                "test",
                "--timeout",
                "1",
                environment: Self.operatorEnvironment(database)
            )
            result.expect(1)
            #expect(result.errors.contains("no service delivers alerts"))
        }
    }

    @Test func everyCommandThatAnAlertNamesExists() throws {
        for entry in AlertGuide.entries {
            var words: [String] = []
            for (index, part) in entry.command.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
                words += index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
            }
            words = words.map { $0.replacing("{date}", with: "2024-01-15").replacing("{run}", with: "2024-01-15") }
            #expect(words.first == "tipoff")
            #expect(throws: Never.self, "\(entry.command)") { try RootCommand.parseAsRoot(Array(words.dropFirst())) }
        }
    }
}
