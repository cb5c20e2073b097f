import ArgumentParser
import Foundation
import KafkaTestKit
import Yams

/// The part of topics.yaml that a broker needs.
struct TopicList: Decodable {
    struct Defaults: Decodable {
        var partitions: Int?
        var deadLetterSuffix: String?

        enum CodingKeys: String, CodingKey {
            case partitions
            case deadLetterSuffix = "dead_letter_suffix"
        }
    }

    struct Topic: Decodable {
        var name: String
        var partitions: Int?
    }

    var version: Int
    var defaults: Defaults?
    var topics: [Topic]

    init(path: String) throws {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw ValidationError("cannot read the list of topics \(path): \(error.localizedDescription)")
        }
        do {
            self = try YAMLDecoder().decode(TopicList.self, from: text)
        } catch {
            throw ValidationError("\(path) is not a list of topics: \(error)")
        }
        guard version == 1 else {
            throw ValidationError("\(path) has version \(version); this devbroker reads version 1")
        }
        guard !topics.isEmpty else { throw ValidationError("\(path) names no topics") }
    }

    /// Each topic and its dead-letter topic. One partition is enough for dead letters on a development machine.
    func brokerTopics(prefix: String, partitions override: Int?) throws -> [MockCluster.Topic] {
        let suffix = defaults?.deadLetterSuffix ?? "-dlq"
        var seen: Set<String> = []
        return try topics.flatMap { topic in
            let partitions = override ?? topic.partitions ?? defaults?.partitions ?? 6
            guard partitions > 0 else { throw ValidationError("topic \(topic.name) has \(partitions) partitions") }
            let names = [prefix + topic.name, prefix + topic.name + suffix]
            for name in names {
                guard Self.isValid(name) else { throw ValidationError("\(name) is not a valid topic name") }
                guard seen.insert(name).inserted else { throw ValidationError("topic \(name) is listed twice") }
            }
            return [MockCluster.Topic(names[0], partitions: partitions), MockCluster.Topic(names[1], partitions: 1)]
        }
    }

    /// Kafka's own rule for topic names.
    static func isValid(_ name: String) -> Bool {
        (1...249).contains(name.utf8.count) && name != "." && name != ".."
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
