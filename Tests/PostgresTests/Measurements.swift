import Foundation
import Postgres
import PostgresTestKit
import Testing

/// Prints what the design asks to be measured: `TIPOFF_MEASURE=1 swift test -c release --filter Measurements`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["TIPOFF_MEASURE"] != nil))
struct Measurements {
    /// The median of several runs of `count` repetitions, in microseconds a repetition.
    private func microseconds(_ name: String, count: Int, _ body: () async throws -> Void) async throws {
        for _ in 0..<min(count, 50) { try await body() }
        var runs: [Double] = []
        for _ in 0..<7 {
            let start = ContinuousClock.now
            for _ in 0..<count { try await body() }
            runs.append((ContinuousClock.now - start) / .microseconds(1) / Double(count))
        }
        runs.sort()
        print("measured: \(name): median \(String(format: "%.1f", runs[3])) µs (\(runs.map { Int($0) }))")
    }

    @Test func roundTrips() async throws {
        try await TestDatabase.with("measure") { database in
            let pool = database.pool(maximumConnections: 2, logger: quiet)
            try await pool.execute("CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL)")
            try await pool.execute("INSERT INTO t SELECT i, 0 FROM generate_series(1, 1000) i")
            try await microseconds("pool.query SELECT 1", count: 2000) { try await pool.query("SELECT 1") }
            try await microseconds("pool.query by key", count: 2000) {
                _ = try await pool.query("SELECT n FROM t WHERE id = \(7)").scalar(as: Int.self)
            }
            try await pool.withConnection { connection in
                try await microseconds("connection.query SELECT 1", count: 2000) {
                    try await connection.query("SELECT 1")
                }
                try await microseconds("connection hop alone", count: 5000) {
                    _ = try await connection.execute(batch: [])
                }
            }
            for asynchronous in [true, false] {
                try await microseconds("transaction of 1 update, asynchronousCommit \(asynchronous)", count: 1000) {
                    try await pool.transaction(asynchronousCommit: asynchronous) {
                        _ = try await $0.execute("UPDATE t SET n = n + 1 WHERE id = \(7)")
                    }
                }
            }
            func statements() -> [SQL] {
                (1...6).map { "UPDATE t SET n = n + 1 WHERE id = \($0)" }
            }
            try await microseconds("transaction of 6 updates, one by one", count: 500) {
                try await pool.transaction(asynchronousCommit: true) { transaction in
                    for statement in statements() { try await transaction.execute(statement) }
                }
            }
            try await microseconds("transaction of 6 updates, one batch", count: 500) {
                try await pool.transaction(asynchronousCommit: true) { _ = try await $0.execute(batch: statements()) }
            }
            try await microseconds("pool.execute(batch:) of 6 updates", count: 500) {
                try await pool.execute(batch: statements())
            }
            await pool.close()
        }
    }

    @Test func wideRows() async throws {
        try await TestDatabase.with("measure") { database in
            let pool = database.pool(maximumConnections: 1, logger: quiet)
            let columns = (0..<40).map { "c\($0)" }
            let kinds = ["float8", "int4", "text", "timestamptz"]
            let definitions = columns.enumerated().map { "\($1) \(kinds[$0 % 4])" }.joined(separator: ", ")
            try await pool.withConnection { try await $0.executeScript("CREATE TABLE wide (\(definitions))") }
            let start = ContinuousClock.now
            try await pool.transaction { transaction in
                try await transaction.copyIn("wide", columns: columns, rows: 0..<24_000) { number, row in
                    for column in 0..<40 {
                        switch column % 4 {
                        case 0: try row.append(Double(number) * 0.5)
                        case 1: try row.append(Int32(number))
                        case 2: try row.append("player_\(number % 500)")
                        default: try row.append(Date(timeIntervalSince1970: Double(number)))
                        }
                    }
                }
            }
            print("measured: COPY of 24k x 40: \(ContinuousClock.now - start)")
            try await microseconds("query of 24k x 40", count: 1) { try await pool.query("SELECT * FROM wide") }
            let rows = try await pool.query("SELECT * FROM wide")
            try await microseconds("decode 24k x 40 by column", count: 1) {
                for (index, column) in columns.enumerated() {
                    switch index % 4 {
                    case 0: _ = try rows.column(column, as: Double.self)
                    case 1: _ = try rows.column(column, as: Int.self)
                    case 2: _ = try rows.column(column, as: String.self)
                    default: _ = try rows.column(column, as: Date.self)
                    }
                }
            }
            try await microseconds("decode 24k x 10 doubles by column", count: 1) {
                for index in 0..<10 { _ = try rows.column("c\(index * 4)", as: Double.self) }
            }
            try await microseconds("decode 24k x 40 by row and name", count: 1) {
                for row in rows {
                    for (index, column) in columns.enumerated() {
                        switch index % 4 {
                        case 0: _ = try row.decode(column, as: Double?.self)
                        case 1: _ = try row.decode(column, as: Int.self)
                        case 2: _ = try row.decode(column, as: String.self)
                        default: _ = try row.decode(column, as: Date.self)
                        }
                    }
                }
            }
            await pool.close()
        }
    }
}
