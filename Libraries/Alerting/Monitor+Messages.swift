import Basketball
import Foundation
import Kafka
import Pipeline
import Postgres

extension Topic {
    /// The executable that reads the topic; nil for the last one, which readers outside may follow. As `topics.yaml` says;
    /// a test keeps the two equal.
    var consumer: String? {
        switch self {
        case .phase2RawComplete: "phase2-to-phase3"
        case .phase3AnalyticsComplete: "phase3-to-phase4"
        case .phase4ProcessorComplete: "phase4-to-phase5"
        default: startsPhase?.name
        }
    }
}

extension Monitor {
    /// Topics whose messages nobody reads: no member of the consumer's group has one of its partitions. A group that is
    /// just dividing its partitions has members without any, which is no finding.
    static let consumers = Monitor(name: "consumers") { context in
        guard let admin = context.admin else { return [] }
        let groups = try await admin.listGroups(timeout: .seconds(10))
        return try unread(groups, prefix: context.topicPrefix).map { consumer, topics in
            Finding(
                signature: serviceSignature(consumer),
                level: .error,
                title: "\(consumer) reads nothing: no live member of its consumer group",
                names: topics,
                next: context.alerts.restart(consumer)
            )
        }
    }

    /// The topics without a reader by the consumer that should be one.
    ///
    /// Group states are those of Kafka's protocol: a group that rebalances has members and, for the moment, no
    /// assignments; one without members is `Empty`, `Dead` or not listed at all.
    ///
    /// - Throws: the error of a group that could not be described: not known is not the same as not there.
    static func unread(_ groups: [KafkaGroup], prefix: String) throws -> [(consumer: String, topics: [String])] {
        let byName = Dictionary(groups.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        var missing: [String: [String]] = [:]
        for topic in Topic.allCases {
            guard let consumer = topic.consumer else { continue }
            let group = byName[prefix + consumer]
            if let error = group?.error { throw error }
            let isRebalancing = ["PreparingRebalance", "CompletingRebalance"].contains(group?.state ?? "")
            let members = group?.members ?? []
            if isRebalancing, !members.isEmpty { continue }
            let isRead = members.contains { member in
                member.assignment.contains { $0.topic == prefix + topic.rawValue }
            }
            if !isRead { missing[consumer, default: []].append(topic.rawValue) }
        }
        return missing.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
    }

    /// Messages that were committed and that the broker has not got. Their producer stands still, or the broker does.
    static let outboxAge = Monitor(name: "outbox_age") { context in
        let rows = try await context.pool.query(
            """
            SELECT producer, count(*) AS messages, min(created_at) AS since,
                   array_agg(DISTINCT topic ORDER BY topic) AS topics
            FROM nba_orchestration.outbox
            WHERE state = 'pending' AND created_at < now() - \(context.settings.outboxAge / .seconds(1)) * interval '1 second'
            GROUP BY producer ORDER BY producer
            """
        )
        return try rows.map { row in
            let producer: String = try row.decode("producer")
            let number: Int64 = try row.decode("messages")
            return Finding(
                signature: serviceSignature(producer),
                level: .error,
                title: "\(producer) has not sent \(number) \(number == 1 ? "message" : "messages")",
                since: try row.decode("since"),
                names: try row.decode("topics"),
                next: context.alerts.restart(producer)
            )
        }
    }

    /// Changes that wait although no run will carry them on: those that want a run and get none, and those of Phases 3 and
    /// 4 that a finished live run of yesterday or today has left. What no run of the date has reached yet waits for its
    /// first one, and a past date gets only what is worth doing for it.
    static let markerAge = Monitor(name: "marker_age") { context in
        let today = LeagueClock.gameDate(of: context.now)
        let ofTheDay = Registry.standard.processors.filter { !$0.reachesPastDates }.map(\.name)
        let rows = try await context.pool.query(
            """
            SELECT m.game_date, min(m.marked_at) AS since, count(*) AS markers,
                   array_agg(DISTINCT m.processor ORDER BY m.processor) AS processors
            FROM nba_orchestration.change_marker AS m
            WHERE m.marked_at < now() - \(context.settings.markerAge / .seconds(1)) * interval '1 second'
                AND (m.wants_run AND m.phase >= 3
                     AND (m.game_date >= \(today.postgres) OR m.processor <> ALL(\(ofTheDay)))
                     AND EXISTS (SELECT 1 FROM nba_orchestration.run AS r
                                 WHERE r.game_date = m.game_date AND r.until_phase >= m.phase AND r.state <> 'open')
                     OR m.phase IN (3, 4)
                        AND m.game_date BETWEEN \(today.adding(days: -1).postgres) AND \(today.postgres)
                        AND EXISTS (SELECT 1 FROM nba_orchestration.run AS r
                                    WHERE r.game_date = m.game_date AND r.lane = 'live' AND r.state = 'complete'
                                        AND r.until_phase >= m.phase AND r.finished_at > m.marked_at))
                AND NOT EXISTS (SELECT 1 FROM nba_orchestration.run AS r
                                WHERE r.game_date = m.game_date AND r.state = 'open')
            GROUP BY m.game_date ORDER BY m.game_date LIMIT 20
            """
        )
        return try rows.map { row in
            let date = try row.gameDate("game_date")
            let number: Int64 = try row.decode("markers")
            return Finding(
                signature: "watch:markers:\(date)",
                level: .warning,
                title: "\(number) \(number == 1 ? "change" : "changes") of \(date) wait and no run carries them on",
                since: try row.decode("since"),
                names: try row.decode("processors"),
                next: "tipoff run open --kind full --date \(date) --wait",
                gameDate: date
            )
        }
    }

    /// Dead letters that no alert of their arrival stands for, such as tasks that have failed for good.
    static let deadLetters = Monitor(name: "dead_letters") { context in
        let rows = try await context.pool.query(
            """
            SELECT COALESCE(d.processor, d.topic) AS name, count(*) AS letters, min(d.first_seen_at) AS since,
                   max(d.game_date) AS game_date
            FROM nba_orchestration.dead_letter AS d
            WHERE d.state = 'new' AND NOT EXISTS (
                SELECT 1 FROM nba_orchestration.alert AS a
                WHERE a.signature = 'dead_letter:' || d.topic || ':' || d.reason AND a.resolved_at IS NULL)
            GROUP BY 1 ORDER BY 1
            """
        )
        guard !rows.isEmpty else { return [] }
        let number = try rows.reduce(0) { $0 + Int(try $1.decode("letters", as: Int64.self)) }
        return [
            Finding(
                signature: "watch:dead_letters",
                level: .error,
                title: "\(number) dead \(number == 1 ? "letter waits" : "letters wait") for a decision",
                since: try rows.map { try $0.decode("since", as: Date.self) }.min(),
                names: try rows.map { row in
                    let letters: Int64 = try row.decode("letters")
                    let name: String = try row.decode("name")
                    return letters == 1 ? name : "\(name) (\(letters))"
                },
                next: "tipoff dlq ls",
                gameDate: try rows.compactMap { try $0.optionalGameDate("game_date") }.max(),
                size: number
            )
        ]
    }
}
