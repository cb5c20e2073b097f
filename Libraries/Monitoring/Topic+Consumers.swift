public import Pipeline

extension Topic {
    /// The services that read it, each as a group of its own name; `topics.yaml` says the same.
    public var consumers: [String] {
        switch self {
        case .phase1Trigger: [Phase.scrapers.name]
        case .phase1ScrapersComplete: [Phase.raw.name]
        case .phase2RawComplete: ["phase2-to-phase3"]
        case .phase3Trigger: [Phase.analytics.name]
        case .phase3AnalyticsComplete: ["phase3-to-phase4"]
        case .phase4Trigger: [Phase.precompute.name]
        case .phase4ProcessorComplete: ["phase4-to-phase5"]
        case .phase4PrecomputeComplete, .phase5PredictionRequest: [Phase.predictions.name]
        case .phase5PredictionsComplete: [Phase.publishing.name]
        // For readers outside.
        case .phase6PublishingComplete: []
        }
    }
}
