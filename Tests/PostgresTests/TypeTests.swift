import Foundation
import Postgres
import PostgresTestKit
import Testing

/// One value that must come back as it was sent, and that the server must print as `text`.
struct RoundTrip: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let check: @Sendable (PostgresPool) async throws -> Void

    init<Value: PostgresCodable & Equatable>(_ value: Value, text: String?) {
        testDescription = "\(Value.self) \(String(describing: value).prefix(60))"
        check = { pool in
            let row = try await pool.query("SELECT \(value) AS value, (\(value))::text AS text").one()
            #expect(try row.decode("value", as: Value.self) == value)
            #expect(try row.decode("text", as: String?.self) == text)
        }
    }
}

enum Position: String, PostgresCodable, PostgresArrayElement, Equatable {
    case guardPosition = "G"
    case forward = "F"
}

@Suite struct TypeTests {
    static let epoch = Date(timeIntervalSince1970: 0)
    static let uuid = UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF")!

    static let scalars: [RoundTrip] = [
        RoundTrip(true, text: "true"), RoundTrip(false, text: "false"), RoundTrip(Bool?.none, text: nil),
        RoundTrip(Int16.min, text: "-32768"), RoundTrip(Int16.max, text: "32767"),
        RoundTrip(Int32.min, text: "-2147483648"), RoundTrip(Int32.max, text: "2147483647"),
        RoundTrip(Int64.min, text: "-9223372036854775808"), RoundTrip(Int64.max, text: "9223372036854775807"),
        RoundTrip(0, text: "0"), RoundTrip(-1, text: "-1"), RoundTrip(Int?.none, text: nil),
        RoundTrip(Int?.some(7), text: "7"),
        RoundTrip(Float(1.5), text: "1.5"), RoundTrip(Float.greatestFiniteMagnitude, text: "3.4028235e+38"),
        RoundTrip(0.1, text: "0.1"), RoundTrip(-Double.infinity, text: "-Infinity"),
        RoundTrip(Double.greatestFiniteMagnitude, text: "1.7976931348623157e+308"),
        RoundTrip(Double.leastNonzeroMagnitude, text: "5e-324"), RoundTrip(Double?.none, text: nil),
        RoundTrip("", text: ""), RoundTrip("Jokić 🏀", text: "Jokić 🏀"), RoundTrip("'; DROP", text: "'; DROP"),
        RoundTrip(String?.none, text: nil),
        RoundTrip(String(repeating: "x", count: 100_000), text: String(repeating: "x", count: 100_000)),
        RoundTrip([UInt8](), text: "\\x"), RoundTrip([UInt8]([0, 1, 255]), text: "\\x0001ff"),
        RoundTrip([UInt8]?.none, text: nil),
        RoundTrip(uuid, text: "00112233-4455-6677-8899-aabbccddeeff"),
        RoundTrip(epoch, text: "1970-01-01 00:00:00+00"),
        RoundTrip(Date(timeIntervalSince1970: 1_700_000_000.123456), text: "2023-11-14 22:13:20.123456+00"),
        RoundTrip(Date(timeIntervalSince1970: -1.5), text: "1969-12-31 23:59:58.5+00"),
        RoundTrip(PostgresDate(daysSince1970: 0), text: "1970-01-01"),
        RoundTrip(PostgresDate(daysSince1970: 19_723), text: "2024-01-01"),
        RoundTrip(PostgresDate(daysSince1970: -25_567), text: "1900-01-01"),
        RoundTrip(PostgresJSON("{\"a\": [1, null]}"), text: "{\"a\": [1, null]}"),
        RoundTrip(Duration.milliseconds(1500), text: "00:00:01.5"), RoundTrip(Duration.seconds(-90), text: "-00:01:30"),
        RoundTrip(Position.forward, text: "F"), RoundTrip(Position?.none, text: nil),
    ]

    static let decimals: [RoundTrip] = [
        "0", "1", "-1", "0.0001", "0.1", "12345.6789", "-9999.9999", "10000", "100000000", "0.00000001",
        "12345678901234567890123456789012345678", "-0.12345678901234567890123456789012345678", "1000000000000.5",
    ].map { RoundTrip(Decimal(string: $0)!, text: $0) }

