public import Models
public import Pipeline
import Synchronization

/// Loads the artefacts of registered models and keeps the last ones. A model that is not exactly what the registry and its own
/// golden rows say is refused: nothing stands in for it.
public final class ServedModels: Sendable {
    /// The one that serves, and those of two seasons while a backfill passes from one to the next.
    private static let kept = 3

    /// The one last used at the end.
    private let loaded = Mutex<[(sha256: String, predictor: PointsPredictor)]>([])

    public init() {}

    /// What predicts with a model; without one, the rules alone.
    ///
    /// - Throws: ``ServedModelError`` for a model that is refused, `ObjectStoreError` when the store cannot be asked.
    public func predictor(_ model: RegisteredModel?, from objects: any ObjectStore) async throws -> PointsPredictor {
        guard let model else { return PointsPredictor(models: nil) }
        if let known = known(model.sha256) { return known }
        let bytes: [UInt8]
        do { bytes = try await objects.get(model.path, maximumBytes: model.byteCount) } catch {
            switch error.code {
            case .notFound, .tooLarge, .corrupt: throw ServedModelError(model.modelID, "\(error)")
            default: throw error
            }
        }
        let hash = SHA256.hash(bytes).hex
        guard hash == model.sha256 else {
            throw ServedModelError(model.modelID, "its hash is \(hash) and was registered as \(model.sha256)")
        }
        let predictor: PointsPredictor
        do { predictor = PointsPredictor(models: try ModelArtefact(decoding: bytes).models) } catch {
            throw ServedModelError(model.modelID, "\(error)")
        }
        loaded.withLock { loaded in
            loaded.removeAll { $0.sha256 == model.sha256 }
            loaded.append((model.sha256, predictor))
            if loaded.count > Self.kept { loaded.removeFirst() }
        }
        return predictor
    }

    private func known(_ sha256: String) -> PointsPredictor? {
        loaded.withLock { loaded in
            guard let place = loaded.firstIndex(where: { $0.sha256 == sha256 }) else { return nil }
            let found = loaded.remove(at: place)
            loaded.append(found)
            return found.predictor
        }
    }
}

/// Why a model does not serve.
public struct ServedModelError: Error, Sendable, Hashable, CustomStringConvertible {
    public var modelID: String
    public var cause: String

    init(_ modelID: String, _ cause: String) {
        self.modelID = modelID
        self.cause = cause
    }

    public var description: String { "model \(modelID) is refused: \(cause)" }
}
