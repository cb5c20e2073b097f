public import Basketball
public import Foundation
public import Logging
public import Postgres

/// One processor. Its file holds what it reads, what it writes and its formulas.
public protocol Processor: Sendable {
    /// The canonical name; the registry holds the rest.
    static var name: String { get }

    /// Does the work of one task: reads in ``Execution/snapshot(_:)``, computes, and returns what is to be written. It
    /// never writes by itself. Throw ``TaskError`` to say what kind of failure it is.
    func execute(_ execution: Execution) async throws -> Outcome
}

/// A processor that works on several tasks of one run at once, such as 50 players.
public protocol BatchProcessor: Processor {
    /// The most tasks of one call.
    static var batchSize: Int { get }

    /// Returns one outcome for each execution, in order. A throw fails all of them.
    func execute(batch: [Execution]) async throws -> [Outcome]
}

/// What an execution may use.
public struct Execution: Sendable {
    public var task: ClaimedTask
    public var definition: ProcessorDefinition
    public var registry: Registry
    public var pool: PostgresPool
    public var objects: any ObjectStore
    public var clock: PipelineClock
    public var logger: Logger
    let record: ExecutionRecord
    /// What the service has read of earlier days.
    let cache: DayCache
    /// Computes the whole date whatever is pending, to compare and not to write.
    package var isAudit = false
    /// The transaction that every snapshot is, for an execution that is to see what others before it have computed there.
    var shared: PostgresTransaction?

    package init(
        task: ClaimedTask,
        definition: ProcessorDefinition,
        registry: Registry,
        pool: PostgresPool,
        objects: any ObjectStore,
        clock: PipelineClock,
        logger: Logger,
        record: ExecutionRecord = ExecutionRecord(),
        cache: DayCache = DayCache()
    ) {
        self.record = record
        self.cache = cache
        self.task = task
        self.definition = definition
        self.registry = registry
        self.pool = pool
        self.objects = objects
        self.clock = clock
        self.logger = logger
    }

    public var gameDate: GameDate { task.gameDate }

    /// Reads from one consistent snapshot taken after the claim, so that of two overlapping runs the one that
    /// finishes last has read everything that the other wrote.
    public func snapshot<R: Sendable>(_ body: @Sendable (SnapshotReader) async throws -> R) async throws -> R {
        let start = ContinuousClock.now
        defer { record.hasRead(for: .now - start) }
        if let shared { return try await read(in: shared, body) }
        return try await pool.transaction(.repeatableRead, readOnly: true, plansByValue: true) { transaction in
            try await read(in: transaction, body)
        }
    }

    private func read<R: Sendable>(
        in transaction: PostgresTransaction,
        _ body: @Sendable (SnapshotReader) async throws -> R
    ) async throws -> R {
        let reader = SnapshotReader(
            transaction: transaction,
            processor: definition.name,
            gameDate: gameDate,
            cache: cache,
            looksAtAll: isAudit
        )
        if !isAudit, !definition.dependencies.isEmpty || definition.minimumRows != nil {
            // Nobody asks how old what is said about a day is that is over.
            let agesMatter = task.run.lane == .live && gameDate >= clock.leagueDay
            try await reader.check(definition, registry, agesMatter: agesMatter, into: record)
        }
        return try await body(reader)
    }
}

/// Reads of one execution.
public struct SnapshotReader: Sendable {
    public let transaction: PostgresTransaction
    let processor: String
    let gameDate: GameDate
    var cache = DayCache()
    var looksAtAll = false

    public func query(_ sql: SQL) async throws -> PostgresRows { try await transaction.query(sql) }

    /// The pending changes of this processor and date. Finishing successfully deletes exactly these.
    public func scope(of processor: String? = nil) async throws -> Scope {
        guard !looksAtAll else { return .whole }
        let rows = try await transaction.query(
            """
            SELECT kind, entity, marker_id FROM nba_orchestration.change_marker
            WHERE processor = \(processor ?? self.processor) AND game_date = \(gameDate.postgres)
            """
        )
        return try Scope(rows: rows)
    }

    /// The pending changes of named players, each on its own: a task for one player carries out no other's.
    public func scopes(ofPlayers players: Set<String>) async throws -> [String: Scope] {
        let rows = try await transaction.query(
            """
            SELECT kind, entity, marker_id FROM nba_orchestration.change_marker
            WHERE processor = \(processor) AND game_date = \(gameDate.postgres) AND kind = 'player'
                AND entity = ANY(\(players.sorted()))
            """
        )
        var scopes: [String: Scope] = [:]
        for row in rows {
            let player: String = try row.decode("entity")
            scopes[player, default: Scope()].players.insert(player)
            scopes[player, default: Scope()].markerIDs.append(try row.decode("marker_id"))
        }
        return scopes
    }
}

/// What a task has to look at: everything, or the changed entities.
public struct Scope: Sendable, Hashable {
    public var isFull = false
    public var players: Set<String> = []
    public var teams: Set<String> = []
    public var games: Set<String> = []
    var markerIDs: [Int64] = []

    /// Everything, and no marker that asks for it.
    static let whole: Scope = {
        var scope = Scope()
        scope.isFull = true
        return scope
    }()

    /// Nothing is pending.
    public var isEmpty: Bool { !isFull && players.isEmpty && teams.isEmpty && games.isEmpty }

    public init() {}

