import Basketball
import Foundation
import Models
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

/// `tipoff train` and `tipoff models`.
@Suite struct TrainTests {
    /// A model of three seasons in the registry and the object store.
    private func trained(_ body: (_ id: String, _ environment: [String: String], PostgresPool) async throws -> Void)
        async throws
    {
        try await GameLogs.with { folder in
            try await Database.with { database, pool in
                // As operators work: with the grants of their role.
                let environment = [
                    "TIPOFF_DATABASE_URL": database.url, "TIPOFF_DATABASE_ROLE": "tipoff_operator",
                    "TIPOFF_OBJECT_STORE": folder.appending(path: "objects").path,
                ]
                let result = await tipoff(
                    ["train", "--data", folder.path, "--from", "2018-19", "--to", "2020-21", "--json"],
                    environment: environment
                )
                result.expect(0)
                let model = try result.json()
                let id = try #require(model["model_id"]?.stringValue)
                try await body(id, environment, pool)
            }
        }
    }

    @Test func whatWasTrainedLiesInTheStoreAsTheRegistrySays() async throws {
        try await trained { id, environment, pool in
            #expect(id.hasPrefix("2018-19_2020-21_"))
            let row = try await pool.query(
                "SELECT artefact_path, sha256, trained_through::text AS through, appearances FROM nba_predictions.model"
            ).one()
            let root = try #require(environment["TIPOFF_OBJECT_STORE"])
            let path: String = try row.decode("artefact_path")
            let bytes = Array(try Data(contentsOf: URL(filePath: root).appending(path: path)))
            #expect(try row.decode("sha256", as: String.self) == SHA256.hash(bytes).hex)
            #expect(try row.decode("through", as: String.self) == "2020-12-09")
            #expect(try row.decode("appearances", as: Int32.self) == 3 * 20 * 16)
            let artefact = try ModelArtefact(decoding: bytes)
            #expect(artefact.models.training.seasons.map(\.label) == ["2018-19", "2019-20", "2020-21"])
        }
    }

    @Test func aModelThatNobodyJudgedServesOnlyByOverrulingItsGates() async throws {
        try await trained { id, environment, pool in
            let refused = await tipoff("models", "promote", id, "--reason", "try", environment: environment)
            refused.expect(1)
            #expect(refused.errors.contains("measured nothing"))
            #expect(refused.errors.contains("--overrule-gates"))
            let promoted = await tipoff(
                ["models", "promote", "2018-19", "--reason", "a trial", "--overrule-gates"],
                environment: environment
            )
            promoted.expect(0)
            let list = try await tipoff("models", "ls", "--json", environment: environment).json()
            #expect(list[0]?["model_id"] == .string(id))
            #expect(list[0]?["serves"] == true)
            #expect(list[0]?["gates_passed"] == false)
            let shown = try await tipoff("models", "show", id, "--json", environment: environment).json()
            #expect(shown["decisions"]?[0]?["reason"] == "a trial")
            #expect(shown["decisions"]?[0]?["gates_overruled"] == true)
            let again = await tipoff(
                ["models", "promote", id, "--reason", "again", "--overrule-gates"],
                environment: environment
            )
            again.expect(1)
            #expect(again.errors.contains("serves already"))
            let back = await tipoff("models", "rollback", "--reason", "worse", environment: environment)
            back.expect(1)
            #expect(back.errors.contains("no model served before"))
        }
    }

    @Test func anEmptyRegistrySaysWhoPredictsAndWhatToDo() async throws {
        try await Database.with { database, _ in
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let list = await tipoff("models", environment: environment)
            list.expect(0)
            #expect(list.output.contains("rules alone predict"))
            #expect(list.output.contains("tipoff train"))
            let unknown = await tipoff("models", "show", "nobody", environment: environment)
            unknown.expect(2)
            #expect(unknown.errors.contains("tipoff models ls"))
        }
    }

    @Test func aWarehouseWithoutTheSeasonsIsNamed() async throws {
        try await Database.with { database, _ in
            let folder = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(UUID().uuidString)")
            let result = await tipoff(
                ["train", "--from", "2018-19", "--to", "2020-21"],
                environment: ["TIPOFF_DATABASE_URL": database.url, "TIPOFF_OBJECT_STORE": folder.path]
            )
            result.expect(2)
            #expect(result.errors.contains("the warehouse has no games of 2018-19"))
            #expect(result.errors.contains("tipoff backfill"))
        }
    }

    @Test(arguments: [
        ["train", "--from", "2018-19", "--to", "2019-20"], ["train", "--from", "then", "--to", "2020-21"],
        ["models", "promote", "x", "--reason", " "], ["models", "rollback"],
    ])
    func whatCannotBeMeantIsRefusedBeforeAnythingIsAsked(arguments: [String]) async {
        await tipoff(arguments).expect(2)
    }
}
