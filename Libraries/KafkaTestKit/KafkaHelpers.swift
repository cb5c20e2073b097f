public import Kafka

extension KafkaProducer {
    /// Produces a list and returns the positions; throws the first error.
    @discardableResult
    public func sendAll(_ messages: [KafkaOutgoing]) async throws -> [KafkaPosition] {
        try await send(messages).map { try $0.get() }
    }
}

extension KafkaConsumer {
    /// Consumes until `count` messages are there, or as many as came before the deadline. Marks nothing as done.
    public func collect(_ count: Int, within limit: Duration = .seconds(30)) async throws -> [KafkaIncoming] {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        var messages: [KafkaIncoming] = []
        while messages.count < count, clock.now < deadline {
            messages += try await nextBatch(
                maximum: count - messages.count,
                maxWait: max(.zero, clock.now.duration(to: deadline))
            )
        }
        return messages
    }

    /// Waits until the group has given this member its share; false if the deadline passed before. Reads `events`.
    public func waitUntilAssigned(within limit: Duration = .seconds(30)) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await event in self.events {
                    if case .assigned = event { return true }
                }
                return false
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }
}
