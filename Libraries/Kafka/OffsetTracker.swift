/// Knows which delivered messages are done and how far each partition may be committed.
///
/// Pure: no clock, no I/O. The promise: a commit never passes a message that was handed over and is not done.
/// Gaps in the numbering (compaction, transaction markers) are not holes; only delivered messages count.
struct OffsetTracker: Sendable {
    private var partitions: [KafkaTopicPartition: Window] = [:]

    /// Begins with partitions that the group has assigned; nothing is known about their offsets yet.
    mutating func assign(_ assigned: some Sequence<KafkaTopicPartition>) {
        for partition in assigned { partitions[partition] = Window() }
    }

    /// Forgets partitions: later marks for them are ignored, and nothing is committed for them any more.
    mutating func revoke(_ revoked: some Sequence<KafkaTopicPartition>) {
        for partition in revoked { partitions[partition] = nil }
    }

    /// Forgets everything.
    mutating func revokeAll() { partitions.removeAll() }

    var assignment: [KafkaTopicPartition] { partitions.keys.sorted() }

    func isAssigned(_ partition: KafkaTopicPartition) -> Bool { partitions[partition] != nil }

    /// Records that a message is handed over. Returns false for a partition that is not ours: such a message
    /// belongs to an assignment that has ended and must not be handed over.
    mutating func delivered(_ offset: Int64, of partition: KafkaTopicPartition) -> Bool {
        partitions[partition]?.deliver(offset) != nil
    }

    /// Marks a message as done, in any order and any number of times. Marks of messages that are not outstanding
    /// (revoked, never delivered, already passed) change nothing.
    mutating func done(_ offset: Int64, of partition: KafkaTopicPartition) {
        partitions[partition]?.finish(offset)
    }

    /// Whether `takeCommits` would return something.
    var hasCommits: Bool { partitions.values.contains { $0.pendingCommit != nil } }

    /// The offsets to commit now (the next offset to read, as Kafka defines it), at most one a partition.
    mutating func takeCommits() -> [KafkaPosition] {
        var commits: [KafkaPosition] = []
        for key in partitions.keys {
            guard let offset = partitions[key]?.pendingCommit else { continue }
            partitions[key]?.requested = offset
            commits.append(KafkaPosition(topic: key.topic, partition: key.partition, offset: offset))
        }
        return commits
    }

    /// The broker has refused the commit: it becomes due again, unless a later one has been taken meanwhile.
    mutating func commitFailed(_ commit: KafkaPosition) {
        guard partitions[commit.topicPartition]?.requested == commit.offset else { return }
        partitions[commit.topicPartition]?.requested = nil
    }

    /// Messages that were handed over and are not done.
    var outstanding: Int { partitions.values.reduce(0) { $0 + $1.outstanding } }
}

extension OffsetTracker {
    /// The delivered, not yet passed messages of one partition, ordered by offset.
    private struct Window: Sendable {
        private struct Entry: Sendable {
            var offset: Int64
            var isDone: Bool
        }

        private var entries: [Entry] = []
        /// `entries[head...]` is the window; what lies before is passed and removed in bulk.
        private var head = 0
        /// Everything delivered below it is done. nil until the first delivery.
        private var floor: Int64?
        /// The first delivered offset is where the group already stands: committing it would change nothing.
        private var start: Int64?
        var requested: Int64?
        private(set) var outstanding = 0

        var pendingCommit: Int64? {
            guard let floor, floor != requested, floor != start || requested != nil else { return nil }
            return floor
        }

        mutating func deliver(_ offset: Int64) {
            if floor == nil {
                floor = offset
                start = offset
            }
            if let last = entries.last, head < entries.count, offset <= last.offset {
                insert(offset)
            } else {
                entries.append(Entry(offset: offset, isDone: false))
                outstanding += 1
            }
            // The log began again below what was passed (offset reset, recreated topic): the floor follows, and
            // the entries above stay, because their messages are still in somebody's hands.
            if let floor, offset < floor { self.floor = offset }
        }

        /// A delivery that does not append: a repetition, or one below what is in the window.
        private mutating func insert(_ offset: Int64) {
            let index = firstIndex(notBefore: offset)
            if index < entries.count, entries[index].offset == offset {
                // Delivered again: it counts only when the new copy (or the old one) is marked from now on.
                if entries[index].isDone {
                    entries[index].isDone = false
                    outstanding += 1
                }
            } else {
                entries.insert(Entry(offset: offset, isDone: false), at: index)
                outstanding += 1
            }
        }

        mutating func finish(_ offset: Int64) {
            let index = firstIndex(notBefore: offset)
            guard index < entries.count, entries[index].offset == offset, !entries[index].isDone else { return }
            entries[index].isDone = true
            outstanding -= 1
            guard index == head else { return }
            while head < entries.count, entries[head].isDone {
                floor = entries[head].offset + 1
                head += 1
            }
            if head == entries.count {
                entries.removeAll(keepingCapacity: entries.capacity <= 4_096)
                head = 0
            } else if head >= 1_024, head * 2 >= entries.count {
                entries.removeFirst(head)
                head = 0
            }
        }

        private func firstIndex(notBefore offset: Int64) -> Int {
            var low = head
            var high = entries.count
            while low < high {
                let middle = (low + high) / 2
                if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }
}
