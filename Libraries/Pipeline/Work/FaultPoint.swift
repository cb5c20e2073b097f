import Foundation
import Synchronization

/// Named places at which a test can kill the process. They exist only in debug builds, which are the test builds.
public enum FaultPoint {
    #if DEBUG
        private static let plan: (name: String, count: Int)? = {
            guard let text = ProcessInfo.processInfo.environment["FAULT_POINT"] else { return nil }
            let parts = text.split(separator: ":")
            return (String(parts[0]), parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        }()
        private static let hits = Mutex(0)
    #endif

    /// Kills the process with SIGKILL when `FAULT_POINT=name:count` names this point and it is reached that often.
    @inline(__always)
    public static func hit(_ name: StaticString) {
        #if DEBUG
            guard let plan, plan.name == name.description else { return }
            let reached = hits.withLock { count -> Bool in
                count += 1
                return count == plan.count
            }
            if reached { kill(getpid(), SIGKILL) }
        #endif
    }
}
