public import Kafka
public import Logging

/// Topics under a prefix that nobody else uses, on the broker that tests run against.
public struct TestTopics: Sendable {
    public let broker: TestBroker
    public let prefix: String
    /// The topics as the broker knows them, with the prefix.
    public let names: [String]

    /// Chooses names; `names` are without the prefix. Creates nothing.
    public init(reserving names: [String]) throws {
        broker = try TestBroker.shared()
        let prefix = broker.unique("t") + "."
        self.prefix = prefix
        self.names = names.map { prefix + $0 }
    }

    /// Chooses names and creates the topics.
    public init(_ names: [String], partitions: Int = 1, logger: Logger = .quiet) async throws {
        try self.init(reserving: names)
        try await broker.createTopics(self.names, partitions: partitions, logger: logger)
    }

    /// Deletes the topics of a given broker; the mock's end with the process.
    public func remove(logger: Logger = .quiet) async throws {
        try await broker.deleteTopics(names, logger: logger)
    }
}
