import Basketball
import Pipeline
import Postgres

/// Reads the judged predictions for ``AccuracyReport``.
struct AccuracyReader: Sendable {
    let pool: PostgresPool

    private struct Key: Hashable {
        var system: String
        var label: String
    }

    /// The report; its groups are empty when nothing is judged.
    func report(
        on window: AccuracyReport.Window,
        by aspect: AccuracyReport.Aspect,
        withCalibration: Bool
    ) async throws -> AccuracyReport {
        try await pool.transaction(.repeatableRead, readOnly: true) { transaction in
            var groups: [Key: AccuracyReport.Group] = [:]
            for row in try await transaction.query(Self.figures(window, aspect)) {
                let group = try Self.group(row)
                groups[Key(system: group.system, label: group.label)] = group
            }
            for row in try await transaction.query(Self.bets(window, aspect)) {
                let key = Key(system: try row.decode("system_id"), label: try row.decode("label"))
                // A side taken of a bookmaker's line where none was taken of the prediction's own is a group as well.
                groups[key, default: .init(system: key.system, label: key.label)].profitPerUnit = try Self.figure(
                    "profit",
                    of: row
                )
            }
            let leftOut: Int = try await transaction.query(
                """
                SELECT count(*) FROM nba_predictions.prediction_accuracy AS p
                WHERE p.removed_at IS NULL AND \(sql: Self.dates(window)) AND p.lane IS DISTINCT FROM 'backfill'
                    AND p.was_made_before_tipoff IS NOT TRUE
                """
            ).scalar()
            return AccuracyReport(
                window: window,
                aspect: aspect,
                groups: groups.values.sorted { ($0.system, $0.label) < ($1.system, $1.label) },
                leftOut: leftOut,
                calibration: withCalibration
                    ? try await Self.calibration(of: transaction.query(Self.bins(window, aspect))) : nil
            )
        }
    }

    private static func dates(_ window: AccuracyReport.Window) -> SQL {
        "p.game_date >= COALESCE(\(window.first?.sqlDate), '-infinity'::date) AND p.game_date <= COALESCE(\(window.last?.sqlDate), 'infinity'::date)"
    }

    /// Live predictions count only when they were made before tip-off.
    private static func condition(_ window: AccuracyReport.Window) -> SQL {
        let lane: SQL = window.lane == .live ? "p.was_made_before_tipoff" : "p.lane = 'backfill'"
        return "p.removed_at IS NULL AND \(sql: dates(window)) AND \(sql: lane)"
    }

    private static func label(_ aspect: AccuracyReport.Aspect, direction: SQL) -> SQL {
        switch aspect {
        case .system: "''"
        case .tier: "p.season_average_tier"
        case .direction: direction
        case .month: "to_char(p.game_date, 'YYYY-MM')"
        case .book: "e.bookmaker"
        }
    }

    private static let evaluations: SQL = """
        nba_predictions.line_evaluation_accuracy AS e JOIN nba_predictions.prediction_accuracy AS p
            USING (game_date, player_lookup, game_id, system_id, model_version)
        """

    /// One row for each prediction and its own line, or for each bookmaker's line of a prediction.
    private static func rows(_ window: AccuracyReport.Window, _ aspect: AccuracyReport.Aspect) -> SQL {
        guard aspect == .book else {
            return """
                SELECT p.system_id, \(sql: label(aspect, direction: "p.recommendation")) AS label, p.is_voided,
                       p.absolute_error, p.signed_error, p.within_3_points, p.within_interval, p.actual_points,
                       p.recommendation, p.is_correct, p.over_probability, p.line_outcome AS outcome, p.points_line,
                       COALESCE(p.is_line_synthetic, false) AS is_synthetic, true AS is_first
                FROM nba_predictions.prediction_accuracy AS p WHERE \(sql: condition(window))
                """
        }
        return """
            SELECT p.system_id, \(sql: label(aspect, direction: "e.recommendation")) AS label, p.is_voided,
                   p.absolute_error, p.signed_error, p.within_3_points, p.within_interval, p.actual_points,
                   e.recommendation, e.is_correct, e.over_probability, e.outcome, e.points_line,
                   e.is_line_synthetic AS is_synthetic,
                   row_number() OVER (PARTITION BY e.player_lookup, e.game_id, e.system_id, e.model_version, e.bookmaker
                                      ORDER BY e.points_line) = 1 AS is_first
            FROM \(sql: evaluations) WHERE e.removed_at IS NULL AND \(sql: condition(window))
            """
    }

    /// The columns of a figure: mean, deviation and count of what the condition holds for.
    private static func figure(_ name: String, _ expression: SQL, _ condition: SQL) -> SQL {
        """
        avg(\(sql: expression)) FILTER (WHERE \(sql: condition)) AS \(identifier: name),
        stddev_samp(\(sql: expression)) FILTER (WHERE \(sql: condition)) AS \(identifier: name + "_deviation"),
        count(\(sql: expression)) FILTER (WHERE \(sql: condition)) AS \(identifier: name + "_n")
        """
    }

