import ArgumentParser
import Basketball
import Foundation
import Kafka
import Pipeline
import Upstream

/// Objects: list, print, take in.
struct ObjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "object",
        abstract: "Lists and prints objects, or takes a file in as if it had been scraped.",
        discussion: "Example: tipoff object ls predictions/",
        subcommands: [List.self, Print.self, Ingest.self, Reread.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Lists objects below a prefix.",
            discussion: "Needs TIPOFF_OBJECT_STORE only.\n\nExample: tipoff object ls predictions/ -n 20"
        )

        @Argument(help: "The beginning of the path.")
        var prefix = ""

        @Option(name: .shortAndLong, help: "At most this many.")
        var number = 1000

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard (1...100_000).contains(number) else { throw ValidationError("-n is a number from 1 to 100000") }
        }

        func run() async throws {
            try await Session.with([.objects]) { session in
                let found = try await session.configuration.makeObjects().list(prefix: prefix, limit: number)
                if format.json {
                    try session.output.json(
                        .array(
                            found.map { object in
                                [
                                    "path": .string(object.path.string), "bytes": .int(Int64(object.byteCount)),
                                    "sha256": .string(object.sha256),
                                    "modified_at": .string(Instant.text(object.modifiedAt)),
                                ]
                            }
                        )
                    )
                    return
                }
                var table = TextTable(["BYTES", "MODIFIED", "SHA256", "PATH"])
                for object in found {
                    table.add([
                        String(object.byteCount), EasternTime.precise(object.modifiedAt),
                        String(object.sha256.prefix(12)), object.path.string,
                    ])
                }
                session.output.lines(table.lines)
                if found.count == number { session.output.error("only the first \(number); more with -n") }
            }
        }
    }

    struct Print: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cat",
            abstract: "Prints an object; to a terminal with control characters escaped.",
            discussion:
                "Needs TIPOFF_OBJECT_STORE only. With --json: path, checksum and the payload, if it is JSON.\n\nExample: tipoff object cat tonight/all-players.json | jq ."
        )

        @Argument(help: "The object's path.")
        var path: String

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.objects]) { session in
                let place = try ObjectPath(validating: path)
                let bytes: [UInt8]
                do {
                    bytes = try await session.configuration.makeObjects().get(place, maximumBytes: 512 << 20)
                } catch let error as ObjectStoreError where error.code == .notFound {
                    throw CommandProblem.problem("there is no object \(place)", next: "tipoff object ls")
                }
                if format.json {
                    try session.output.json([
                        "path": .string(place.string), "sha256": .string(SHA256.hash(bytes).hex),
                        "bytes": .int(Int64(bytes.count)), "payload": try JSONValue(parsing: bytes),
                    ])
                } else if session.output.isTerminal {
                    session.output.line(SafeText.lines(String(decoding: bytes, as: UTF8.self)))
                } else {
                    session.output.bytes(bytes)
                }
            }
        }
    }

    struct Ingest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ingest",
            abstract: "Stores a file and runs the raw processors of a scraper on it.",
            discussion: """
                The file is stored byte for byte; a message on nba-phase1-scrapers-complete names it and opens a manual run.

                Example: tipoff object ingest schedule.json --scraper nbac_schedule_api --date 2024-01-15 --wait
                """
        )

        @Argument(help: "The file.", completion: .file())
        var file: String

        @Option(name: .long, help: "The scraper whose format the file has, see: tipoff registry --phase 1")
        var scraper: String

        @Option(name: .long, help: "today, tonight, yesterday or YYYY-MM-DD.")
        var date: DayArgument

        @Option(name: .long, help: "The game or event that the file is about, for scrapers that fetch one at a time.")
        var unit: String?

        @Option(
            name: .long,
            help: "When the source said this, ISO 8601 (default: now). Older than what is stored changes nothing."
        )
        var capturedAt: String?

        @OptionGroup var waiting: WaitOptions
        @OptionGroup var format: FormatOptions

        func validate() throws {
            if let capturedAt, Instant.parse(capturedAt) == nil {
                throw ValidationError("--captured-at is an ISO 8601 instant, for example 2024-01-15T17:00:00Z")
            }
        }

        func run() async throws {
            let definition = try ScrapeCommand.scraper(scraper, unit: unit)
            guard !Registry.standard.rawProcessors(of: definition.name).isEmpty else {
                throw CommandProblem.usage("no raw processor reads what \(definition.name) fetches")
            }
            let bytes = try Self.read(file)
            try await Session.with(waiting.wait ? [.database, .broker, .objects] : [.broker, .objects]) { session in
                let ingest = ObjectIngest(session: session)
                let date = date.resolved(session.clock)
                let captured = capturedAt.flatMap(Instant.parse) ?? session.clock.now
                let stored = try await ingest.store(bytes, name: file, scraper: definition.name, date: date)
                let envelope = ingest.envelope(
                    stored,
                    scraper: definition.name,
                    date: date,
                    unit: unit ?? UnitKind.wholeDate,
                    capturedAt: captured
                )
                try await ingest.publish(envelope)
                let runID = ingest.runID(of: envelope)
                if !format.json {
                    session.output.line(
                        "stored \(stored.path) (\(stored.byteCount) bytes), run \(runID.uuidString.lowercased())"
                    )
                } else if !waiting.wait {
                    try session.output.json([
                        "path": .string(stored.path.string), "sha256": .string(stored.sha256),
                        "bytes": .int(Int64(stored.byteCount)), "run_id": .string(runID.uuidString.lowercased()),
                        "message_id": .string(envelope.messageID.uuidString.lowercased()),
                        "correlation_id": .string(envelope.correlationID),
                    ])
                }
                if waiting.wait {
                    try await RunFollower(session: session, printsJSON: format.json)
                        .follow(runID, timeout: waiting.timeout ?? 300, isExpected: true)
                }
            }
        }

        private static func read(_ file: String) throws -> [UInt8] {
            do {
                return Array(try Data(contentsOf: URL(fileURLWithPath: file)))
            } catch {
                throw CommandProblem.usage("\(file) cannot be read: \(error.localizedDescription)")
            }
        }
    }
}

