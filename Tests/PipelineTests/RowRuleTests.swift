import Basketball
import Foundation
import Testing

@testable import Pipeline

/// What the kinds of rules ask of a row.
@Suite("Rules of rows")
struct RowRuleTests {
    /// A rule with rows that keep it and rows that break it, by the values of its columns.
    struct Example: Sendable, CustomTestStringConvertible {
        var rule: RowRule
        var types: [ColumnType]
        var kept: [[Cell]]
        var broken: [[Cell]]

        var testDescription: String { rule.name }
    }

    static let examples: [Example] = {
        let numbers: [ColumnType] = [.integer, .double]
        let sum = RowRule.sum("points_identity", "a = 2b + c", [(1, "a"), (-2, "b"), (-1, "c")], in: 0...0)
        return [
            Example(rule: .present("a"), types: [.text], kept: [[.text("")]], broken: [[.null]]),
            Example(
                rule: .range("a", 0...70, "minutes"),
                types: [.double],
                kept: [[.double(0)], [.double(70)], [.integer(65)], [.null]],
                broken: [[.double(-0.1)], [.double(70.01)], [.integer(4_512)], [.double(.nan)], [.double(.infinity)]]
            ),
            Example(rule: .fraction("a"), types: [.double], kept: [[.double(1)]], broken: [[.double(47)]]),
            Example(rule: .percent("a"), types: [.double], kept: [[.double(100)]], broken: [[.double(600)]]),
            Example(
                rule: .americanOdds("a"),
                types: [.integer],
                kept: [[.integer(-110)], [.integer(100)], [.integer(-100)], [.null]],
                broken: [[.integer(0)], [.integer(99)], [.integer(-99)], [.integer(200_000)]]
            ),
            Example(
                rule: .one("a", of: ["gold", "silver"]),
                types: [.text],
                kept: [[.text("gold")], [.null]],
                broken: [[.text("Gold")], [.text("")]]
            ),
            Example(
                rule: .distinct("a", "b"),
                types: [.text, .text],
                kept: [[.text("HOU"), .text("PHI")], [.null, .null]],
                broken: [[.text("PHI"), .text("PHI")]]
            ),
            Example(
                rule: .atMost("a", "b"),
                types: numbers,
                kept: [[.integer(24), .double(24)], [.null, .double(1)], [.integer(2), .null]],
                broken: [[.integer(25), .double(24)], [.integer(1), .double(.nan)]]
            ),
            Example(
                rule: .before("a", "b"),
                types: [.date, .date],
                kept: [[.date(day(14)), .date(day(15))], [.null, .date(day(15))]],
                broken: [[.date(day(15)), .date(day(15))], [.date(day(16)), .date(day(15))]]
            ),
            Example(
                rule: sum,
                types: [.integer, .integer, .integer],
                kept: [[.integer(70), .integer(24), .integer(22)], [.integer(1), .null, .integer(9)]],
                broken: [[.integer(71), .integer(24), .integer(22)]]
            ),
            Example(
                rule: .blank(["b", "c"], where: "a", is: ["dnp"]),
                types: [.text, .integer, .integer],
                kept: [[.text("dnp"), .null, .null], [.text("active"), .integer(0), .null]],
                broken: [[.text("dnp"), .null, .integer(0)]]
            ),
            Example(
                rule: .filled(["b"], where: "a", is: ["3"]),
                types: [.integer, .integer],
                kept: [[.integer(3), .integer(0)], [.integer(2), .null]],
                broken: [[.integer(3), .null]]
            ),
            Example(
                rule: .numbers("a", count: 3),
                types: [.json],
                kept: [[.json("[1.5,null,-2e-3]")], [.json("[1, 2, 3]")], [.null]],
                broken: [
                    [.json("[1,2]")], [.json("[1,2,3,4]")], [.json("[1,nan,3]")], [.json("[1,inf,3]")], [.json("{}")],
                    [.json("[]")], [.json("[1,,3]")], [.json("[1,\"2\",3]")], [.json("")],
                ]
            ),
        ]
    }()

    private static func day(_ number: Int) -> GameDate {
        do { return try GameDate("2024-01-\(number)") } catch { preconditionFailure("\(error)") }
    }

    @Test(arguments: examples)
    func aRuleFiresOnWhatBreaksItAndOnNothingElse(example: Example) {
        let places = Array(example.rule.columns.indices)
        #expect(example.rule.suits(example.types))
        for cells in example.kept { #expect(!example.rule.isBroken(by: cells, places), "\(cells)") }
        for cells in example.broken { #expect(example.rule.isBroken(by: cells, places), "\(cells)") }
    }

    @Test("Everywhere the key and the date have a value and numbers are numbers")
    func everyTableHasTheCommonRules() throws {
        let table = TableDefinition(
            "t.seats",
            key: ["seat"],
            dateColumn: "day",
            entities: [:],
            rules: [.range("share", 0...1, "as a fraction")],
            columns: [.text("seat"), .date("day"), .double("share"), .double("other")]
        )
        #expect(table.rules.map(\.name) == ["seat_present", "day_present", "share_range"])
        let rows: [[Cell]] = [
            [.text("a"), .date(Self.day(15)), .double(0.5), .null],
            [.null, .date(Self.day(15)), .double(2), .null],
            [.text("c"), .date(Self.day(15)), .null, .double(.nan)],
            [.text("d"), .null, .null, .double(-.infinity)],
        ]
        let found = table.ruleBook.judge(rows, columns: table.columns)
        #expect(found.map(\.row) == [1, 2, 3])
        #expect(
            found.map { $0.violations.map(\.rule) } == [
                ["seat_present", "share_range"], ["other_finite"], ["day_present", "other_finite"],
            ]
        )
        let text = found[0].violations[1].description
        #expect(text == "share_range: share within 0…1 as a fraction (share 2.0)")
        let json = found[0].violations[1].json.encodedText
        #expect(json.contains(#""values":{"share":2"#))
    }

    @Test(
        "A few rows are at fault, many are their source",
        arguments: [
            (0, 50, false), (1, 1, false), (1, 2, false), (2, 2, true), (10, 50, false), (11, 50, true),
            (48, 49, false),
            (49, 49, true), (100, 1_000, false), (201, 1_000, true),
        ]
    )
    func theLimitOfQuarantine(broken: Int, rows: Int, isExceeded: Bool) {
        #expect(QuarantineLimit.standard.isExceeded(by: broken, of: rows) == isExceeded)
    }

    @Test func aScopeWithARowInQuarantineIsAnotherOne() {
        let keys = ["1:a", "1:b"]
        let hashes = ["0011", "2233"]
        let sound = RowFingerprints.digest(keys: keys, hashes: hashes)
        let kept = RowFingerprints.digest(keys: keys, hashes: hashes, quarantined: [1])
        let gone = RowFingerprints.digest(keys: ["1:a"], hashes: ["0011"])
        #expect(Set([sound, kept, gone]).count == 3)
        #expect(sound == RowFingerprints.digest(keys: keys.reversed(), hashes: hashes.reversed()))
    }
}
