import Foundation
import Kafka
import Testing

@testable import Pipeline

@Suite struct WorkMetricsTests {
    @Test func messagesAreCountedByTopicAndOutcome() {
        let registry = MetricsRegistry()
        let metrics = WorkMetrics(registry)
        metrics.taken(["nba-phase1-trigger", "nba-phase1-trigger"], rejected: ["nba-phase1-trigger"])
        metrics.sent("nba-phase2-raw-complete", accepted: false)
        metrics.resent(3)
        let text = registry.render()
        #expect(text.contains(#"tipoff_messages_read_total{topic="nba-phase1-trigger"} 2"#))
        #expect(text.contains(#"tipoff_messages_rejected_total{topic="nba-phase1-trigger"} 1"#))
        #expect(
            text.contains(#"tipoff_messages_produced_total{topic="nba-phase2-raw-complete",result="refused"} 1"#)
        )
        #expect(text.contains("tipoff_messages_resent_total 3"))
    }

    @Test func theLatestStatisticsOfEachClientAreShown() throws {
        let registry = MetricsRegistry()
        let metrics = KafkaMetrics(registry)
        let statistics = try KafkaStatistics(
            json: Array(
                """
                {"name": "c", "client_id": "c", "msg_cnt": 7, "topics": {"t": {"topic": "t", "partitions": {
                    "2": {"partition": 2, "consumer_lag": 5}, "3": {"partition": 3, "consumer_lag": -1}}}}}
                """.utf8
            )
        )
        metrics.handler("consumer").handle(statistics)
        let text = registry.render()
        #expect(text.contains(#"tipoff_kafka_consumer_lag_messages{topic="t",partition="2"} 5"#))
        #expect(!text.contains(#"partition="3""#))
        #expect(text.contains(#"tipoff_kafka_queued_messages{client="consumer"} 7"#))
    }
}