extension ObjectCommand {
    struct Reread: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reread",
            abstract: "Runs the raw processors again on a payload that is stored already.",
            discussion: """
                After a name was matched or a processor was corrected. The path says whose payload it is.

                Example: tipoff object reread odds-api/player-props/2024-01-15/…/20240115_200000-snap-2000.json --wait
                """
        )

        @Argument(help: "The object's path.")
        var path: String

        @OptionGroup var waiting: WaitOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            guard let key = PayloadKey(path: path) else {
                throw CommandProblem.usage("\(path) is not where a scraper stores a payload", next: "tipoff object ls")
            }
            guard !Registry.standard.rawProcessors(of: key.scraper).isEmpty else {
                throw CommandProblem.usage("no raw processor reads what \(key.scraper) fetches")
            }
            try await Session.with(waiting.wait ? [.database, .broker, .objects] : [.broker, .objects]) { session in
                guard let object = try await session.configuration.makeObjects().head(key.path) else {
                    throw CommandProblem.problem("there is no object \(path)", next: "tipoff object ls")
                }
                let ingest = ObjectIngest(session: session)
                let envelope = ingest.envelope(
                    object,
                    scraper: key.scraper,
                    // A payload about a season tells most about the day on which it was captured.
                    date: key.gameDate ?? LeagueClock.gameDate(of: key.capturedAt),
                    unit: key.unit,
                    capturedAt: key.capturedAt
                )
                try await ingest.publish(envelope)
                let runID = ingest.runID(of: envelope)
                if !format.json {
                    session.output.line("reading \(key.path) again, run \(runID.uuidString.lowercased())")
                } else if !waiting.wait {
                    try session.output.json([
                        "path": .string(key.path.string), "run_id": .string(runID.uuidString.lowercased()),
                        "message_id": .string(envelope.messageID.uuidString.lowercased()),
                    ])
                }
                if waiting.wait {
                    try await RunFollower(session: session, printsJSON: format.json)
                        .follow(runID, timeout: waiting.timeout ?? 300, isExpected: true)
                }
            }
        }
    }
}

/// Brings a file into the pipeline as the outcome of a scrape.
struct ObjectIngest: Sendable {
    let session: Session

    /// Stores the bytes under their own checksum, so that the same file twice is one object.
    func store(
        _ bytes: [UInt8],
        name: String,
        scraper: String,
        date: GameDate
    ) async throws -> ObjectMetadata {
        let digest = SHA256.hash(bytes).hex
        let ending = name.split(separator: ".").last.map(String.init) ?? ""
        let suffix = ending.wholeMatch(of: /[a-z0-9]{1,8}/) == nil || !name.contains(".") ? "" : ".\(ending)"
        let path = try ObjectPath(validating: "ingest/\(scraper)/\(date)/\(digest)\(suffix)")
        let objects = try session.configuration.makeObjects()
        if let existing = try await objects.head(path) { return existing }
        return try await objects.put(path, bytes: bytes)
    }

    /// The completion of a scrape that an operator made.
    func envelope(
        _ object: ObjectMetadata,
        scraper: String,
        date: GameDate,
        unit: String,
        capturedAt: Date
    ) -> Envelope {
        let messageID = UUID()
        let name = messageID.uuidString.lowercased()
        var envelope = Envelope(
            messageID: messageID,
            runID: nil,
            processorName: scraper,
            phase: .scrapers,
            executionID: name,
            correlationID: "ingest-\(name)",
            gameDate: date,
            status: .success,
            timestamp: session.clock.now,
            triggerSource: .manual,
            lane: .live
        )
        envelope.recordCount = 1
        envelope.metadata = [
            "object_path": .string(object.path.string), "sha256": .string(object.sha256),
            "captured_at": .string(Instant.text(capturedAt)), "unit": .string(unit),
            "ingested_by": .string(session.actor),
        ]
        return envelope
    }

    /// The run that the raw service opens for the message.
    func runID(of envelope: Envelope) -> UUID {
        UUID(deriving: "run/msg:\(envelope.messageID.uuidString.lowercased())")
    }

    /// Sends it; throws when the broker does not take it.
    func publish(_ envelope: Envelope) async throws {
        let message = OutboxMessage(topic: .phase1ScrapersComplete, envelope: envelope)
        try await session.withProducer { producer in
            let results = await producer.send([
                KafkaOutgoing(
                    topic: session.configuration.topicPrefix + message.topic.rawValue,
                    key: Array(message.key.utf8),
                    value: envelope.json.encoded,
                    headers: message.headers.sorted { $0.key < $1.key }.map {
                        KafkaHeader(name: $0.key, value: Array($0.value.utf8))
                    }
                )
            ])
            for result in results { _ = try result.get() }
        }
    }
}
