import ArgumentParser
import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

@Suite struct CommandLineTests {
    /// Every command without subcommands, by its words.
    static let leaves: [[String]] = {
        func walk(_ command: any ParsableCommand.Type, _ path: [String]) -> [[String]] {
            let below = command.configuration.subcommands
            return below.isEmpty ? [path] : below.flatMap { walk($0, path + [$0.configuration.commandName ?? ""]) }
        }
        return walk(RootCommand.self, [])
    }()

    @Test(arguments: leaves)
    func everyCommandExplainsItselfWithAnExampleAndSpeaksJSON(_ words: [String]) async {
        let result = await tipoff(words + ["--help"])
        result.expect(0)
        #expect(result.output.contains("Example: tipoff \(words.joined(separator: " "))"))
        #expect(result.output.contains("--json"))
        #expect(result.errors.isEmpty)
    }

    @Test(arguments: [
        ["nonsense"], ["run", "open", "--kind", "delta", "--date", "2024-01-15"],
        ["run", "open", "--date", "2024-02-30"],
        ["run", "open", "--date", "2024-01-15", "--until-phase", "7"], ["run", "open"],
        ["run", "open", "--kind", "postgame", "--until-phase", "4", "--date", "2024-01-15"],
        ["run", "force", "--run", "x", "--phase", "2", "--reason", "r"], ["status", "today", "--date", "yesterday"],
        ["backfill", "run", "--from", "2024-01-15", "--to", "2024-01-14"],
        ["backfill", "run", "--from", "2024-01-15", "--to", "2024-01-16", "--window", "0"],
        ["backfill", "run", "--from", "2024-01-15", "--to", "2024-01-16", "--job", "a b"],
        ["scrape", "nbac_nothing", "--date", "2024-01-15"], ["scrape", "nbac_team_boxscore", "--date", "2024-01-15"],
        ["scrape", "nbac_schedule_api", "--date", "2024-01-15", "--unit", "7"],
        ["scrape", "nbac_schedule_api", "--date", "2024-01-15", "--param", "nothing"],
        ["logs"], ["logs", "../../etc/passwd"], ["dlq", "ls", "--state", "odd"], ["dlq", "show", "x"],
        ["digest", "--table", "nba_raw.nothing"], ["efficiency", "--from", "2024-01-15"],
        ["efficiency", "--date", "today", "--run", "3fa94c11"], ["efficiency", "--run", "3fa94c1"],
        ["object", "ingest", "/nonexistent/file", "--scraper", "nbac_schedule_api", "--date", "2024-01-15"],
        ["object", "ingest", "/dev/null", "--scraper", "oddsa_events", "--date", "2024-01-15"],
    ])
    func wrongUsageIsTwo(_ arguments: [String]) async {
        let result = await tipoff(arguments, environment: ["TIPOFF_DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"])
        result.expect(2)
        #expect(result.output.isEmpty)
        #expect(!result.errors.isEmpty)
    }

    @Test func missingSettingsAreNamed() async {
        let result = await tipoff("status")
        result.expect(2)
        #expect(result.errors.contains("TIPOFF_DATABASE_URL"))
        #expect(!result.errors.contains("TIPOFF_KAFKA_BROKERS"), "status needs no broker")
        #expect(result.errors.contains("next: "))
    }

    @Test(
        arguments: [
            ["status"], ["dlq", "ls"], ["alerts"], ["trace", "x"], ["digest"], ["migrate"], ["coverage"], ["freshness"],
            ["runs"],
        ]
    )
    func unreachableDatabaseIsThreeWithOneLineAndTheNextStep(_ arguments: [String]) async {
        let result = await tipoff(
            arguments,
            environment: ["TIPOFF_DATABASE_URL": "postgres://nobody:secret@127.0.0.1:1/none"]
        )
        result.expect(3)
        #expect(result.errors.split(separator: "\n").count == 2)
        #expect(result.errors.contains("\nnext: "))
        #expect(!result.errors.contains("secret"))
    }

    @Test func unreachableBrokerIsThreeAndOpensNothing() async throws {
        try await Database.with { database, pool in
            let environment = ["TIPOFF_DATABASE_URL": database.url, "TIPOFF_KAFKA_BROKERS": "127.0.0.1:1"]
            let result = await tipoff("run", "open", "--date", "2024-01-15", environment: environment)
            result.expect(3)
            #expect(result.errors.contains("broker"))
            let runs: Int64 = try await pool.query("SELECT count(*) FROM nba_orchestration.run").scalar()
            #expect(runs == 0)
        }
    }

    @Test func registryListsProcessorsWithoutAnyConnection() async throws {
        let result = await tipoff("registry", "--phase", "3", "--json")
        result.expect(0)
        let names = try result.json().arrayValue?.compactMap { $0["name"]?.stringValue }
        #expect(names?.contains("player_game_summary") == true)
    }
}
