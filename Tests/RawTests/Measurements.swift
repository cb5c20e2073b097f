import PipelineTestKit
import Basketball
import Foundation
import Postgres
import Testing
import Upstream
import Warehouse

@testable import Pipeline
@testable import Raw

/// Prints raw JSON → typed, hashed, upserted rows against COPY of the same values into the same table:
/// `TIPOFF_MEASURE=1 swift test -c release --filter Measurements`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["TIPOFF_MEASURE"] != nil))
struct Measurements {
    private struct Sample {
        var scraper: String
        var path: String
        var bytes: [UInt8]
        var date: GameDate
        var table: TableDefinition
        /// The rows as cells, made beforehand for COPY.
        var cells: [[Cell]]
    }

    private static func slates() throws -> [Sample] {
        guard let bytes = try ReferencePayload.bytes("box_scores/player_game_logs_2023-24.csv.gz") else { return [] }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        guard let headers = lines.first?.dropLast() else { return [] }
        let text: Set<Int> = [0, 2, 4, 5, 6, 7, 8, 9]
        let byDate = Dictionary(grouping: lines.dropFirst()) { $0[7] }
        return try byDate.keys.sorted().prefix(60).map { day in
            let rows = (byDate[day] ?? []).map { fields in
                headers.indices.map { index in
                    fields[index].isEmpty ? "null" : text.contains(index) ? "\"\(fields[index])\"" : fields[index]
                }
            }
            let body = Array(
                """
                {"resultSets":[{"headers":[\(headers.map { "\"\($0)\"" }.joined(separator: ","))],
                "rowSet":[\(rows.map { "[\($0.joined(separator: ","))]" }.joined(separator: ","))]}]}
                """.utf8
            )
            let date = try GameDate(day)
            let path = "nba-com/player-boxscores/\(day)/20240601_000000.json"
            let content = try NbacPlayerBoxscoresProcessor().read(
                body,
                RawInput.Location(path: try ObjectPath(validating: path), capturedAt: .now, key: nil),
                RawSubject(unit: "*", gameDate: date)
            )
            return Sample(
                scraper: "nbac_player_boxscore",
                path: path,
                bytes: body,
                date: date,
                table: NbacPlayerBoxscore.table,
                cells: content.rows.map(\.cells)
            )
        }
    }

    private static func schedule(_ file: String, _ season: String) throws -> [Sample] {
        guard let bytes = try ReferencePayload.bytes("payloads/\(file)") else { return [] }
        let path = "nba-com/schedule/\(season)/20240601_000000.json"
        let date = try GameDate("2024-01-15")
        let content = try NbacScheduleProcessor().read(
            bytes,
            RawInput.Location(path: try ObjectPath(validating: path), capturedAt: .now, key: nil),
            RawSubject(unit: "*", gameDate: date)
        )
        return [
            Sample(
                scraper: "nbac_schedule_api",
                path: path,
                bytes: bytes,
                date: date,
                table: NbacSchedule.table,
                cells: content.rows.map(\.cells)
            )
        ]
    }

    @Test(arguments: ["slates", "season of 9.2 MB", "season of 1.9 MB"])
    func rawAgainstCopy(_ name: String) async throws {
        let samples =
            switch name {
            case "slates": try Self.slates()
            case "season of 9.2 MB": try Self.schedule("nbac_schedule_api/season_2024-25.json.gz", "2024-25")
            default: try Self.schedule("nbac_schedule_cdn/season_2023-24.json.gz", "2023-24")
            }
        guard !samples.isEmpty else { return }
        let rows = samples.reduce(0) { $0 + $1.cells.count }
        try await TaskHarness.with { harness in
            var ratios: [Double] = []
            for round in 0..<7 {
                try await harness.pool.execute(
                    """
                    TRUNCATE nba_raw.nbac_player_boxscores, nba_raw.nbac_schedule, nba_orchestration.snapshot_head,
                        nba_orchestration.change_marker
                    """
                )
                let decoding = try Self.decode(samples)
                let raw = try await Self.load(samples, harness)
                try await harness.pool.execute("TRUNCATE nba_raw.nbac_player_boxscores, nba_raw.nbac_schedule")
                let copy = try await Self.copy(samples, harness)
                guard round > 0 else { continue }
                ratios.append(copy / raw)
                let figures = [decoding, raw, copy].map { String(format: "%.1f ms", $0 * 1000) }
                print(
                    "measured: \(name), \(rows) rows: decoding \(figures[0]), to commit \(figures[1]), COPY \(figures[2])"
                )
            }
            ratios.sort()
            print("measured: \(name): median \(Int((ratios[ratios.count / 2] * 100).rounded())) % of COPY")
        }
    }

    private static func seconds(_ body: () async throws -> Void) async rethrows -> Double {
        let start = ContinuousClock.now
        try await body()
        return (ContinuousClock.now - start) / .seconds(1)
    }

    private static func decode(_ samples: [Sample]) throws -> Double {
        let start = ContinuousClock.now
        for sample in samples {
            if sample.scraper == "nbac_schedule_api" {
                _ = try SchedulePayload.parse(sample.bytes)
            } else {
                _ = try GameLogPayload.parse(sample.bytes, date: sample.date)
            }
        }
        return (ContinuousClock.now - start) / .seconds(1)
    }

    /// The raw tasks of the samples, from the stored bytes to the commit; opening the runs is not counted.
    private static func load(_ samples: [Sample], _ harness: TaskHarness) async throws -> Double {
        var runs: [RunRecord] = []
        for sample in samples {
            let run = try await harness.open(.postgame, sample.date, only: [])
            try await harness.handOver(
                sample.bytes,
                at: sample.path,
                scraper: sample.scraper,
                run: run,
                capturedAt: .now
            )
            runs.append(run)
        }
        let opened = runs
        return try await seconds {
            for run in opened {
                let results = try await harness.work(run, .raw, RawService.processors)
                #expect(results.allSatisfy { $0.state == "success" && $0.changed > 0 })
            }
        }
    }

    private static func copy(_ samples: [Sample], _ harness: TaskHarness) async throws -> Double {
        try await seconds {
            for sample in samples {
                try await harness.pool.transaction { transaction in
                    try await transaction.copyIn(
                        sample.table.name,
                        columns: sample.table.columns.map(\.name),
                        rows: sample.cells
                    ) { cells, row in
                        for cell in cells { try append(cell, to: &row) }
                    }
                }
            }
        }
    }

    private static func append(_ cell: Cell, to row: inout PostgresCopyRow) throws {
        switch cell {
        case .null: try row.append(String?.none)
        case .text(let value), .json(let value): try row.append(value)
        case .integer(let value): try row.append(value)
        case .double(let value): try row.append(value)
        case .boolean(let value): try row.append(value)
        case .date(let value): try row.append(value.postgres)
        case .instant(let value): try row.append(value)
        }
    }
}
