import Foundation
import Testing

@testable import Pipeline

@Suite("JSON values")
struct JSONValueTests {
    @Test(
        "A text means one value",
        arguments: [
            ("null", .null), ("true", true), (" \t\r\nfalse ", false), ("0", 0), ("-0", 0), ("12", 12), ("-7", -7),
            ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("9223372036854775808", .double(0x1p63)), ("-9223372036854775809", .double(-0x1p63)),
            ("18446744073709551616", .double(0x1p64)), ("1.5", 1.5), ("1e3", 1000.0), ("-2.5E-3", -0.0025),
            ("0.1", 0.1), ("123456789.123456789", 123456789.123456789),
            ("1.7976931348623157e308", 1.7976931348623157e308),
            ("5e-324", .double(.leastNonzeroMagnitude)), ("1e-999", 0.0), ("100000000000000000000000e-20", 1000.0),
            ("\"\"", ""),
            ("\"a\\n\\\"\\\\\\/\\t\\b\\f\\r\"", "a\n\"\\/\t\u{8}\u{c}\r"), ("\"\\u00e9\"", "é"),
            ("\"\\ud83c\\udfc0\"", "🏀"), ("\"José\"", "José"), ("[]", []), ("[1,[2,{}]]", [1, [2, [:]]]),
            ("{\"a\":1,\"b\":{\"c\":null}}", ["a": 1, "b": ["c": nil]]),
        ] as [(String, JSONValue)]
    )
    func textMeansOneValue(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
        #expect(try JSONValue(parsing: expected.utf8()) == expected)
    }

