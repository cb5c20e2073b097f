import Foundation
import Synchronization

/// The executions that this process is working on.
final class ActiveExecutions: Sendable {
    private let executions = Mutex<Set<UUID>>([])

    func insert(_ ids: [UUID]) { executions.withLock { $0.formUnion(ids) } }
    func remove(_ ids: [UUID]) { executions.withLock { $0.subtract(ids) } }
    var all: Set<UUID> { executions.withLock { $0 } }
}
