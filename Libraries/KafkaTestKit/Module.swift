// KafkaTestKit