    @Test(
        "What is not strict JSON is refused by name",
        arguments: [
            ("", .unexpectedEnd), ("  ", .unexpectedEnd), ("nul", .unexpectedEnd), ("nulL", .unexpectedByte),
            ("NaN", .unexpectedByte), ("Infinity", .unexpectedByte), ("+1", .unexpectedByte), ("'a'", .unexpectedByte),
            ("\u{FEFF}1", .unexpectedByte), ("1 2", .trailingText), ("{} x", .trailingText), ("01", .invalidNumber),
            ("-", .invalidNumber), ("1.", .invalidNumber), (".5", .unexpectedByte), ("1e", .invalidNumber),
            ("1e+", .invalidNumber), ("1e999", .invalidNumber), ("-1e999", .invalidNumber),
            ("1e99999999999999999999", .invalidNumber), ("\"a", .unexpectedEnd), ("\"a\\", .unexpectedEnd),
            ("\"\\x\"", .invalidString), ("\"\\u12\"", .invalidString), ("\"\\u12G4\"", .invalidString),
            ("\"\\ud800\"", .invalidString), ("\"\\udc00\\ud800\"", .invalidString),
            ("\"\\ud800\\u0041\"", .invalidString),
            ("\"a\nb\"", .invalidString), ("\"\\u0000\"", .nulCharacter), ("\"\u{0}\"", .nulCharacter),
            ("{\"\\u0000\":1}", .nulCharacter), ("[1,]", .unexpectedByte), ("[1", .unexpectedEnd),
            ("{\"a\"}", .unexpectedByte),
            ("{\"a\":}", .unexpectedByte), ("{\"a\":1,}", .unexpectedByte), ("{a:1}", .unexpectedByte),
            ("{\"a\":1,\"a\":2}", .duplicateKey), ("{\"a\":1,\"\\u0061\":2}", .duplicateKey), ("]", .unexpectedByte),
        ] as [(String, JSONError.Code)]
    )
    func refusesByName(text: String, code: JSONError.Code) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.code == code)
    }

    @Test("Bytes that are not UTF-8 are refused", arguments: [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0xAF]])
    func refusesInvalidUTF8(middle: [UInt8]) {
        #expect(throws: JSONError(code: .invalidUTF8, offset: 0)) { try JSONValue(parsing: [0x22] + middle + [0x22]) }
    }

    @Test("Depth and size are bounded, and a million brackets do not overflow the stack")
    func bounded() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(64)) }
        for depth in [65, 1_000_000] {
            #expect(throws: JSONError(code: .tooDeep, offset: 64, detail: "more than 64 levels")) {
                try JSONValue(parsing: nested(depth))
            }
        }
        let limits = JSONLimits(maximumBytes: 10)
        #expect(throws: Never.self) { try JSONValue(parsing: "\"12345678\"", limits: limits) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "\"123456789\"", limits: limits) }
        let unlimited = JSONLimits(maximumDepth: .max)
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(1_000_000), limits: unlimited) }
    }

    @Test("Whatever cannot be read back is not written")
    func refusesToWrite() {
        for value: JSONValue in [.double(.nan), [.double(.infinity)], ["a": "\u{0}"], ["\u{0}": 1]] {
            #expect(throws: JSONError.self) { try value.utf8() }
        }
        let deep = (0..<70).reduce(JSONValue.null) { value, _ in [value] }
        #expect(throws: JSONError.self) { try deep.utf8() }
    }

    @Test("Order is kept, and ignored by equality and by the canonical form")
    func order() throws {
        let text = #"{"z":1,"é":2,"a":[{"y":0,"x":1}],"B":3}"#
        let value = try JSONValue(parsing: text)
        #expect(try value.text() == text)
        #expect(try value.text(.canonical) == #"{"B":3,"a":[{"x":1,"y":0}],"z":1,"é":2}"#)
        let other = try JSONValue(parsing: #"{"B":3,"a":[{"x":1,"y":0}],"é":2,"z":1}"#)
        #expect(value == other)
        #expect(value.hashValue == other.hashValue)
        #expect(try value.text(.indented).contains("\n  \"B\": 3"))
    }

    @Test("The canonical form survives a trip through jsonb, which spells numbers its own way")
    func canonicalNumbers() throws {
        let pairs = [("1e3", "1000"), ("1.0", "1"), ("-0.0", "0"), ("1e16", "10000000000000000"), ("12.50", "12.5")]
        for (left, right) in pairs {
            #expect(try JSONValue(parsing: left).text(.canonical) == JSONValue(parsing: right).text(.canonical))
        }
        #expect(try JSONValue(parsing: "0.1").text(.canonical) == "0.1")
    }

    @Test("Large objects keep order, find keys, refuse duplicates and allow removal")
    func largeObjects() throws {
        let keys = (0..<100).map { "key_\($0)" }
        var object = JSONObject(keys.map { ($0, .string($0)) })
        let text = try JSONValue.object(object).text()
        #expect(try JSONValue(parsing: text).objectValue?.keys == keys)
        for key in keys { #expect(object[key] == .string(key)) }
        object["key_50"] = nil
        object["key_7"] = 7
        #expect(object.count == 99)
        #expect(object["key_50"] == nil)
        #expect(object["key_99"] == "key_99")
        #expect(object["key_7"] == 7)
        #expect(throws: JSONError.self) { try JSONValue(parsing: text.dropLast() + ",\"key_3\":0}") }
    }

    @Test("The scanner finds routing fields wherever they stand and checks the rest")
    func scanner() throws {
        let scanner = JSONScanner(fields: ["phase", "run_id", "absent", "count"])
        let text = #" {"x":{"phase":"inner"},"ph\u0061se":"phase_2_raw","l":[1,"\"",{}],"run_id":null,"count":[3]} "#
        #expect(try scanner.scan(Array(text.utf8)) == ["phase_2_raw", .null, nil, [3]])
        #expect(throws: JSONError(code: .duplicateKey, offset: 11, detail: "phase")) {
            try scanner.scan(Array(#"{"phase":1,"phase":2}"#.utf8))
        }
        for bad in ["[]", "{\"x\":01}", "{\"x\":\"\\ud800\"}", "{} {}", "{\"phase\":\"a\"", ""] {
            #expect(throws: JSONError.self) { try scanner.scan(Array(bad.utf8)) }
        }
    }

    @Test("Mutated texts never trap, and what is accepted is read the same by Foundation and after rewriting")
    func mutations() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(state: seed)
        let base = Array(#"{"a":[1,-2.5e3,"x\u00e9\n\"",true,null],"b":{"c":922337203685,"d":""},"é":"🏀"}"#.utf8)
        let alphabet = Array("{}[]\",:\\u0eE+-.19dtfn \u{0}\u{1F}é".utf8) + [0xFF, 0xC3]
        for _ in 0..<3000 {
            var bytes = base
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[position] = alphabet.randomElement(using: &random) ?? 0
                case 1: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: position)
                default: bytes.remove(at: position)
                }
            }
            guard case .success(let value) = Result(catching: { try JSONValue(parsing: bytes) }) else { continue }
            #expect(try JSONValue(parsing: value.utf8()) == value, "seed \(seed)")
            // Foundation calls 2.0 an integer; the canonical form does not know the difference.
            #expect(throws: Never.self, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))") {
                let other = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
                let texts = try (other.text(.canonical), value.text(.canonical))
                #expect(texts.0 == texts.1, "seed \(seed)")
            }
            #expect(throws: Never.self, "seed \(seed)") { try JSONScanner(fields: ["a"]).scan(bytes) }
        }
    }

    @Test("Numbers are read as correctly rounded as the standard library reads them")
    func numbersRoundCorrectly() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(state: seed)
        for _ in 0..<3000 {
            let whole = UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64.random(in: 0..<64, using: &random)
            let text =
                "\(whole).\(UInt32.random(in: 0...9_999_999, using: &random))e\(Int.random(in: -330...280, using: &random))"
            let expected = try #require(Double(text))
            guard expected.isFinite else { continue }
            #expect(try JSONValue(parsing: text) == .double(expected), "\(text), seed \(seed)")
        }
    }

    @Test("Typed values go in and out")
    func typed() throws {
        struct Part: Codable, Equatable {
            var name: String
            var minutes: Double?
            var games: [Int]
        }
        let part = Part(name: "a", minutes: 31.5, games: [1, 2])
        let value = try JSONValue(encoding: part)
        #expect(value == ["name": "a", "minutes": 31.5, "games": [1, 2]])
        #expect(try value.decode(Part.self) == part)
        #expect(throws: DecodingError.self) { try JSONValue.string("x").decode(Part.self) }
        #expect(value["games"]?[1]?.intValue == 2)
        #expect(value["games"]?[9] == nil)
        #expect(JSONValue.double(3).intValue == 3 && JSONValue.double(3.5).intValue == nil)
    }
}
