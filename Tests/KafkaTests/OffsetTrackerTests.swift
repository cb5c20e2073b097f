import Testing

@testable import Kafka

/// A small generator, so that a failing case can be repeated from its seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        // SplitMix64.
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite struct OffsetTrackerTests {
    let partition = KafkaTopicPartition(topic: "t", partition: 0)

    private func tracker(delivered offsets: some Sequence<Int64>) -> OffsetTracker {
        var tracker = OffsetTracker()
        tracker.assign([partition])
        for offset in offsets {
            let isOurs = tracker.delivered(offset, of: partition)
            #expect(isOurs)
        }
        return tracker
    }

    private func commit(_ tracker: inout OffsetTracker) -> Int64? { tracker.takeCommits().first?.offset }

    /// Delivered, then marked in this order, then the commit that must be offered after each mark.
    @Test(arguments: [
        (delivered: [0, 1, 2], marked: [0, 1, 2], commits: [1, 2, 3] as [Int64?]),
        (delivered: [0, 1, 2], marked: [2, 1, 0], commits: [nil, nil, 3]),
        (delivered: [0, 1, 2], marked: [1, 0, 2], commits: [nil, 2, 3]),
        // Gaps in the numbering are not holes.
        (delivered: [5, 9, 40], marked: [5, 9, 40], commits: [6, 10, 41]),
        (delivered: [5, 9, 40], marked: [9, 5, 40], commits: [nil, 10, 41]),
        // Marks of messages that were not delivered change nothing.
        (delivered: [5, 6], marked: [4, 7, 5, 6], commits: [nil, nil, 6, 7]),
        // Repeated marks change nothing.
        (delivered: [0, 1, 2], marked: [0, 0, 2, 2, 1], commits: [1, nil, nil, nil, 3]),
    ])
    func commitsGoUpToTheFirstHole(_ example: (delivered: [Int64], marked: [Int64], commits: [Int64?])) {
        var tracker = tracker(delivered: example.delivered)
        #expect(commit(&tracker) == nil)
        for (offset, expected) in zip(example.marked, example.commits) {
            tracker.done(offset, of: partition)
            #expect(tracker.hasCommits == (expected != nil))
            #expect(commit(&tracker) == expected)
        }
    }

    @Test func messagesOfForeignPartitionsAreRefused() {
        var tracker = OffsetTracker()
        let isOurs = tracker.delivered(0, of: partition)
        #expect(!isOurs)
        tracker.done(0, of: partition)
        #expect(tracker.takeCommits().isEmpty)
    }

    @Test func revokedPartitionsAreForgotten() {
        var tracker = tracker(delivered: 0..<3)
        tracker.done(0, of: partition)
        tracker.revoke([partition])
        #expect(!tracker.hasCommits)
        #expect(tracker.outstanding == 0)
        tracker.done(1, of: partition)
        #expect(tracker.takeCommits().isEmpty)
        let isOurs = tracker.delivered(3, of: partition)
        #expect(!isOurs)
    }

    @Test func marksFromAnEarlierAssignmentDoNotPassAHole() {
        var tracker = tracker(delivered: 0..<3)
        tracker.revokeAll()
        tracker.assign([partition])
        for offset: Int64 in 0..<2 {
            let isOurs = tracker.delivered(offset, of: partition)
            #expect(isOurs)
        }
        // 2 was handed over before the revocation and is not delivered again yet.
        tracker.done(2, of: partition)
        tracker.done(1, of: partition)
        #expect(commit(&tracker) == nil)
        tracker.done(0, of: partition)
        #expect(commit(&tracker) == 2)
    }

    @Test func aRepeatedDeliveryHoldsBackTheCommitAgain() {
        var tracker = tracker(delivered: 0..<3)
        tracker.done(1, of: partition)
        let isOurs = tracker.delivered(1, of: partition)
        #expect(isOurs)
        #expect(tracker.outstanding == 3)
        tracker.done(0, of: partition)
        #expect(commit(&tracker) == 1)
        tracker.done(1, of: partition)
        #expect(commit(&tracker) == 2)
    }

    @Test func aLogThatBeginsAgainIsFollowed() {
        var tracker = tracker(delivered: 100..<103)
        for offset: Int64 in 100..<102 { tracker.done(offset, of: partition) }
        #expect(commit(&tracker) == 102)
        // The topic was recreated; 102 of the old one is still in somebody's hands.
        let isOurs = tracker.delivered(0, of: partition)
        #expect(isOurs)
        tracker.done(0, of: partition)
        #expect(commit(&tracker) == 1)
        tracker.done(102, of: partition)
        #expect(commit(&tracker) == 103)
    }

    @Test func aFailedCommitIsOfferedAgainUnlessALaterOneIsOnItsWay() {
        var tracker = tracker(delivered: 0..<3)
        tracker.done(0, of: partition)
        let first = tracker.takeCommits()
        #expect(first.map(\.offset) == [1])
        #expect(!tracker.hasCommits)
        tracker.commitFailed(first[0])
        #expect(commit(&tracker) == 1)
        tracker.done(1, of: partition)
        #expect(commit(&tracker) == 2)
        tracker.commitFailed(first[0])
        #expect(commit(&tracker) == nil)
    }

    @Test func partitionsAreIndependent() {
        let other = KafkaTopicPartition(topic: "t", partition: 1)
        var tracker = tracker(delivered: 0..<2)
        tracker.assign([other])
        let isOurs = tracker.delivered(7, of: other)
        #expect(isOurs)
        tracker.done(7, of: other)
        #expect(tracker.takeCommits() == [KafkaPosition(topic: "t", partition: 1, offset: 8)])
        tracker.revoke([other])
        tracker.done(0, of: partition)
        #expect(tracker.takeCommits() == [KafkaPosition(topic: "t", partition: 0, offset: 1)])
    }

    /// Random deliveries, marks, failures, repetitions and rebalances against a model that is a plain set.
    @Test(arguments: 0..<8)
    func noCommitEverPassesAMessageThatIsNotDone(_ round: Int) {
        let seed = UInt64(round) &* 7_919 &+ UInt64.random(in: 0..<1_000_000)
        var random = SeededGenerator(seed: seed)
        let partitions = (0..<3).map { KafkaTopicPartition(topic: "t\($0 % 2)", partition: Int32($0)) }
        var tracker = OffsetTracker()
        var open: [KafkaTopicPartition: Set<Int64>] = [:]
        var delivered: [KafkaTopicPartition: Int64] = [:]
        var taken: [KafkaPosition] = []
        for step in 0..<4_000 {
            let partition = partitions.randomElement(using: &random)!
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<2:
                tracker.revoke([partition])
                open[partition] = nil
            case 2..<6:
                guard open[partition] == nil else { break }
                tracker.assign([partition])
                open[partition] = []
                // Begins again somewhere at or below what it had reached.
                delivered[partition] = Int64.random(in: 0...(delivered[partition] ?? 50), using: &random)
            case 6..<50:
                let offset = (delivered[partition] ?? 0) + Int64.random(in: 1...3, using: &random)
                let isOurs = tracker.delivered(offset, of: partition)
                #expect(isOurs == (open[partition] != nil), "seed \(seed) \(step)")
                if open[partition] != nil {
                    open[partition]?.insert(offset)
                    delivered[partition] = offset
                }
            case 50..<52:
                guard let offset = delivered[partition], open[partition] != nil else { break }
                let again = max(0, offset - Int64.random(in: 0...5, using: &random))
                let isOurs = tracker.delivered(again, of: partition)
                #expect(isOurs, "seed \(seed) \(step)")
                open[partition]?.insert(again)
            case 52..<85:
                // An outstanding message, or any number (late, early, repeated marks).
                let offset =
                    open[partition]?.randomElement(using: &random) ?? Int64.random(in: 0..<4_000, using: &random)
                tracker.done(offset, of: partition)
                open[partition]?.remove(offset)
            case 85..<90:
                if let failed = taken.randomElement(using: &random) { tracker.commitFailed(failed) }
            default:
                for commit in tracker.takeCommits() {
                    taken.append(commit)
                    let holes = open[commit.topicPartition, default: []]
                    #expect(open[commit.topicPartition] != nil, "commit for a lost partition, seed \(seed) \(step)")
                    #expect(holes.allSatisfy { $0 >= commit.offset }, "\(commit) passes a hole, seed \(seed) \(step)")
                }
            }
            #expect(tracker.outstanding == open.values.reduce(0) { $0 + $1.count }, "seed \(seed) \(step)")
        }
        // Whatever happened, once everything is done everything is committed.
        for (partition, offsets) in open {
            for offset in offsets { tracker.done(offset, of: partition) }
        }
        #expect(tracker.outstanding == 0, "seed \(seed)")
        for commit in tracker.takeCommits() { taken.append(commit) }
        #expect(!tracker.hasCommits, "seed \(seed)")
    }
}