    static let arrays: [RoundTrip] = [
        RoundTrip([Int](), text: "{}"), RoundTrip([1, -2, 3], text: "{1,-2,3}"),
        RoundTrip([Int32](arrayLiteral: 1, 2), text: "{1,2}"), RoundTrip([Int16](arrayLiteral: 5), text: "{5}"),
        RoundTrip([1, nil, 3], text: "{1,NULL,3}"), RoundTrip([String?](arrayLiteral: nil, nil), text: "{NULL,NULL}"),
        RoundTrip(["a", "", "b,c", "NULL", "\"q\""], text: "{a,\"\",\"b,c\",\"NULL\",\"\\\"q\\\"\"}"),
        RoundTrip([1.5, .infinity], text: "{1.5,Infinity}"), RoundTrip([Float(0.5)], text: "{0.5}"),
        RoundTrip([true, false], text: "{t,f}"), RoundTrip([[UInt8]([1]), []], text: "{\"\\\\x01\",\"\\\\x\"}"),
        RoundTrip([uuid], text: "{00112233-4455-6677-8899-aabbccddeeff}"),
        RoundTrip([epoch, nil], text: "{\"1970-01-01 00:00:00+00\",NULL}"),
        RoundTrip([PostgresDate(daysSince1970: 1)], text: "{1970-01-02}"),
        RoundTrip([PostgresJSON("[]")], text: "{[]}"), RoundTrip([Decimal(string: "1.50")!], text: "{1.5}"),
        RoundTrip([Int]?.none, text: nil), RoundTrip([Duration.seconds(1)], text: "{00:00:01}"),
        RoundTrip([Position.forward, .guardPosition], text: "{F,G}"),
    ]

    @Test(arguments: scalars + decimals + arrays)
    func valuesComeBackAsTheyWereSent(_ roundTrip: RoundTrip) async throws {
        try await roundTrip.check(sharedPool())
    }

    @Test func notANumberComesBack() async throws {
        let row = try await sharedPool().query("SELECT \(Double.nan) AS d, 'NaN'::numeric AS n").one()
        #expect(try row.decode("d", as: Double.self).isNaN)
        #expect(try row.decode("n", as: Double.self).isNaN)
        #expect(try row.decode("n", as: Decimal.self).isNaN)
    }

    @Test func textTypesAreReadAsStrings() async throws {
        let row = try await sharedPool().query(
            """
            SELECT 'a'::varchar, 'b '::char(2), 'c'::name, 'd'::"char", '{"e":1}'::json, '{"f": 1}'::jsonb, 'g'::text
            """
        ).one()
        #expect(
            try (0..<7).map { try row.decode(at: $0, as: String.self) }
                == ["a", "b ", "c", "d", "{\"e\":1}", "{\"f\": 1}", "g"]
        )
    }

    @Test(arguments: [
        "0", "1", "-1.5", "0.1", "123456789.123456789", "1e-20", "1e300", "9007199254740993", "0.30000000000000004",
        "1234567890123456789012345678901234567890", "3.14159265358979323846264338327950288",
    ])
    func numericIsReadAsTheNearestDouble(_ text: String) async throws {
        let value = try await sharedPool().query("SELECT \(text)::text::numeric").scalar(as: Double.self)
        #expect(value == Double(text))
    }

    @Test func integersWidenAndRefuseToNarrow() async throws {
        let pool = try await sharedPool()
        #expect(try await pool.query("SELECT 7::int2").scalar(as: Int.self) == 7)
        #expect(try await pool.query("SELECT 7::int8").scalar(as: Int16.self) == 7)
        #expect(try await pool.query("SELECT count(*) FROM generate_series(1, 5)").scalar(as: Int.self) == 5)
        let error = try await postgresError { try await pool.query("SELECT 40000::int4").scalar(as: Int16.self) }
        #expect(error.kind == .decoding)
        #expect(error.message.contains("40000 is out of range"))
    }

    @Test(arguments: ["infinity", "-infinity"])
    func infiniteInstantsAreRefused(_ literal: String) async throws {
        let pool = try await sharedPool()
        let error = try await postgresError {
            try await pool.query("SELECT \(literal)::text::timestamptz").scalar(as: Date.self)
        }
        #expect(error.message.contains("infinite"))
    }

    @Test func enumerationsOfTheDatabaseAreText() async throws {
        try await TestDatabase.with("enums") { database in
            let pool = database.pool(logger: quiet)
            try await pool.execute("CREATE TYPE place AS ENUM ('G', 'F')")
            try await pool.execute("CREATE TABLE player (place place)")
            try await pool.execute("INSERT INTO player VALUES (\(Position.forward)::text::place)")
            #expect(try await pool.query("SELECT place FROM player").scalar(as: Position.self) == .forward)
            #expect(try await pool.query("SELECT array_agg(place) FROM player").scalar(as: [String].self) == ["F"])
            let error = try await postgresError {
                try await pool.query("SELECT ROW(1, 2)::record").scalar(as: String.self)
            }
            #expect(error.kind == .decoding)
            await pool.close()
        }
    }
}
