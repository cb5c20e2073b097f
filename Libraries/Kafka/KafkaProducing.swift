/// What takes messages to a broker: a ``KafkaProducer``, or the simulated broker of a test.
public protocol KafkaProducing: Sendable {
    /// Produces the batch and waits until each message has an outcome; result i belongs to message i.
    func send(_ batch: [KafkaOutgoing]) async -> [Result<KafkaPosition, KafkaError>]
}

extension KafkaProducer: KafkaProducing {}
