import Basketball
import Foundation
import Pipeline
import Postgres

/// `systems/performance.json`: how each prediction system did over 7 and 30 days and the season, up to the newest date
/// that is judged.
enum SystemsDocument {
    static let kind = "systems"
    static let key = "performance"
    static let schemaVersion = 1

    static func draft(until date: GameDate, gradedAt: Date?, _ reader: SnapshotReader) async throws -> DocumentDraft {
        let season = Season(containing: date).startYear
        let windows: [(name: String, first: GameDate)] = [
            ("last_7_days", date.adding(days: -6)), ("last_30_days", date.adding(days: -29)),
            ("season", try GameDate("\(season)-07-01")),
        ]
        var systems: [String: [String: [String: JSONValue]]] = [:]
        for window in windows {
            for row in try await rows(window.first, date, reader) {
                let system: String = try row.decode("system_id")
                let lane = try row.decode("made_before", as: Bool.self) ? "made_before_tipoff" : "made_afterwards"
                var record = Record()
                record.graded = try row.decode("graded")
                record.voided = try row.decode("voided")
                record.wins = try row.decode("wins")
                record.losses = try row.decode("losses")
                record.pushes = try row.decode("pushes")
                record.meanAbsoluteError = try row.decode("error")
                record.errorDeviation = try row.decode("deviation")
                record.meanSignedError = try row.decode("bias")
                systems[system, default: [:]][lane, default: [:]][window.name] = record.content
            }
        }
        return DocumentDraft(
            kind: kind,
            key: key,
            isCurrent: true,
            schemaVersion: schemaVersion,
            slateDate: date,
            state: "graded",
            dataAsOf: gradedAt,
            data: [
                "until": .string(date.description), "season": .count(season),
                "systems": .array(
                    systems.sorted { $0.key < $1.key }.map { system, lanes in
                        [
                            "system_id": .string(system),
                            "made_before_tipoff": content(lanes["made_before_tipoff"], windows.map(\.name)),
                            "made_afterwards": content(lanes["made_afterwards"], windows.map(\.name)),
                        ]
                    }
                ),
            ]
        )
    }

    /// A window without a judged prediction says so with zeros and nulls.
    private static func content(_ windows: [String: JSONValue]?, _ names: [String]) -> JSONValue {
        .object(JSONObject(names.map { ($0, windows?[$0] ?? Record().content) }))
    }

    private static func rows(
        _ first: GameDate,
        _ last: GameDate,
        _ reader: SnapshotReader
    ) async throws -> PostgresRows {
        try await reader.query(
            """
            SELECT system_id, was_made_before_tipoff IS TRUE AS made_before,
                   count(*) FILTER (WHERE NOT is_voided) AS graded, count(*) FILTER (WHERE is_voided) AS voided,
                   count(*) FILTER (WHERE is_correct) AS wins, count(*) FILTER (WHERE NOT is_correct) AS losses,
                   count(*) FILTER (WHERE line_outcome = 'PUSH' AND recommendation IN ('OVER', 'UNDER')) AS pushes,
                   avg(absolute_error) AS error, stddev_samp(absolute_error) AS deviation, avg(signed_error) AS bias
            FROM nba_predictions.prediction_accuracy
            WHERE game_date BETWEEN \(first.postgresDate) AND \(last.postgresDate) AND removed_at IS NULL
            GROUP BY 1, 2 ORDER BY 1, 2
            """
        )
    }
}
