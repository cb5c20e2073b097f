import Basketball
import Foundation
import Pipeline
import Postgres
import Testing

@testable import Serving

@Suite struct ModelRegistryTests {
    private func model(_ id: String, through: String, holds: Bool = true) throws -> RegisteredModel {
        RegisteredModel(
            modelID: id,
            path: try ObjectPath(validating: "models/points/\(id).json"),
            sha256: String(repeating: "a", count: 64),
            byteCount: 10,
            formatVersion: 1,
            featureVersion: "points_1",
            featureCount: 130,
            trainedFrom: Season(startYear: 2018),
            trainedTo: Season(startYear: 2022),
            trainedThrough: FinishedSeason.day(through),
            appearances: 1000,
            seed: 1,
            source: "warehouse",
            metrics: ["mae": 4.6],
            gates: [
                ModelGate("accuracy", "MAE at most 4.7 points", measured: holds ? 4.6 : 4.8) { $0 <= 4.7 },
                ModelGate("calibration", "error at most 0.02", measured: 0.01) { $0 <= 0.02 },
            ],
            trainedAt: Date(timeIntervalSince1970: 1_700_000_000),
            trainedBy: "ann",
            buildCommit: "test"
        )
    }

    private func serving(_ date: String, _ season: FinishedSeason) async throws -> String? {
        let day = FinishedSeason.day(date)
        return try await season.pool.transaction(.repeatableRead, readOnly: true) { transaction in
            try await ModelRegistry.model(serving: day, in: transaction)?.modelID
        }
    }

    @Test func aModelComesBackAsItWasEnteredAndIsEnteredOnce() async throws {
        try await FinishedSeason.with { season in
            let model = try model("2018-19_2022-23_aaaa", through: "2023-04-09")
            let first = try await season.pool.transaction { try await ModelRegistry.register(model, in: $0) }
            let second = try await season.pool.transaction { try await ModelRegistry.register(model, in: $0) }
            #expect(first)
            #expect(!second)
            let all = try await season.pool.transaction { try await ModelRegistry.all(in: $0) }
            #expect(all == [model])
        }
    }

    @Test func nothingServesUntilItIsPromoted() async throws {
        try await FinishedSeason.with { season in
            let model = try model("2018-19_2022-23_aaaa", through: "2023-04-09")
            try await season.pool.transaction { _ = try await ModelRegistry.register(model, in: $0) }
            let before = try await serving("2024-01-15", season)
            #expect(before == nil)
            let promotion = try await season.pool.transaction {
                try await ModelRegistry.promote("2018", overrulingGates: false, reason: "first", by: "ann", in: $0)
            }
            #expect(promotion.previousModelID == nil)
            let after = try await serving("2024-01-15", season)
            #expect(after == model.modelID)
        }
    }

    @Test func aModelNeverServesADayThatItHasSeen() async throws {
        try await FinishedSeason.with { season in
            let (old, new) = (try model("old", through: "2022-04-10"), try model("new", through: "2023-04-09"))
            let unfit = try model("unfit", through: "2021-05-16", holds: false)
            try await season.pool.transaction { transaction in
                for model in [old, new, unfit] { _ = try await ModelRegistry.register(model, in: transaction) }
                _ = try await ModelRegistry.promote(
                    "new",
                    overrulingGates: false,
                    reason: "r",
                    by: "ann",
                    in: transaction
                )
            }
            let served = [
                try await serving("2023-04-10", season), try await serving("2023-04-09", season),
                try await serving("2022-04-10", season), try await serving("2021-12-01", season),
            ]
            #expect(served == ["new", "old", nil, nil])
        }
    }

