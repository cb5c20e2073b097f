import Basketball
import Pipeline
import Postgres
import Serving

/// What the runs of a job predicted.
struct BackfillPredictions: Sendable, Hashable {
    /// Dates that were predicted by one model.
    struct Part: Sendable, Hashable {
        /// Nil when rules alone predicted.
        var modelID: String?
        /// Why that model, as the batches say: `of_its_time`, `none_of_its_time`, `of_the_date`.
        var choice: String
        var dates: Int
    }

    /// Players with a prediction, summed over the dates.
    var players: Int
    /// Dates whose predictions were held against results.
    var judgedDates: Int
    /// The model of the earliest date first.
    var parts: [Part]

    var dates: Int { parts.reduce(0) { $0 + $1.dates } }

    static func read(of job: String, from pool: PostgresPool) async throws -> BackfillPredictions {
        let rows = try await pool.query(
            """
            SELECT b.model_id, COALESCE(b.readiness ->> 'model_choice', 'unknown') AS choice, count(*) AS dates,
                   sum(b.predicted_count) AS players,
                   count(*) FILTER (WHERE EXISTS (
                       SELECT 1 FROM nba_predictions.prediction_accuracy AS a
                       WHERE a.game_date = d.game_date AND a.removed_at IS NULL)) AS judged
            FROM nba_orchestration.backfill_date AS d
            JOIN nba_predictions.prediction_batch AS b ON b.run_id = d.run_id AND b.state = 'complete'
            WHERE d.job_id = \(job) GROUP BY 1, 2 ORDER BY min(d.game_date)
            """
        )
        var found = BackfillPredictions(players: 0, judgedDates: 0, parts: [])
        for row in rows {
            found.players += Int(try row.decode("players", as: Int64.self))
            found.judgedDates += try row.decode("judged", as: Int.self)
            found.parts.append(
                Part(
                    modelID: try row.decode("model_id"),
                    choice: try row.decode("choice"),
                    dates: try row.decode("dates")
                )
            )
        }
        return found
    }

    /// `predicted 6120 players on 31 dates, 31 of them judged: 2018-19_2022-23_0a1b on 31`
    var line: String {
        guard dates > 0 else { return "predicted nobody" }
        let models = parts.map { part in
            "\(part.modelID.map(SafeText.escaped) ?? "rules alone (\(SafeText.escaped(part.choice)))") on \(part.dates)"
        }
        return "predicted \(players) players on \(dates) dates, \(judgedDates) of them judged: "
            + models.joined(separator: ", ")
    }

    var json: JSONValue {
        [
            "dates": .int(Int64(dates)), "players": .int(Int64(players)), "judged_dates": .int(Int64(judgedDates)),
            "models": .array(
                parts.map { part in
                    [
                        "model_id": part.modelID.map { .string($0) } ?? .null, "choice": .string(part.choice),
                        "dates": .int(Int64(part.dates)),
                    ]
                }
            ),
        ]
    }

    /// Which model would predict which of the dates, which are in order: one note a model.
    static func modelNotes(for dates: [GameDate], on pool: PostgresPool) async throws -> [String] {
        try await pool.transaction(.repeatableRead, readOnly: true) { transaction in
            var parts: [(modelID: String?, first: GameDate, last: GameDate, count: Int)] = []
            for date in dates {
                let id = try await ModelRegistry.model(ofTheTimeOf: date, in: transaction)?.modelID
                if let last = parts.last, last.modelID == id {
                    parts[parts.count - 1].last = date
                    parts[parts.count - 1].count += 1
                } else {
                    parts.append((id, date, date, 1))
                }
            }
            return parts.map { part in
                "\(part.count) dates from \(part.first) to \(part.last) "
                    + (part.modelID.map { "are predicted by \($0)" }
                        ?? "have no model whose gates hold and that was trained on earlier games only: rules alone predict "
                        + "them (tipoff train)")
            }
        }
    }
}
