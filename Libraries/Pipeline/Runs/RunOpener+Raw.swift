public import Foundation
public import Postgres

extension RunOpener {
    /// Opens a run that begins with Phase 2: the payload lies in the object store already, the raw tasks run.
    ///
    /// - Parameters:
    ///   - input: what the scrape hands over, `object_path` and `status` among it.
    ///   - announcement: the scraper's message; by default one is made from the input.
    public func openRaw(
        _ request: RunRequest,
        scraper: ProcessorDefinition,
        processors: [ProcessorDefinition],
        unit: String,
        input: [String: JSONValue],
        announcement: Envelope? = nil,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> Result {
        let (run, isNew) = try await insertRun(request, in: transaction)
        guard isNew else { return Result(run: run, isNew: false, messages: []) }
        try await insertPhases(of: run, first: .raw, open: [.raw], in: transaction)
        try await transaction.execute(
            TaskStatements.insert(
                processors.map { TaskSeed(definition: $0, unit: unit, input: .dictionary(input)) },
                run: run
            )
        )
        var envelope =
            announcement
            ?? Envelope(
                run: run,
                from: scraper.name,
                completed: .scrapers,
                source: request.triggerSource,
                at: now
            )
        if announcement == nil { envelope.metadata = input }
        envelope.runID = run.runID
        envelope.processorName = scraper.name
        envelope.metadata["unit"] = .string(unit)
        let message = OutboxMessage(
            topic: .phase1ScrapersComplete,
            envelope: envelope,
            starts: .init(phase: .raw, unit: unit)
        )
        try await transaction.execute(message.insertStatement(producer: role))
        return Result(run: run, isNew: true, messages: [message])
    }

    /// A payload that lies in the object store, and who reads it.
    public struct StoredPayload: Sendable, Hashable {
        public var scraper: ProcessorDefinition
        public var processors: [ProcessorDefinition]
        public var unit: String
        /// `object_path`, `status`, `captured_at` and, where it is known, `sha256`.
        public var input: [String: JSONValue]

        public init(
            scraper: ProcessorDefinition,
            processors: [ProcessorDefinition],
            unit: String,
            input: [String: JSONValue]
        ) {
            self.scraper = scraper
            self.processors = processors
            self.unit = unit
            self.input = input
        }
    }

    /// Opens a run that begins with Phase 2 on many stored payloads. No processor may read two of them for one unit: a run
    /// has one task for it.
    public func openRaw(
        _ request: RunRequest,
        payloads: [StoredPayload],
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> Result {
        let (run, isNew) = try await insertRun(request, in: transaction)
        guard isNew else { return Result(run: run, isNew: false, messages: []) }
        try await insertPhases(of: run, first: .raw, open: [.raw], in: transaction)
        let seeds = payloads.flatMap { payload in
            payload.processors.map {
                TaskSeed(definition: $0, unit: payload.unit, input: .dictionary(payload.input))
            }
        }
        try await transaction.execute(TaskStatements.insert(seeds, run: run))
        let messages = payloads.map { payload in
            var envelope = Envelope(
                run: run,
                from: payload.scraper.name,
                completed: .scrapers,
                source: request.triggerSource,
                at: now
            )
            envelope.metadata = payload.input
            envelope.metadata["unit"] = .string(payload.unit)
            return OutboxMessage(
                topic: .phase1ScrapersComplete,
                envelope: envelope,
                starts: .init(phase: .raw, unit: payload.unit)
            )
        }
        try await transaction.execute(OutboxMessage.insertStatement(messages, producer: role))
        return Result(run: run, isNew: true, messages: messages)
    }
}
