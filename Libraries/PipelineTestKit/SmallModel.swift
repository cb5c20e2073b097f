import Basketball
import Foundation
import Models
public import Pipeline
public import Postgres
import Serving

/// A whole artefact of a small league, trained once for all tests, under the names that a test enters it by.
public enum SmallModel {
    private static let artefact = Task { try ModelArtefact(training: PointsTraining(days(), seasons: seasons)) }
    private static let seasons = Season(startYear: 2018)...Season(startYear: 2020)

    /// Stores the artefact and enters it as a model that has seen the games up to `through`.
    public static func register(
        _ id: String,
        through: String,
        holds: Bool = true,
        promoted: Bool = false,
        objects: any ObjectStore,
        pool: PostgresPool
    ) async throws {
        let bytes = try await artefact.value.encoded()
        let path = try ObjectPath(validating: "models/points/\(id).json")
        try await objects.put(path, bytes: bytes)
        let model = RegisteredModel(
            modelID: id,
            path: path,
            sha256: SHA256.hash(bytes).hex,
            byteCount: bytes.count,
            formatVersion: 1,
            featureVersion: PointsFeature.version,
            featureCount: 130,
            trainedFrom: seasons.lowerBound,
            trainedTo: seasons.upperBound,
            trainedThrough: try GameDate(through),
            appearances: 1,
            seed: 1,
            source: "test",
            metrics: .array([]),
            gates: [ModelGate("accuracy", "MAE at most 4.7 points", measured: holds ? 4.6 : 4.8) { $0 <= 4.7 }],
            trainedAt: Date(timeIntervalSince1970: 1_700_000_000),
            trainedBy: "ann",
            buildCommit: "test"
        )
        try await pool.transaction { transaction in
            _ = try await ModelRegistry.register(model, in: transaction)
            guard promoted else { return }
            _ = try await ModelRegistry.promote(id, overrulingGates: false, reason: "r", by: "ann", in: transaction)
        }
    }

    /// Two teams that meet every other day; points go up and down around what a player usually scores.
    private static func days() throws -> [GameDay] {
        let teams = [try Team(tricode: "BOS"), try Team(tricode: "DEN")]
        var days: [GameDay] = []
        for year in seasons.lowerBound.startYear...seasons.upperBound.startYear {
            for number in 0..<12 {
                let date = try GameDate(year: year, month: 11, day: 1).adding(days: 2 * number)
                let game = try NBAGameID("002\(year % 100)\(10_000 + number)")
                var day = GameDay(date: date, players: [], teams: [])
                for (index, team) in teams.enumerated() {
                    let side = GameSide(
                        game: game,
                        date: date,
                        season: Season(startYear: year),
                        team: team,
                        opponent: teams[1 - index],
                        isHome: index == 0
                    )
                    let players = (0..<8).map { box($0, 9 - $0 + (number * 7 + $0 * 5 + index) % 5, side) }
                    day.players += players
                    day.teams.append(
                        TeamBox(
                            side: side,
                            minutes: 240,
                            points: players.reduce(0) { $0 + $1.points },
                            fieldGoalsAttempted: 88,
                            threePointersAttempted: 24,
                            freeThrowsAttempted: 24,
                            offensiveRebounds: 8,
                            steals: 8,
                            blocks: 4,
                            turnovers: 14
                        )
                    )
                }
                days.append(day)
            }
        }
        return days
    }

    private static func box(_ place: Int, _ makes: Int, _ side: GameSide) -> PlayerBox {
        PlayerBox(
            player: 10_000 + 100 * (side.isHome ? 1 : 2) + place,
            side: side,
            minutes: 30,
            points: 2 * makes + 3,
            fieldGoalsMade: makes,
            fieldGoalsAttempted: makes + 6,
            threePointersMade: 1,
            threePointersAttempted: 3,
            freeThrowsMade: 2,
            freeThrowsAttempted: 3,
            offensiveRebounds: 1,
            rebounds: 4,
            assists: 3,
            steals: 1,
            blocks: 0,
            turnovers: 2,
            personalFouls: 2,
            plusMinus: 0
        )
    }
}

extension ModelArtefact {
    fileprivate init(training: PointsTraining) throws {
        try self.init(
            models: training.models,
            trainedAt: "2024-01-02T03:04:05Z",
            metrics: [],
            goldenRows: training.goldenRows
        )
    }
}
