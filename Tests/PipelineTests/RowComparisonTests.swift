import Basketball
import Testing

@testable import Pipeline

@Suite("Comparing keys and hashes")
struct RowComparisonTests {
    /// Equal to looking every key up, whatever the order of rows and table: with rows of which some are new, changed, back
    /// after a removal or gone, moved about a little or completely.
    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func everyOrderOfRowsAndTableComesToWhatALookUpFinds(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let universe = (0..<Int.random(in: 0...60, using: &random)).map { "key \($0)" }
        func some(_ share: Int) -> [String] {
            universe.filter { _ in Int.random(in: 0..<10, using: &random) < share }
        }
        var keys = some(9)
        var held = some(9)
        switch seed % 3 {
        case 0: keys.shuffle(using: &random)
        case 1 where held.count > 1: held.swapAt(0, held.count - 1)
        default: break
        }
        let hashes = keys.map { _ in "\(Int.random(in: 0...2, using: &random))" }
        let stored = StoredKeys(
            keys: held,
            hashes: held.map { _ in Bool.random(using: &random) ? "1" : Bool.random(using: &random) ? "2" : nil },
            areRemoved: held.map { _ in Int.random(in: 0..<5, using: &random) == 0 }
        )
        let places = Dictionary(uniqueKeysWithValues: held.enumerated().map { ($1, $0) })
        func isHeld(_ key: String) -> Bool { places[key].map { !stored.areRemoved[$0] } ?? false }
        let comparison = try RowComparison(keys: keys, hashes: hashes, stored: stored)
        let known = keys.indices.filter { isHeld(keys[$0]) }
        let differing = known.filter { places[keys[$0]].map { stored.hashes[$0] } != hashes[$0] }
        #expect(comparison.fresh == keys.indices.filter { !isHeld(keys[$0]) }, "seed \(seed)")
        #expect(comparison.differing.map(\.row) == differing, "seed \(seed)")
        #expect(comparison.differing.allSatisfy { held[$0.place] == keys[$0.row] }, "seed \(seed)")
        #expect(comparison.unchangedCount == known.count - differing.count, "seed \(seed)")
        #expect(
            comparison.gone == held.indices.filter { !keys.contains(held[$0]) && isHeld(held[$0]) },
            "seed \(seed)"
        )
    }

    /// Of 450 players as many rows are looked at again as differ, and their readers are told of each by name; beyond a
    /// hundred they are told of the date.
    @Test(
        arguments: [
            ("analytics 84", 1, 449, false), ("analytics 85", 450, 0, true), ("analytics 86", 45, 405, false),
            ("analytics 87", 0, 450, false), ("the most that are named", 100, 350, false), ("one more", 101, 349, true),
        ]
    )
    func unchangedRowsAreLeftAlone(name: String, changed: Int, skipped: Int, isFull: Bool) throws {
        let keys = (0..<450).map { "player\($0)" }
        let stored = StoredKeys(
            keys: keys,
            hashes: keys.map { _ in "before" },
            areRemoved: keys.map { _ in false }
        )
        let hashes = keys.indices.map { $0 < changed ? "after" : "before" }
        let comparison = try RowComparison(keys: keys, hashes: hashes, stored: stored)
        #expect(comparison.differing.count == changed && comparison.unchangedCount == skipped, "\(name)")
        #expect(comparison.fresh.isEmpty && comparison.gone.isEmpty, "\(name)")
        let date = try GameDate("2024-01-15")
        let changes = comparison.differing.map {
            RowChange(kind: .updated, date: date, entities: [.player: keys[$0.row]], columns: ["points"])
        }
        let markers = MarkerSet(changes: changes, table: "nba_analytics.player_game_summary", registry: .standard)
            .markers.filter { $0.processor == "player_daily_cache" }
        #expect(markers.count == (isFull ? 1 : changed), "\(name)")
        #expect(markers.contains { $0.kind == nil } == isFull, "\(name)")
    }

    @Test(arguments: [
        (["a", "b", "a"], ["a", "b"]), (["a", "a"], []), (["a", "a", "b"], ["b", "a"]), (["b", "a", "b"], ["a", "b"]),
        (["x", "a", "b", "x"], ["a", "b"]),
    ])
    func twoRowsOfOneKeyAreRefused(keys: [String], held: [String]) {
        #expect(throws: RowComparison.DuplicateKey.self) {
            try RowComparison(
                keys: keys,
                hashes: keys,
                stored: StoredKeys(keys: held, hashes: held, areRemoved: held.map { _ in false })
            )
        }
    }
}
