/// Lets a bounded number of tasks in: what is live before what fills in the past, each in the order of arrival.
package actor AsyncGate {
    private var free: Int
    private(set) var waiting: [Lane: [CheckedContinuation<Void, Never>]] = [:]

    package init(limit: Int) { free = limit }

    package func enter(_ lane: Lane = .live) async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting[lane, default: []].append($0) }
        }
    }

    package func leave() {
        for lane in [Lane.live, .backfill] where waiting[lane]?.isEmpty == false {
            waiting[lane]?.removeFirst().resume()
            return
        }
        free += 1
    }
}
