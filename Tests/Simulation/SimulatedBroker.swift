import Kafka
import Pipeline
import Synchronization

/// A broker in memory. It keeps no order, gives messages again, refuses them for a while, and forgets everything.
final class SimulatedBroker: KafkaProducing {
    private struct State {
        var messages: [KafkaIncoming] = []
        var nextOffset: Int64 = 0
        var isDown = false
        var withoutCorrelation: [String] = []
    }

    private let state = Mutex(State())

    func send(_ batch: [KafkaOutgoing]) async -> [Result<KafkaPosition, KafkaError>] {
        state.withLock { state in
            batch.map { message -> Result<KafkaPosition, KafkaError> in
                guard !state.isDown else { return .failure(KafkaError(.transport, reason: "the broker is down")) }
                let incoming = KafkaIncoming(
                    topic: message.topic,
                    partition: 0,
                    offset: state.nextOffset,
                    timestampMilliseconds: 0,
                    key: message.key,
                    value: message.value,
                    headers: message.headers
                )
                state.nextOffset += 1
                if incoming.header("correlation_id")?.isEmpty ?? true { state.withoutCorrelation.append(message.topic) }
                state.messages.append(incoming)
                return .success(incoming.position)
            }
        }
    }

    var count: Int { state.withLock { $0.messages.count } }
    /// Topics of messages that came without a correlation id.
    var withoutCorrelation: [String] { state.withLock { $0.withoutCorrelation } }

    var isDown: Bool {
        get { state.withLock { $0.isDown } }
        set { state.withLock { $0.isDown = newValue } }
    }

    func wipe() { state.withLock { $0.messages = [] } }

    /// Takes up to `limit` messages of the topic of a message chosen at random.
    func take(limit: Int, _ random: inout SeededGenerator) -> [KafkaIncoming] {
        state.withLock { state in
            guard !state.isDown, let chosen = state.messages.randomElement(using: &random) else { return [] }
            var taken: [KafkaIncoming] = []
            for index in state.messages.indices.shuffled(using: &random)
            where state.messages[index].topic == chosen.topic && taken.count < limit {
                taken.append(state.messages[index])
            }
            let offsets = Set(taken.map(\.offset))
            state.messages.removeAll { offsets.contains($0.offset) }
            return taken
        }
    }

    /// Messages whose offset was not committed come again.
    func giveBack(_ messages: [KafkaIncoming]) { state.withLock { $0.messages += messages } }
}
