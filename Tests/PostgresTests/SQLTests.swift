import Foundation
import Postgres
import Testing

@Suite struct SQLTests {
    @Test func valuesBecomeParameters() {
        let sql: SQL = "SELECT \(1) + \(2.5), \("x"), \(Int?.none)"
        #expect(sql.text == "SELECT $1 + $2, $3, $4")
        #expect(sql.bindings.map(\.type) == [.int8, .float8, .text, .int8])
        #expect(sql.bindings.map(\.isNull) == [false, false, false, true])
    }

    @Test(arguments: [
        ("plain", "\"plain\""), ("a\"b", "\"a\"\"b\""), ("x; DROP TABLE y", "\"x; DROP TABLE y\""), ("", "\"\""),
        ("\"", "\"\"\"\""),
    ])
    func identifiersAreQuoted(_ name: String, _ quoted: String) {
        #expect(("SELECT \(identifier: name)" as SQL).text == "SELECT " + quoted)
    }

    @Test func splicedStatementsKeepTheirParameters() {
        let condition: SQL = "a = \(1) AND b = \("two")"
        let sql: SQL = "SELECT \(0) WHERE \(sql: condition) ORDER BY \(unescaped: "a DESC") LIMIT \(9)"
        #expect(sql.text == "SELECT $1 WHERE a = $2 AND b = $3 ORDER BY a DESC LIMIT $4")
        #expect(sql.bindings.map(\.type) == [.int8, .int8, .text, .int8])
        let sum = condition + " OR " + condition
        #expect(sum.text == "a = $1 AND b = $2 OR a = $3 AND b = $4")
        #expect([condition, condition].joined(separator: ", ").text == "a = $1 AND b = $2, a = $3 AND b = $4")
        #expect(("\(identifiers: ["a", "b"])" as SQL).text == "\"a\", \"b\"")
    }

    @Test func splicedParametersReachTheServer() async throws {
        let part: SQL = "\("b") || \("c")"
        let text = try await sharedPool().query("SELECT \("a") || \(sql: part) || \("d")").scalar(as: String.self)
        #expect(text == "abcd")
    }

    @Test(arguments: ["'; DROP TABLE pg_class; --", "$1", "\\'", "%s", "\u{202E}", "Robert'); --"])
    func valuesNeverBecomeStatements(_ attempt: String) async throws {
        #expect(try await sharedPool().query("SELECT \(attempt)").scalar(as: String.self) == attempt)
        let rows = try await sharedPool().query("SELECT 1 AS \(identifier: attempt)")
        #expect(rows.columnNames == [attempt])
    }

    @Test func textWithNULIsRefusedAndNotCut() async throws {
        let pool = try await sharedPool()
        let error = try await postgresError { try await pool.query("SELECT \(1), \("a\0b")") }
        #expect(error.kind == .encoding)
        #expect(error.message.contains("$2"))
        #expect(error.message.contains("NUL"))
        #expect(error.statement == "SELECT $1, $2")
        for sql: SQL in ["SELECT 1 AS \(identifier: "a\0b")", "SELECT \(["a", "b\0"])", "SELECT \(PostgresJSON("\0"))"]
        {
            #expect(try await postgresError { try await pool.query(sql) }.kind == .encoding)
        }
    }

    @Test func valuesOutOfRangeAreRefused() async throws {
        let pool = try await sharedPool()
        let far = Date(timeIntervalSinceReferenceDate: 1e15)
        let noDay = PostgresDate(daysSince1970: .max)
        for sql: SQL in ["SELECT \(far)", "SELECT \(noDay)", "SELECT \(Date(timeIntervalSince1970: .nan))"] {
            #expect(try await postgresError { try await pool.query(sql) }.kind == .encoding)
        }
    }

    @Test func tooManyParametersAreRefused() async throws {
        let sql = "SELECT " + (0..<65_536).map { "\($0)" as SQL }.joined(separator: ",")
        let pool = try await sharedPool()
        #expect(try await postgresError { try await pool.query(sql) }.kind == .encoding)
    }
}