    @Test func aDatesOwnTimeHasTheModelThatHasSeenTheLatestGamesBeforeIt() async throws {
        try await FinishedSeason.with { season in
            try await season.pool.transaction { transaction in
                for (id, through, holds) in [
                    ("a", "2022-04-10", true), ("b", "2023-04-09", true), ("weak", "2023-04-08", false),
                ] {
                    _ = try await ModelRegistry.register(try model(id, through: through, holds: holds), in: transaction)
                }
                // What serves today, whether its gates hold or not, is no word on the past.
                _ = try await ModelRegistry.promote(
                    "weak",
                    overrulingGates: true,
                    reason: "r",
                    by: "ann",
                    in: transaction
                )
            }
            var found: [String?] = []
            for date in ["2024-01-15", "2023-04-10", "2023-04-09", "2022-04-11", "2022-04-10"] {
                let day = FinishedSeason.day(date)
                found.append(
                    try await season.pool.transaction(readOnly: true) {
                        try await ModelRegistry.model(ofTheTimeOf: day, in: $0)?.modelID
                    }
                )
            }
            #expect(found == ["b", "b", "a", "a", nil])
        }
    }

    @Test func gatesHoldAModelBackUnlessTheyAreOverruledByName() async throws {
        try await FinishedSeason.with { season in
            let model = try model("weak", through: "2023-04-09", holds: false)
            try await season.pool.transaction { _ = try await ModelRegistry.register(model, in: $0) }
            await #expect(throws: ModelRegistryError.gatesDoNotHold("weak", [model.gates[0]])) {
                try await season.pool.transaction {
                    try await ModelRegistry.promote("weak", overrulingGates: false, reason: "r", by: "ann", in: $0)
                }
            }
            let promotion = try await season.pool.transaction {
                try await ModelRegistry.promote("weak", overrulingGates: true, reason: "r", by: "ann", in: $0)
            }
            #expect(promotion.gatesOverruled)
            let served = try await serving("2024-01-15", season)
            #expect(served == "weak")
        }
    }

    @Test func aRollbackReturnsToTheModelBeforeAndIsRecorded() async throws {
        try await FinishedSeason.with { season in
            try await season.pool.transaction { transaction in
                for id in ["one", "two"] {
                    _ = try await ModelRegistry.register(try model(id, through: "2023-04-09"), in: transaction)
                    _ = try await ModelRegistry.promote(
                        id,
                        overrulingGates: false,
                        reason: "r",
                        by: "ann",
                        in: transaction
                    )
                }
                let back = try await ModelRegistry.rollBack(reason: "worse", by: "bea", in: transaction)
                #expect((back.modelID, back.previousModelID, back.action) == ("one", "two", .rollback))
                let decisions = try await ModelRegistry.promotions(in: transaction)
                #expect(decisions.map(\.modelID) == ["one", "two", "one"])
                #expect(decisions[0].requestedBy == "bea")
            }
            let served = try await serving("2024-01-15", season)
            #expect(served == "one")
            await #expect(throws: ModelRegistryError.servesAlready("one")) {
                try await season.pool.transaction {
                    try await ModelRegistry.promote("one", overrulingGates: false, reason: "r", by: "ann", in: $0)
                }
            }
        }
    }

    @Test func twoRollbacksGoBackTwoModels() async throws {
        try await FinishedSeason.with { season in
            try await season.pool.transaction { transaction in
                for id in ["one", "two", "three"] {
                    _ = try await ModelRegistry.register(try model(id, through: "2023-04-09"), in: transaction)
                    _ = try await ModelRegistry.promote(
                        id,
                        overrulingGates: false,
                        reason: "r",
                        by: "ann",
                        in: transaction
                    )
                }
                let first = try await ModelRegistry.rollBack(reason: "worse", by: "ann", in: transaction)
                let second = try await ModelRegistry.rollBack(reason: "worse", by: "ann", in: transaction)
                #expect([first.modelID, second.modelID] == ["two", "one"])
            }
        }
    }

    @Test func withoutAnEarlierModelThereIsNothingToRollBack() async throws {
        try await FinishedSeason.with { season in
            await #expect(throws: ModelRegistryError.nothingToRollBack) {
                try await season.pool.transaction {
                    try await ModelRegistry.rollBack(reason: "r", by: "ann", in: $0)
                }
            }
        }
    }
}