    init(rows: PostgresRows) throws {
        for row in rows {
            markerIDs.append(try row.decode("marker_id"))
            let kind: String = try row.decode("kind")
            let entity: String = try row.decode("entity")
            switch kind {
            case "full": isFull = true
            case "player": players.insert(entity)
            case "team": teams.insert(entity)
            case "game": games.insert(entity)
            default: throw UnknownStoredValue(column: "kind", value: kind)
            }
        }
    }

    /// Both scopes together.
    public func union(_ other: Scope) -> Scope {
        var both = self
        both.isFull = isFull || other.isFull
        both.players.formUnion(other.players)
        both.teams.formUnion(other.teams)
        both.games.formUnion(other.games)
        both.markerIDs += other.markerIDs
        return both
    }
}

/// How a task ended well.
public struct Outcome: Sendable {
    public var status: CompletionStatus
    /// The scope that was carried out; its markers go with the task.
    public var scope: Scope?
    public var writes: [TableWrite]
    public var entitiesInScope: Int
    public var entitiesProcessed: Int
    public var recordCount: Int
    public var recordsFailed: Int
    /// For `no_data`: the schedule agrees that there is nothing.
    public var isExpectedEmpty: Bool
    public var skipReason: String?
    public var missingDependencies: [String]
    /// Why the result is worth less than it could be, though the task ended well.
    package internal(set) var degradedReasons: [String] = []
    /// Whether everything in the scope was dealt with, so that its markers go: written, or put into quarantine.
    package var carriesOutScope: Bool { status == .success || status == .noData || isPartialByQuarantine }
    /// Whether nothing but rows in quarantine makes it partial.
    var isPartialByQuarantine = false
    /// Why the runtime kept rows back from the tables; nil when every row was written.
    var quarantine: TaskError?
    public var metadata: [String: JSONValue]
    /// For a scraper: the units that its payload names, to be added to the run while its phase is open.
    public var discovered: [DiscoveredUnit]
    /// For a coordinator: the tasks that it hands to the workers of its phase.
    public var requests: [WorkRequest]
    /// For a scraper: what the raw tasks of its unit get as input.
    public var rawInput: JSONValue?
    /// More statements of the finishing transaction, for rows that are no warehouse table (batches, documents).
    public var alsoWrite: (@Sendable (FinishTransaction) async throws -> Void)?

    public init(
        _ status: CompletionStatus,
        scope: Scope? = nil,
        writes: [TableWrite] = [],
        inScope: Int = 0,
        processed: Int = 0,
        recordCount: Int? = nil
    ) {
        self.status = status
        self.scope = scope
        self.writes = writes
        entitiesInScope = inScope
        entitiesProcessed = processed
        self.recordCount = recordCount ?? writes.reduce(0) { $0 + $1.rows.count }
        recordsFailed = 0
        isExpectedEmpty = false
        skipReason = nil
        missingDependencies = []
        metadata = [:]
        discovered = []
        requests = []
        rawInput = nil
        alsoWrite = nil
    }
}

/// A unit that a scraper found.
public struct DiscoveredUnit: Sendable, Hashable {
    public var scraper: String
    public var unit: String
    public var input: JSONValue?

    public init(scraper: String, unit: String, input: JSONValue? = nil) {
        self.scraper = scraper
        self.unit = unit
        self.input = input
    }
}

/// A group of tasks that a coordinator writes into its own run and phase, with the one message that starts them.
public struct WorkRequest: Sendable, Hashable {
    public struct Item: Sendable, Hashable {
        public var unit: String
        public var input: JSONValue?

        public init(unit: String, input: JSONValue? = nil) {
            self.unit = unit
            self.input = input
        }
    }

    /// The worker, a processor of the same phase.
    public var processor: String
    public var topic: Topic
    public var key: String
    public var items: [Item]

    public init(processor: String, topic: Topic, key: String, items: [Item]) {
        self.processor = processor
        self.topic = topic
        self.key = key
        self.items = items
    }
}

/// The transaction that ends a task, as far as a processor may use it. It has no way to publish: a completion event
/// is written by the runtime alone.
public struct FinishTransaction: Sendable {
    let transaction: PostgresTransaction
    let execution: ExecutionIdentity
    public let task: ClaimedTask
    public let registry: Registry

    public var executionID: UUID { execution.executionID }

    @discardableResult
    public func execute(_ sql: SQL) async throws -> Int { try await transaction.execute(sql) }

    public func query(_ sql: SQL) async throws -> PostgresRows { try await transaction.query(sql) }

    /// Leaves markers for readers; they take part in the transaction like any row.
    public func mark(_ markers: MarkerSet) async throws {
        let statements = markers.insertStatements(
            originDate: task.gameDate,
            runID: task.run.runID,
            isQuiet: task.run.isReplay
        )
        for statement in statements { try await transaction.execute(statement) }
    }
}

/// A failure with its kind.
public struct TaskError: Error, Sendable, CustomStringConvertible {
    public enum Kind: String, Sendable, Hashable {
        /// Will pass: the source is busy, a limit was reached. Tried again later, up to the cap.
        case transient
        /// Will not pass by waiting: a dead letter.
        case permanent
    }

    public var kind: Kind
    /// A stable name for grouping.
    public var type: String
    public var message: String
    /// The source's own wish for the next attempt.
    public var retryAfter: Duration?

    public init(_ kind: Kind, type: String, _ message: String, retryAfter: Duration? = nil) {
        self.kind = kind
        self.type = type
        self.message = message
        self.retryAfter = retryAfter
    }

    public var description: String { "\(type): \(message)" }
}
