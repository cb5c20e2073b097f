import Basketball
import Models
import Pipeline
import Serving

/// How models are shown.
enum ModelTexts {
    static func table(_ models: [RegisteredModel], serving: String?, _ clock: PipelineClock) -> TextTable {
        var table = TextTable(["", "MODEL", "SEASONS", "THROUGH", "APPEARANCES", "GATES", "MAE", "RMSE", "TRAINED"])
        for model in models {
            let failed = model.gates.count { !$0.holds }
            let metric = shown(model)
            table.add([
                model.modelID == serving ? "*" : "", model.modelID, "\(model.trainedFrom) – \(model.trainedTo)",
                "\(model.trainedThrough)", String(model.appearances), failed == 0 ? "hold" : "\(failed) do not hold",
                number(metric?["mae"]), number(metric?["rmse"]), EasternTime.relative(model.trainedAt, to: clock.now),
            ])
        }
        return table
    }

    static func details(_ model: RegisteredModel) -> [String] {
        var lines = [
            "model       \(model.modelID)",
            "trained on  \(model.trainedFrom) to \(model.trainedTo), through \(model.trainedThrough), "
                + "\(model.appearances) appearances from the \(model.source), seed \(model.seed)",
            "artefact    \(model.path), \(model.byteCount) bytes, sha256 \(model.sha256)",
            "features    \(model.featureVersion), \(model.featureCount)",
        ]
        var metrics = TextTable(["SYSTEM", "POPULATION", "SEASON", "N", "MAE", "RMSE", "BIAS"])
        for metric in model.metrics.arrayValue ?? [] {
            metrics.add([
                metric["system"]?.stringValue ?? "", metric["population"]?.stringValue ?? "",
                metric["season"]?.stringValue ?? "", (metric["n"]?.intValue).map(String.init) ?? "",
                number(metric["mae"]), number(metric["rmse"]), number(metric["bias"]),
            ])
        }
        lines += metrics.lines
        var gates = TextTable(["GATE", "", "MEASURED", "DEMAND"])
        for gate in model.gates {
            gates.add([
                gate.name, gate.holds ? "holds" : "does not hold",
                gate.measured.map { "\(Rounding.halfAway($0, places: 4))" } ?? "not measured", gate.demand,
            ])
        }
        return lines + gates.lines
    }

    static func json(_ model: RegisteredModel) -> JSONObject {
        JSONObject([
            ("model_id", .string(model.modelID)), ("artefact_path", .string("\(model.path)")),
            ("sha256", .string(model.sha256)), ("byte_count", .int(Int64(model.byteCount))),
            ("feature_version", .string(model.featureVersion)), ("feature_count", .int(Int64(model.featureCount))),
            ("trained_from", .string(model.trainedFrom.label)), ("trained_to", .string(model.trainedTo.label)),
            ("trained_through", .string("\(model.trainedThrough)")), ("appearances", .int(Int64(model.appearances))),
            ("seed", .int(Int64(model.seed))), ("source", .string(model.source)), ("metrics", model.metrics),
            ("gates", .array(model.gates.map(\.json))), ("gates_passed", .bool(model.gatesPassed)),
            ("trained_at", .string(Instant.text(model.trainedAt))), ("trained_by", .string(model.trainedBy)),
        ])
    }

    static func json(_ decision: ModelRegistry.Promotion) -> JSONValue {
        [
            "model_id": .string(decision.modelID),
            "previous_model_id": decision.previousModelID.map { .string($0) } ?? .null,
            "action": .string(decision.action.rawValue), "gates_overruled": .bool(decision.gatesOverruled),
            "reason": .string(decision.reason), "requested_by": .string(decision.requestedBy),
            "promoted_at": .string(Instant.text(decision.promotedAt)),
        ]
    }

    /// Says what to do about what the registry refuses.
    static func asking<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as ModelRegistryError {
            switch error {
            case .unknown, .ambiguous: throw CommandProblem.usage("\(error)", next: "tipoff models ls")
            case .gatesDoNotHold(let id, _):
                throw CommandProblem.problem(
                    "\(error)",
                    next: "tipoff models show \(id), or --overrule-gates with a reason"
                )
            case .servesAlready, .nothingToRollBack, .unreadable:
                throw CommandProblem.problem("\(error)", next: "tipoff models ls")
            }
        }
    }

    private static func shown(_ model: RegisteredModel) -> JSONValue? {
        model.metrics.arrayValue?.first {
            $0["system"]?.stringValue == PointsSystem.ensemble.rawValue
                && $0["population"]?.stringValue == PointsEvaluation.Population.rotation.rawValue
        }
    }

    private static func number(_ value: JSONValue?) -> String {
        value?.doubleValue.map { "\(Rounding.halfAway($0, places: 3))" } ?? "-"
    }
}

extension ModelManifest.Metric {
    /// Nil for a system that said nothing.
    init?(_ score: PointsEvaluation.Score, season: Season) {
        guard let mae = score.accuracy.meanAbsoluteError, let rmse = score.accuracy.rootMeanSquaredError,
            let bias = score.accuracy.bias
        else { return nil }
        self.init(
            system: score.system.rawValue,
            population: score.population.rawValue,
            season: season,
            count: score.accuracy.count,
            meanAbsoluteError: mae,
            rootMeanSquaredError: rmse,
            bias: bias
        )
    }

    var json: JSONValue {
        [
            "system": .string(system), "population": .string(population), "season": .string(season.label),
            "n": .int(Int64(count)), "mae": .double(meanAbsoluteError), "rmse": .double(rootMeanSquaredError),
            "bias": .double(bias),
        ]
    }
}
