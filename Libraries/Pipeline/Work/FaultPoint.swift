import Foundation
import Synchronization

/// Named places at which a test can hurt the process. They exist only in debug builds, which are the test builds.
public enum FaultPoint {
    #if DEBUG
        private static let plan: (name: String, count: Int)? = {
            guard let text = ProcessInfo.processInfo.environment["FAULT_POINT"] else { return nil }
            let parts = text.split(separator: ":")
            return (String(parts[0]), parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        }()
        private static let hits = Mutex(0)

        /// What a place does every time that it is reached.
        private enum Poison: String {
            case crash
            /// Never returns and ignores cancellation, but leaves its thread to others.
            case hang
            /// Never returns and keeps its thread.
            case block
            /// Fails as work does that cannot be done.
            case fail
        }

        /// `FAULT_POISON=place=poison,place=poison`; every one of them counts at each attempt.
        private static let poisons: [String: Poison] = {
            var poisons: [String: Poison] = [:]
            for entry in (ProcessInfo.processInfo.environment["FAULT_POISON"] ?? "").split(separator: ",") {
                let parts = entry.split(separator: "=")
                guard parts.count == 2, let poison = Poison(rawValue: String(parts[1])) else {
                    fatalError("FAULT_POISON has \(entry); expected place=crash|hang|block|fail")
                }
                poisons[String(parts[0])] = poison
            }
            return poisons
        }()
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

    /// A place that `FAULT_POISON` may name, such as `processor/unit` for the work of a task.
    @inline(__always)
    static func suffer(_ place: @autoclosure () -> String) async throws {
        #if DEBUG
            guard !poisons.isEmpty, let poison = poisons[place()] else { return }
            switch poison {
            case .crash: kill(getpid(), SIGKILL)
            case .hang: await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            case .block: blockThread()
            case .fail: throw TaskError(.permanent, type: "poisoned", "this place was told to fail")
            }
        #endif
    }

    #if DEBUG
        private static func blockThread() {
            while true { sleep(3600) }
        }
    #endif
}
