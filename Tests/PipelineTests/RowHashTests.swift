import Basketball
import Foundation
import Testing

@testable import Pipeline

/// What decides whether a row has changed.
@Suite("Hashes of rows")
struct RowHashTests {
    private static let first = Date(timeIntervalSince1970: 1_700_000_000)

    private static func columns(_ count: Int) -> TableDefinition {
        TableDefinition(
            "nba_raw.hash_sample",
            key: ["c0"],
            dateColumn: nil,
            entities: [:],
            columns: (0..<count).map { .text("c\($0)") }
        )
    }

    private static func hash(_ cells: [Cell]) -> String {
        var hasher = RowHasher(table: columns(cells.count))
        return hasher.hash(cells)
    }

    @Test(
        arguments: [
            ([.text("a|b"), .text("c")], [.text("a"), .text("b|c")]),
            ([.text("ab"), .text("")], [.text("a"), .text("b")]),
            ([.text("a,b"), .null], [.text("a"), .text("b")]),
            ([.integer(5)], [.double(5)]),
            ([.integer(5)], [.text("5")]),
            ([.integer(1)], [.boolean(true)]),
            ([.null], [.text("")]),
            ([.null, .text("a")], [.text("a"), .null]),
            ([.null], [.integer(0)]),
            ([.text("{}")], [.json("{}")]),
            ([.double(0.1)], [.double(0.1.nextUp)]),
            ([.instant(first)], [.instant(first.addingTimeInterval(0.001))]),
        ] as [([Cell], [Cell])]
    )
    func whatDiffersHashesDifferently(one: [Cell], other: [Cell]) {
        #expect(Self.hash(one) != Self.hash(other))
        #expect(Self.hash(one) == Self.hash(one))
    }

    @Test func minusZeroIsZero() {
        #expect(Self.hash([.double(-0.0)]) == Self.hash([.double(0)]))
    }

    @Test func aColumnThatIsNoBusinessOfTheRowDoesNotCount() {
        let table = TableDefinition(
            "nba_raw.hash_sample",
            key: ["id"],
            dateColumn: nil,
            entities: [:],
            columns: [.text("id"), Column("note", .text, isBusiness: false), .integer("points")]
        )
        var hasher = RowHasher(table: table)
        let plain = hasher.hash([.text("a"), .text("x"), .integer(1)])
        #expect(hasher.hash([.text("a"), .null, .integer(1)]) == plain)
        #expect(hasher.hash([.text("a"), .text("x"), .integer(2)]) != plain)
        #expect(hasher.hash([.text("b"), .text("x"), .integer(1)]) != plain)
    }

    /// Stored hashes are compared with new ones for years: this value changes only together with the encoding's version.
    @Test func theEncodingIsFixed() {
        let hash = Self.hash([.text("josé"), .integer(-1), .double(24.5), .boolean(false), .null])
        #expect(hash.count == 16)
        #expect(hash == "59fc607ea3b6780e")
    }

    @Test(
        arguments: [
            ([.text("a|1:b"), .text("c")], [.text("a"), .text("b|c")]),
            ([.text("1"), .text("2")], [.text("12"), .text("")]),
        ] as [([Cell], [Cell])]
    )
    func noTwoKeysAreOneText(one: [Cell], other: [Cell]) {
        #expect(RowHasher.keyText(one, [0, 1]) != RowHasher.keyText(other, [0, 1]))
    }
}
