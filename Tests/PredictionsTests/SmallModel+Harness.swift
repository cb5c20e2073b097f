import PipelineTestKit

@testable import Pipeline

extension SmallModel {
    /// Stores the artefact and enters it where a test's phase looks for models.
    static func register(
        _ id: String,
        through: String,
        holds: Bool = true,
        promoted: Bool = false,
        _ harness: PhaseHarness
    ) async throws {
        try await register(
            id,
            through: through,
            holds: holds,
            promoted: promoted,
            objects: harness.context.objects,
            pool: harness.pool
        )
    }
}
