import Foundation
import Yams

/// `topics.yaml`, typed: the only list of topics with their partitions, producers and consumers.
public struct TopicsFile: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        /// Without the configured prefix.
        public var name: String
        /// The envelope's field that is the message key.
        public var key: String
        public var partitions: Int
        public var retentionHours: Int
        /// Executables.
        public var producers: [String]
        /// Executables.
        public var consumers: [String]
        public var description: String
    }

    public var entries: [Entry]
    public var deadLetterSuffix: String

    /// Every topic that must exist, dead-letter topics included, in the file's order.
    public var allTopics: [Entry] {
        entries.flatMap { entry in
            var deadLetters = entry
            deadLetters.name += deadLetterSuffix
            // Copies for people: few, and read by nothing that must keep up.
            deadLetters.partitions = 1
            deadLetters.producers = entry.consumers
            deadLetters.consumers = []
            deadLetters.description = "Copies of rejected messages of \(entry.name)."
            return [entry, deadLetters]
        }
    }

    /// Reads a file. Throws ``TopicsFileError``.
    public init(path: String) throws(TopicsFileError) {
        let text: String
        do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw TopicsFileError(description: "\(path) cannot be read: \(error.localizedDescription)")
        }
        try self.init(parsing: text)
    }

    /// Reads the file's text. Throws ``TopicsFileError`` for missing fields, impossible values and names that occur twice.
    public init(parsing text: String) throws(TopicsFileError) {
        let raw: RawFile
        do { raw = try YAMLDecoder().decode(RawFile.self, from: text) } catch {
            throw TopicsFileError(description: "the list of topics is not readable: \(error)")
        }
        guard raw.version == 1 else {
            throw TopicsFileError(description: "version \(raw.version) of the list of topics is not known; expected 1")
        }
        deadLetterSuffix = raw.defaults.deadLetterSuffix
        entries = raw.topics.map { topic in
            Entry(
                name: topic.name,
                key: topic.key,
                partitions: topic.partitions ?? raw.defaults.partitions,
                retentionHours: topic.retentionHours ?? raw.defaults.retentionHours,
                producers: topic.producers,
                consumers: topic.consumers,
                description: topic.description
            )
        }
        guard !entries.isEmpty else { throw TopicsFileError(description: "the list of topics is empty") }
        var seen: Set<String> = []
        for entry in entries {
            guard entry.name.wholeMatch(of: /[a-z0-9][a-z0-9.\-]{0,199}/) != nil else {
                throw TopicsFileError(description: "\(entry.name) is not a topic name")
            }
            guard seen.insert(entry.name).inserted else {
                throw TopicsFileError(description: "topic \(entry.name) stands twice in the list")
            }
            guard (1...1000).contains(entry.partitions), (1...87_600).contains(entry.retentionHours) else {
                throw TopicsFileError(
                    description: "topic \(entry.name): partitions 1 … 1000, retention_hours 1 … 87600"
                )
            }
        }
    }

    public func entry(_ topic: Topic) -> Entry? { entries.first { $0.name == topic.rawValue } }

    private struct RawFile: Decodable {
        var version: Int
        var defaults: Defaults
        var topics: [RawTopic]
    }

    private struct Defaults: Decodable {
        var partitions: Int
        var retentionHours: Int
        var deadLetterSuffix: String

        enum CodingKeys: String, CodingKey {
            case partitions
            case retentionHours = "retention_hours"
            case deadLetterSuffix = "dead_letter_suffix"
        }
    }

    private struct RawTopic: Decodable {
        var name: String
        var key: String
        var partitions: Int?
        var retentionHours: Int?
        var producers: [String]
        var consumers: [String]
        var description: String

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, key, partitions, producers, consumers, description
            case retentionHours = "retention_hours"
        }
    }
}

/// Why a list of topics cannot be used.
public struct TopicsFileError: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String
}
