public import Pipeline

/// One of the three orchestrators: which phases it owns and what it listens to.
public struct OrchestratorDefinition: Sendable {
    /// The executable's name, such as `phase2-to-phase3`.
    public var name: String
    /// The phases whose end it decides together; their tasks are judged as one set.
    public var owns: [Phase]
    public var topics: [Topic]
    public var policy: BarrierPolicy
    /// Whether it also opens delta runs for markers that no run will see, and expires what phases 5 and 6 leave.
    public var opensDeltas: Bool
    /// Whether live deltas that end their last owned phase wait for siblings of their date, to go on as one run.
    public var joinsDeltas: Bool

    public init(
        name: String,
        owns: [Phase],
        topics: [Topic],
        policy: BarrierPolicy = .standard,
        opensDeltas: Bool = false,
        joinsDeltas: Bool = false
    ) {
        self.name = name
        self.owns = owns
        self.topics = topics
        self.policy = policy
        self.opensDeltas = opensDeltas
        self.joinsDeltas = joinsDeltas
    }

    /// The phase whose row is the barrier; an earlier owned phase ends with it.
    public var lastPhase: Phase { owns[owns.count - 1] }
}

extension OrchestratorDefinition {
    public static let phase2ToPhase3 = OrchestratorDefinition(
        name: "phase2-to-phase3",
        owns: [.scrapers, .raw],
        topics: [.phase2RawComplete],
        joinsDeltas: true
    )

    public static let phase3ToPhase4 = OrchestratorDefinition(
        name: "phase3-to-phase4",
        owns: [.analytics],
        topics: [.phase3AnalyticsComplete]
    )

    public static let phase4ToPhase5 = OrchestratorDefinition(
        name: "phase4-to-phase5",
        owns: [.precompute],
        topics: [.phase4ProcessorComplete],
        opensDeltas: true
    )
}
