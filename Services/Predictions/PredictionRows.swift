import Basketball
import Foundation
import Models
import Pipeline
import Serving
import Warehouse

/// Makes the stored rows of a player from what the systems say.
struct PredictionRows: Sendable {
    /// Nil when only rules predict.
    var model: RegisteredModel?
    var lane: Lane
    var predictedAt: Date

    /// One game in ten lies below the interval, one above.
    static let intervalTail = 0.1

    func rows(_ outcome: PlayerOutcome) throws -> ([PlayerPropPrediction], [PredictionLineEvaluation]) {
        guard let row = outcome.row else { return ([], []) }
        var predictions: [PlayerPropPrediction] = []
        var evaluations: [PredictionLineEvaluation] = []
        for prediction in outcome.systems.compactMap(\.prediction) {
            predictions.append(try self.prediction(prediction, row, outcome))
            for offer in outcome.lines?.offers ?? [] {
                evaluations.append(try evaluation(prediction, offer, before: outcome.lines?.tipoff, outcome.features))
            }
        }
        return (predictions, evaluations)
    }

    /// Rules scatter as the model has learnt it, so that they too depend on which one serves.
    func version(of system: PointsSystem) -> String {
        guard let model else { return system.version }
        return system.isRule ? "\(system.version)+\(model.modelID)" : model.modelID
    }

    private func prediction(
        _ prediction: SystemPrediction,
        _ row: PointsFeatureRow,
        _ outcome: PlayerOutcome
    ) throws -> PlayerPropPrediction {
        let features = outcome.features
        let offer = outcome.lines?.offers.first { $0.bookmaker == features.lineSource && $0.line == features.line }
        let choice = try PropChoice(
            prediction,
            line: features.line,
            overPrice: offer?.overPrice,
            underPrice: offer?.underPrice
        )
        let reasons = PredictionReasons.of(prediction, profile: row.profile, line: features.line, choice: choice)
        let snapshot = try FeatureSnapshot.of(prediction, row).text(.canonical)
        let components: JSONValue = [
            "terms": .object(JSONObject(prediction.terms.map { ($0.name, .double($0.points)) })),
            "recommendation_reason": .string(choice.reason.rawValue),
            "history_games": .int(Int64(row.profile.games)),
        ]
        return PlayerPropPrediction(
            systemID: prediction.system.rawValue,
            modelVersion: version(of: prediction.system),
            playerLookup: features.playerLookup,
            gameDate: features.gameDate,
            gameID: features.gameID,
            teamAbbr: features.teamAbbr,
            opponentTeamAbbr: features.opponentTeamAbbr,
            isHome: features.isHome,
            predictedPoints: prediction.mean,
            medianPoints: prediction.median,
            standardDeviation: prediction.deviation,
            expectedMinutes: prediction.minutes,
            interval: prediction.interval(tail: Self.intervalTail),
            overProbability: choice.overProbability,
            confidenceScore: choice.confidence ?? 0.5,
            recommendation: choice.recommendation.rawValue,
            currentPointsLine: features.line,
            lineSource: features.line == nil ? nil : features.lineSource,
            isLineSynthetic: features.line == nil ? nil : features.isLineSynthetic,
            components: try components.text(.canonical),
            reasons: try JSONValue.array(reasons.map(\.json)).text(.canonical),
            featuresSnapshot: snapshot,
            featuresHash: SHA256.hash(snapshot).hex,
            featureVersion: PointsFeature.version,
            featureQualityScore: features.qualityScore,
            playerStatus: features.playerStatus,
            seasonAverage: features.seasonAverage,
            buildCommit: BuildInfo.commit,
            modelSHA256: prediction.system.isRule ? nil : model?.sha256,
            lane: lane,
            predictedAt: predictedAt
        )
    }

    private func evaluation(
        _ prediction: SystemPrediction,
        _ offer: PointsLineQuote,
        before tipoff: Date?,
        _ features: PlayerFeatures
    ) throws -> PredictionLineEvaluation {
        let choice = try PropChoice(
            prediction,
            line: offer.line,
            overPrice: offer.overPrice,
            underPrice: offer.underPrice
        )
        return PredictionLineEvaluation(
            gameDate: features.gameDate,
            playerLookup: features.playerLookup,
            gameID: features.gameID,
            teamAbbr: features.teamAbbr,
            systemID: prediction.system.rawValue,
            modelVersion: version(of: prediction.system),
            bookmaker: offer.bookmaker,
            pointsLine: offer.line,
            overPriceAmerican: offer.overPrice,
            underPriceAmerican: offer.underPrice,
            isLineSynthetic: offer.isSynthetic,
            lineCapturedAt: offer.seenAt,
            minutesBeforeTipoff: Int(((tipoff ?? offer.seenAt).timeIntervalSince(offer.seenAt) / 60).rounded(.down)),
            overProbability: choice.overProbability ?? 0.5,
            edge: prediction.mean - offer.line,
            overExpectedValue: choice.over?.expectedValue,
            underExpectedValue: choice.under?.expectedValue,
            recommendation: choice.recommendation.rawValue,
            reason: choice.reason.rawValue
        )
    }
}

extension PredictionReason {
    var json: JSONValue {
        [
            "name": .string(name), "text": text.map { .string($0) } ?? .null, "value": .double(value),
            "unit": .string(unit.rawValue), "points": points.map { .double($0) } ?? .null,
            "for": .string(isFor.rawValue),
        ]
    }
}