    private static func figure(_ name: String, of row: PostgresRow) throws -> AccuracyReport.Figure {
        .init(
            mean: try row.decode(name),
            deviation: try row.decode("\(name)_deviation"),
            count: try row.decode("\(name)_n")
        )
    }

    private static func figures(_ window: AccuracyReport.Window, _ aspect: AccuracyReport.Aspect) -> SQL {
        """
        SELECT system_id, label, count(*) FILTER (WHERE NOT is_voided AND is_first) AS graded,
               count(*) FILTER (WHERE is_voided AND is_first) AS voided,
               \(sql: figure("absolute", "absolute_error", "is_first")),
               \(sql: figure("signed", "signed_error", "is_first")),
               \(sql: figure("squared", "signed_error * signed_error", "is_first")),
               avg(within_3_points::int) FILTER (WHERE is_first)::double precision AS within_3,
               avg(within_interval::int) FILTER (WHERE is_first)::double precision AS coverage,
               count(*) FILTER (WHERE recommendation IN ('OVER', 'UNDER') AND NOT is_synthetic) AS recommendations,
               count(is_correct) FILTER (WHERE NOT is_synthetic) AS decided,
               count(*) FILTER (WHERE is_correct AND NOT is_synthetic) AS hits,
               count(points_line) FILTER (WHERE NOT is_voided AND NOT is_synthetic) AS lined,
               \(sql: figure("line", "abs(points_line - actual_points)", "NOT is_synthetic")),
               \(sql: figure("on_lined", "absolute_error", "points_line IS NOT NULL AND NOT is_synthetic")),
               count(*) FILTER (WHERE is_synthetic) AS synthetic
        FROM (\(sql: rows(window, aspect))) AS judged GROUP BY system_id, label
        """
    }

    private static func bets(_ window: AccuracyReport.Window, _ aspect: AccuracyReport.Aspect) -> SQL {
        """
        SELECT p.system_id, \(sql: label(aspect, direction: "e.recommendation")) AS label,
               \(sql: figure("profit", "e.profit_per_unit", "true"))
        FROM \(sql: evaluations)
        WHERE e.removed_at IS NULL AND \(sql: condition(window)) AND e.recommendation IN ('OVER', 'UNDER')
            AND e.outcome <> 'VOID' AND e.profit_per_unit IS NOT NULL AND NOT e.is_line_synthetic
        GROUP BY 1, 2
        """
    }

    private static func bins(_ window: AccuracyReport.Window, _ aspect: AccuracyReport.Aspect) -> SQL {
        """
        SELECT system_id, least(floor(over_probability * 10)::int, 9) AS tenth, count(*) AS n,
               avg(over_probability) AS predicted, avg((outcome = 'OVER')::int)::double precision AS observed,
               sum(power(over_probability - (outcome = 'OVER')::int, 2)) AS squares
        FROM (\(sql: rows(window, aspect))) AS judged
        WHERE over_probability IS NOT NULL AND outcome IN ('OVER', 'UNDER') AND NOT is_synthetic
        GROUP BY 1, 2 ORDER BY 1, 2
        """
    }

    private static func calibration(of rows: PostgresRows) throws -> [AccuracyReport.Calibration] {
        var squares: [String: Double] = [:]
        var bins: [String: [AccuracyReport.Calibration.Bin]] = [:]
        for row in rows {
            let system: String = try row.decode("system_id")
            squares[system, default: 0] += try row.decode("squares", as: Double.self)
            bins[system, default: []].append(
                .init(
                    tenth: Int(try row.decode("tenth", as: Int32.self)),
                    count: try row.decode("n"),
                    predicted: try row.decode("predicted"),
                    observed: try row.decode("observed")
                )
            )
        }
        return bins.sorted { $0.key < $1.key }.map { system, bins in
            let count = bins.reduce(0) { $0 + $1.count }
            return .init(system: system, bins: bins, brierScore: (squares[system] ?? 0) / Double(count))
        }
    }

    private static func group(_ row: PostgresRow) throws -> AccuracyReport.Group {
        var group = AccuracyReport.Group(system: try row.decode("system_id"), label: try row.decode("label"))
        group.graded = try row.decode("graded")
        group.voided = try row.decode("voided")
        group.absoluteError = try figure("absolute", of: row)
        group.signedError = try figure("signed", of: row)
        group.squaredError = try figure("squared", of: row)
        group.within3 = try row.decode("within_3")
        group.intervalCoverage = try row.decode("coverage")
        group.recommendations = try row.decode("recommendations")
        group.decided = try row.decode("decided")
        group.hits = try row.decode("hits")
        group.lined = try row.decode("lined")
        group.lineError = try figure("line", of: row)
        group.errorOnLined = try figure("on_lined", of: row)
        group.syntheticLines = try row.decode("synthetic")
        return group
    }
}
