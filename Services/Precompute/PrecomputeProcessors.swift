public import Pipeline

/// The processors of Phase 4.
public enum PrecomputeProcessors {
    public static let all: [any Processor] = [
        TeamDefenseZoneAnalysisProcessor(), PlayerShotZoneAnalysisProcessor(), PlayerCompositeFactorsProcessor(),
        PlayerDailyCacheProcessor(), MLFeatureStoreProcessor(),
    ]
}
