import Basketball
import Foundation
import Models
import Pipeline
import Warehouse

/// The judged rows of a date.
struct DateGrades: Sendable {
    private(set) var predictions: [PredictionAccuracy] = []
    private(set) var lines: [LineEvaluationAccuracy] = []
    /// Predicted games that are over, with or without a box score.
    private(set) var finalGames: Set<String> = []
    private(set) var gamesNotFinal: [String] = []
    private(set) var gamesWithoutRows: [String] = []
    /// Predictions of games without a box score.
    private(set) var withoutRowsCount = 0
    /// Players who were on the floor and whose points are not known.
    private(set) var unsettled: Set<String> = []
    /// Evaluated lines that were not offered before a known tip-off.
    private(set) var linesNotBeforeTipoff = 0

    private struct Seat: Hashable {
        var player: String
        var game: String
    }

    init(_ material: GradingMaterial, date: GameDate) throws {
        let games = Dictionary(material.games.map { ($0.gameID, $0) }) { first, _ in first }
        let predicted = Set(material.predictions.map(\.gameID))
        finalGames = predicted.filter { games[$0]?.isFinal == true }
        gamesNotFinal = predicted.subtracting(finalGames).sorted()
        gamesWithoutRows = finalGames.filter { id in
            guard let game = games[id] else { return true }
            return game.teams.contains { team in
                let present = material.results.count { $0.gameID == id && $0.team == team && $0.row.isActive }
                return present < GradingRules.fewestPlayersOfATeam
            }
        }.sorted()
        let judged = finalGames.subtracting(gamesWithoutRows)
        withoutRowsCount = material.predictions.count { gamesWithoutRows.contains($0.gameID) }
        let rows = Dictionary(material.results.map { (Seat(player: $0.player, game: $0.gameID), $0.row) }) { first, _ in
            first
        }
        var judgements: [GradingMaterial.PredictionKey: (prediction: GradingMaterial.Prediction, wasBefore: Bool?)] =
            [:]
        for prediction in material.predictions where judged.contains(prediction.gameID) {
            let result = GradingRules.Result(rows[Seat(player: prediction.player, game: prediction.gameID)])
            guard result != .unsettled else {
                unsettled.insert(prediction.player)
                continue
            }
            let tipoff = games[prediction.gameID]?.tipoffAt
            let wasBefore = GradingRules.wasMadeBeforeTipoff(
                prediction.predicted.lane,
                predictedAt: prediction.predicted.at,
                tipoffAt: tipoff
            )
            judgements[prediction.key] = (prediction, wasBefore)
            predictions.append(
                PredictionAccuracy(
                    prediction,
                    result,
                    date: date,
                    tipoffAt: tipoff,
                    wasMadeBeforeTipoff: wasBefore
                )
            )
        }
        for line in material.lines where judged.contains(line.gameID) {
            guard let tipoff = games[line.gameID]?.tipoffAt, line.capturedAt < tipoff else {
                linesNotBeforeTipoff += 1
                continue
            }
            let result = GradingRules.Result(rows[Seat(player: line.key.player, game: line.gameID)])
            guard result != .unsettled else { continue }
            lines.append(
                LineEvaluationAccuracy(
                    line,
                    result,
                    date: date,
                    of: judgements[line.key]?.prediction,
                    wasMadeBeforeTipoff: judgements[line.key]?.wasBefore
                )
            )
        }
    }

    var metadata: [String: JSONValue] {
        func names(_ list: [String]) -> JSONValue { .array(list.map { .string($0) }) }
        let voided = Dictionary(grouping: predictions.compactMap(\.voidReason)) { $0 }.mapValues(\.count)
        return [
            "games_graded": .int(Int64(finalGames.count - gamesWithoutRows.count)),
            "games_not_final": names(gamesNotFinal), "games_without_rows": names(gamesWithoutRows),
            "points_unknown": names(unsettled.sorted()), "lines_graded": .int(Int64(lines.count)),
            "lines_not_before_tipoff": .int(Int64(linesNotBeforeTipoff)),
            "voided": .object(JSONObject(voided.sorted { $0.key < $1.key }.map { ($0, .int(Int64($1))) })),
        ]
    }
}

extension PredictionAccuracy {
    fileprivate init(
        _ prediction: GradingMaterial.Prediction,
        _ result: GradingRules.Result,
        date: GameDate,
        tipoffAt: Date?,
        wasMadeBeforeTipoff: Bool?
    ) {
        let predicted = prediction.predicted
        let actual = result.points.map(Double.init)
        let outcome = result.points.flatMap { points in predicted.line.map { LineResult(points: points, line: $0) } }
        self.init(
            gameDate: date,
            playerLookup: prediction.player,
            gameID: prediction.gameID,
            systemID: prediction.key.system,
            modelVersion: prediction.key.version,
            teamAbbr: prediction.team,
            opponentTeamAbbr: prediction.opponent,
            predicted: predicted,
            actualPoints: result.points,
            minutesPlayed: result.minutes,
            absoluteError: actual.map { abs((predicted.median ?? predicted.points) - $0) },
            signedError: actual.map { predicted.points - $0 },
            isWithinInterval: actual.flatMap { actual in predicted.interval?.contains(actual) },
            lineOutcome: outcome?.rawValue,
            isCorrect: GradingRules.isCorrect(prediction.recommendation, outcome),
            confidenceDecile: GradingRules.decile(of: predicted.confidence),
            seasonAverage: prediction.seasonAverage,
            seasonAverageTier: SeasonAverageTier(seasonAverage: prediction.seasonAverage).rawValue,
            voidReason: result == .didNotPlay ? VoidReason(announced: prediction.announced).rawValue : nil,
            playerStatusBefore: prediction.announced?.rawValue,
            tipoffAt: tipoffAt,
            wasMadeBeforeTipoff: wasMadeBeforeTipoff
        )
    }
}

extension LineEvaluationAccuracy {
    fileprivate init(
        _ line: GradingMaterial.Line,
        _ result: GradingRules.Result,
        date: GameDate,
        of prediction: GradingMaterial.Prediction?,
        wasMadeBeforeTipoff: Bool?
    ) {
        let outcome = result.points.map { LineResult(points: $0, line: line.points) }
        let price: Int? =
            switch line.recommendation {
            case .over: line.overPrice
            case .under: line.underPrice
            case .pass, .noLine: nil
            }
        self.init(
            gameDate: date,
            playerLookup: line.key.player,
            gameID: line.gameID,
            teamAbbr: line.team,
            systemID: line.key.system,
            modelVersion: line.key.version,
            bookmaker: line.bookmaker,
            pointsLine: line.points,
            isLineSynthetic: line.isSynthetic,
            lineCapturedAt: line.capturedAt,
            overProbability: line.overProbability,
            recommendation: line.recommendation.rawValue,
            priceAmerican: price,
            actualPoints: result.points,
            outcome: outcome?.rawValue ?? "VOID",
            isCorrect: GradingRules.isCorrect(line.recommendation, outcome),
            profitPerUnit: GradingRules.profit(line.recommendation, outcome, price: price),
            lineError: result.points.map { line.points - Double($0) },
            voidReason: result == .didNotPlay ? VoidReason(announced: prediction?.announced).rawValue : nil,
            lane: prediction?.predicted.lane,
            wasMadeBeforeTipoff: wasMadeBeforeTipoff
        )
    }
}
