/// The topics of the pipeline. `topics.yaml` lists the same names; a test keeps the two equal.
public enum Topic: String, Sendable, Hashable, CaseIterable {
    case phase1Trigger = "nba-phase1-trigger"
    case phase1ScrapersComplete = "nba-phase1-scrapers-complete"
    case phase2RawComplete = "nba-phase2-raw-complete"
    case phase3Trigger = "nba-phase3-trigger"
    case phase3AnalyticsComplete = "nba-phase3-analytics-complete"
    case phase4Trigger = "nba-phase4-trigger"
    case phase4ProcessorComplete = "nba-phase4-processor-complete"
    case phase4PrecomputeComplete = "nba-phase4-precompute-complete"
    case phase5PredictionRequest = "nba-phase5-prediction-request"
    case phase5PredictionsComplete = "nba-phase5-predictions-complete"
    case phase6PublishingComplete = "nba-phase6-publishing-complete"

    /// The topic that receives copies of this topic's dead letters.
    public var deadLetterName: String { rawValue + "-dlq" }

    /// The phase whose tasks a message on this topic starts; nil when it only reports a completion.
    public var startsPhase: Phase? {
        switch self {
        case .phase1Trigger: .scrapers
        case .phase1ScrapersComplete: .raw
        case .phase3Trigger: .analytics
        case .phase4Trigger: .precompute
        case .phase4PrecomputeComplete, .phase5PredictionRequest: .predictions
        case .phase5PredictionsComplete: .publishing
        case .phase2RawComplete, .phase3AnalyticsComplete, .phase4ProcessorComplete, .phase6PublishingComplete: nil
        }
    }

    /// The topic on which a task of a phase reports that it is done; nil where the phase's end is one message
    /// (a prediction task reports through its batch).
    public static func completion(of phase: Phase) -> Topic? {
        switch phase {
        case .scrapers: .phase1ScrapersComplete
        case .raw: .phase2RawComplete
        case .analytics: .phase3AnalyticsComplete
        case .precompute: .phase4ProcessorComplete
        case .predictions: nil
        case .publishing: .phase6PublishingComplete
        }
    }

    /// The topic whose message opens a phase.
    public static func trigger(of phase: Phase) -> Topic {
        switch phase {
        case .scrapers: .phase1Trigger
        case .raw: .phase1ScrapersComplete
        case .analytics: .phase3Trigger
        case .precompute: .phase4Trigger
        case .predictions: .phase4PrecomputeComplete
        case .publishing: .phase5PredictionsComplete
        }
    }
}
