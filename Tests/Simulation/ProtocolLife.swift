import Basketball
import Foundation
import Kafka
import Postgres

@testable import Barrier
@testable import Pipeline

/// One seeded life of the whole work protocol: the production code and its SQL on a virtual clock, with a scheduler
/// that picks the next step at random and may stop anything between two steps.
final class ProtocolLife {
    let database: SimulatedDatabase
    let broker = SimulatedBroker()
    let sources: Sources
    let dates: [GameDate]
    let services: [ServiceNode]
    let orchestrators: [OrchestratorNode]
    var random: SeededGenerator
    var hostility: Hostility
    private let seed: UInt64

    var wakes: [Wake] = []
    var flights: [Flight] = []
    private var lastID = 0
    private(set) var openedRuns = 0
    var openedDeltas = 0
    /// Executions that finished after they had lost their lease.
    var fenced: Set<UUID> = []
    /// The newest capture that each raw unit has taken over.
    var taken: [RawUnit: Capture] = [:]
    /// How often each thing happened.
    var tally: [String: Int] = [:]

    struct RawUnit: Hashable {
        var date: GameDate
        var unit: String
    }

    init(seed: UInt64, _ database: SimulatedDatabase) throws {
        self.seed = seed
        self.database = database
        random = SeededGenerator(seed: seed)
        let world = try UpstreamWorld(random: &random)
        dates = world.dates
        sources = Sources(world)
        hostility = Hostility(random: &random)
        let broker = broker
        services = [Phase.scrapers, .raw, .analytics, .precompute].map { ServiceNode($0, database, broker) }
        orchestrators = [.phase2ToPhase3, .phase3ToPhase4, .phase4ToPhase5]
            .map { OrchestratorNode($0, database, broker) }
    }

    var pool: PostgresPool { database.pool }

    /// Lives, then lets everything come to rest, and checks what must hold. Throws the first broken promise.
    func run() async throws {
        try await database.reset()
        try await openRun(.full)
        let steps = Int.random(in: 20...60, using: &random)
        for _ in 0..<steps { try await step() }
        hostility = .peace
        broker.isDown = false
        try await drain()
        try await checkProtocol()
        try await checkMarkersAreExplained()
        try await countJoined()
        try await repair()
        try await checkTables()
    }

    func nextID() -> Int {
        lastID += 1
        return lastID
    }

    func count(_ event: String) { tally[event, default: 0] += 1 }

    func openRun(_ kind: RunKind? = nil) async throws {
        guard openedRuns < 3, let date = dates.randomElement(using: &random) else { return }
        openedRuns += 1
        let kinds: [RunKind] = [.full, .postgame, .postgame, .pregame, .delta]
        let kind = kind ?? kinds.randomElement(using: &random) ?? .full
        let untils: [Phase] = [.precompute, .precompute, .precompute, .publishing, .analytics]
        let until = untils.randomElement(using: &random) ?? .precompute
        // Sources that change together: a poll of each.
        let polls = kind == .delta ? ["sim_odds", "sim_schedule"] : [nil]
        for poll in polls { try await open(kind, date, until: until, poll: poll) }
    }

    private func open(_ kind: RunKind, _ date: GameDate, until: Phase, poll scraper: String?) async throws {
        let request = RunRequest(
            kind: kind,
            gameDate: date,
            untilPhase: until,
            planKey: "simulation:\(seed):\(openedRuns)\(scraper.map { ":\($0)" } ?? "")",
            openedBy: "planner"
        )
        let opener = RunOpener(
            registry: SimulatedLeague.registry,
            role: Phase.scrapers.name,
            phaseDeadline: LifeSettings.phaseDeadline
        )
        let now = database.clock.now
        let result = try await pool.transaction { transaction in
            try await opener.open(
                request,
                only: scraper.map { [($0, UnitKind.wholeDate, nil)] },
                now: now,
                in: transaction
            )
        }
        if !random.chance(hostility.crash) { await services[0].relay.sendNow(result.messages) }
    }
}
