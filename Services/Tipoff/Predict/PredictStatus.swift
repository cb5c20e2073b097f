import Basketball
import Foundation
import Pipeline
import Serving

/// How the predictions of a date stand.
struct PredictStatus: Sendable {
    struct Batch: Sendable {
        var runID: String
        var kind: String
        var openedBy: String
        var state: String
        /// Tasks of the batch, one a player.
        var players: Int
        var predicted: Int
        var open: Int
        var failed: Int
        /// Players without a prediction, by reason.
        var skipped: [String: Int]
        /// Why it did not start, or what it lacked.
        var reasons: [String]
        /// Nil when rules alone predict.
        var modelID: String?
        /// Why that model or none, in one word; nil for a batch of an earlier version.
        var modelChoice: String?
        /// The one that readers are shown comes first.
        var systems: [String]
        var startedAt: Date
        var completedAt: Date?
    }

    /// What a clock of the date decided, or the verdict at the deadline.
    struct Clock: Sendable {
        /// A wall time such as `06:15`, or `verdict`.
        var name: String
        /// `run`, `skip` or `missed`.
        var verdict: String
        var reason: String
        var decidedAt: Date
    }

    var date: GameDate
    var now: Date
    var deadline: Date
    /// Players who should have a prediction, and those of them who have one that is shown.
    var expected: Int
    var covered: Int
    /// Shown predictions, and those of them that know a line.
    var predicted: Int
    var lined: Int
    var forecast: PredictionForecast
    /// The earliest first.
    var clocks: [Clock]
    /// The newest first.
    var batches: [Batch]

    var lines: [String] {
        var lines = [
            "predictions of \(date)",
            "covered   \(Self.share(covered, of: expected)) expected players",
            "lines     \(Self.share(lined, of: predicted)) predictions",
            "deadline  \(EasternTime.short(deadline, on: date)), \(EasternTime.relative(deadline, to: now))",
        ]
        if let forecast = forecastLine { lines.append(forecast) }
        lines += clockLines
        if batches.isEmpty {
            lines += ["no batch yet", "next: tipoff predict start --date \(date) --reason \"…\""]
            return lines
        }
        for batch in batches {
            let end = batch.completedAt.map { "…\(EasternTime.short($0, on: date))" } ?? ""
            lines += [
                "", "\(batch.state)  \(batch.kind) run \(batch.runID) by \(SafeText.escaped(batch.openedBy))",
                "    \(EasternTime.short(batch.startedAt, on: date))\(end)",
                "    \(batch.players) players: \(batch.predicted) predicted, \(batch.open) open, \(batch.failed) failed",
            ]
            if !batch.skipped.isEmpty {
                let skipped = batch.skipped.sorted { $0.key < $1.key }.map { "\(SafeText.escaped($0.key)) \($0.value)" }
                lines.append("    skipped: \(skipped.joined(separator: ", "))")
            }
            for reason in batch.reasons { lines.append("    \(SafeText.cut(SafeText.escaped(reason), to: 300))") }
            let systems = batch.systems.map(SafeText.escaped).joined(separator: ", ")
            let model = batch.modelID.map(SafeText.escaped) ?? "none, rules alone"
            let choice = batch.modelChoice.map { " (\(SafeText.escaped($0)))" } ?? ""
            lines.append("    model \(model)\(choice); systems \(systems)")
        }
        if covered < expected { lines += ["", "next: tipoff predict missing --date \(date)"] }
        return lines
    }

    var json: JSONValue {
        [
            "date": .string(date.description), "expected": .int(Int64(expected)), "covered": .int(Int64(covered)),
            "coverage": Self.fraction(covered, of: expected), "predicted": .int(Int64(predicted)),
            "lined": .int(Int64(lined)), "line_coverage": Self.fraction(lined, of: predicted),
            "deadline": .string(Instant.text(deadline)), "forecast": forecastJSON,
            "clocks": .array(clocks.map(\.json)),
            "batches": .array(batches.map(\.json)),
        ]
    }

    static func lines(_ gaps: SlateGaps, of date: GameDate) -> [String] {
        guard gaps.expected > 0 else { return ["nobody is expected on \(date)"] }
        guard !gaps.missing.isEmpty else {
            return ["all \(gaps.expected) expected players of \(date) have a prediction"]
        }
        var table = TextTable(["player", "team", "game", "features", "reason"])
        for player in gaps.missing {
            table.add([
                player.playerLookup, player.teamAbbr, player.gameID, player.isReady ? "complete" : "incomplete",
                SafeText.cut(player.reason.text, to: 200),
            ])
        }
        return ["\(gaps.missing.count) of \(gaps.expected) expected players of \(date) have no prediction"]
            + table.lines
            + ["next: tipoff predict retry --date \(date) --reason \"…\""]
    }

    static func json(_ gaps: SlateGaps, of date: GameDate) -> JSONValue {
        [
            "date": .string(date.description), "expected": .int(Int64(gaps.expected)),
            "predicted": .int(Int64(gaps.predicted)),
            "missing": .array(
                gaps.missing.map { player in
                    [
                        "player_lookup": .string(player.playerLookup), "team": .string(player.teamAbbr),
                        "game_id": .string(player.gameID), "has_complete_features": .bool(player.isReady),
                        "reason": .string(player.reason.text),
                    ]
                }
            ),
        ]
    }

    private static func fraction(_ part: Int, of whole: Int) -> JSONValue {
        whole == 0 ? .null : .double(Double(part) / Double(whole))
    }

    private static func share(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "\(part) of \(whole)" }
        return "\(part) of \(whole) (\(EasternTime.tenths(100 * Double(part) / Double(whole))) %)"
    }
}

extension PredictStatus.Batch {
    var json: JSONValue {
        [
            "run_id": .string(runID), "kind": .string(kind), "opened_by": .string(openedBy), "state": .string(state),
            "players": .int(Int64(players)), "predicted": .int(Int64(predicted)), "open": .int(Int64(open)),
            "failed": .int(Int64(failed)),
            "skipped": .object(JSONObject(skipped.sorted { $0.key < $1.key }.map { ($0.key, .int(Int64($0.value))) })),
            "reasons": .array(reasons.map { .string($0) }), "model_id": modelID.map { .string($0) } ?? .null,
            "model_choice": modelChoice.map { .string($0) } ?? .null,
            "systems": .array(systems.map { .string($0) }), "started_at": .string(Instant.text(startedAt)),
            "completed_at": completedAt.map { .string(Instant.text($0)) } ?? .null,
        ]
    }
}
