import Logging
import Synchronization

/// What the poll thread of a consumer does. Lives on that thread's stack only.
struct ConsumerLoop {
    private let core: ConsumerCore
    private let queues: ConsumerQueues
    private let context: ClientContext
    private let clock = ContinuousClock()
    /// Messages that came through the control queue (a partition that could not be forwarded).
    private var strays: [KafkaIncoming] = []

    /// The longest sleep. Events end it earlier; this only bounds the harm of a lost one.
    private static let longestSleep: Duration = .seconds(1)
    /// A commit without an answer for this long no longer holds back the next one.
    private static let commitPatience: Duration = .seconds(30)

    init(_ core: ConsumerCore, _ queues: ConsumerQueues, _ context: ClientContext) {
        self.core = core
        self.queues = queues
        self.context = context
    }

    func run() {
        var loop = self
        loop.runUntilClosed()
    }

    private mutating func runUntilClosed() {
        while true {
            // First the signals, then the queues: what arrives after this line ends the next sleep at once.
            core.wakeup.drain()
            serveControl()
            servePauses()
            serveDemand()
            commitIfDue()
            if let patience = core.state.withLock({ $0.closing }) {
                commitAtEnd(patience: patience)
                core.finished(queues)
                return
            }
            _ = core.wakeup.wait(atMost: sleep())
        }
    }

    // MARK: Events

    private mutating func serveControl() {
        // Strays are taken only as far as somebody wants messages: they are subject to backpressure too.
        while strays.count < ConsumerQueues.largestTake, let taken = queues.serveControl() {
            switch taken {
            case .message(let message): strays.append(message)
            case .error(let error, let partition): core.report(error, partition: partition)
            }
        }
    }

    private func servePauses() {
        let requests = core.state.withLock { state in
            defer { state.pauseRequests.removeAll() }
            return state.pauseRequests
        }
        for request in requests {
            let isOurs = core.state.withLock { state in
                guard state.tracker.isAssigned(request.partition) else { return false }
                if request.isPaused {
                    return state.paused.insert(request.partition).inserted
                } else {
                    return state.paused.remove(request.partition) != nil
                }
            }
            guard isOurs else { continue }
            for (partition, error) in queues.setPaused(request.isPaused, [request.partition]) {
                core.report(error, partition: partition)
            }
        }
    }

    // MARK: Messages

    private mutating func serveDemand() {
        while let request = core.state.withLock({ $0.demand.claim() }) {
            let batch = take(request.maximum)
            guard batch.isEmpty else {
                let continuation = core.state.withLock { state in
                    state.lastRequest = .now
                    return state.demand.fulfil()
                }
                continuation?.resume(returning: batch)
                if queues.mustNudge() { queues.nudge(core.assignment) }
                servePauses()
                continue
            }
            if case .cancelled(let continuation) = core.state.withLock({ $0.demand.release() }) {
                continuation.resume(throwing: CancellationError())
                continue
            }
            break
        }
        for continuation in core.state.withLock({ $0.demand.expire(at: clock.now) }) {
            continuation.resume(returning: [])
        }
    }

    /// Takes up to `maximum` messages and enters them as handed over.
    private mutating func take(_ maximum: Int) -> [KafkaIncoming] {
        var batch: [KafkaIncoming] = []
        if !strays.isEmpty {
            batch = Array(strays.prefix(maximum))
            strays.removeFirst(batch.count)
            admit(&batch)
        }
        while batch.isEmpty {
            let taken = queues.take(maximum)
            if taken.isEmpty { break }
            batch.reserveCapacity(taken.count)
            for item in taken {
                switch item {
                case .message(let message): batch.append(message)
                case .error(let error, let partition): core.report(error, partition: partition)
                }
            }
            admit(&batch)
        }
        return batch
    }

    /// Drops messages of assignments that have ended while they were in a queue.
    private func admit(_ batch: inout [KafkaIncoming]) {
        core.state.withLock { state in
            batch.removeAll { !state.tracker.delivered($0.offset, of: $0.position.topicPartition) }
        }
    }

    // MARK: Commits

    private func commitIfDue() {
        let now = clock.now
        let commits = core.state.withLock { state -> [KafkaPosition] in
            if state.commitsInFlight > 0 {
                guard state.commitNotBefore + Self.commitPatience < now else { return [] }
                state.commitsInFlight = 0
            }
            guard now >= state.commitNotBefore else { return [] }
            state.commitAnnounced = false
            let commits = state.tracker.takeCommits()
            guard !commits.isEmpty else { return [] }
            state.commitsInFlight += 1
            state.commitNotBefore = now + core.commitInterval
            return commits
        }
        send(commits)
    }

    private func send(_ commits: [KafkaPosition]) {
        guard !commits.isEmpty else { return }
        if let error = queues.commit(commits, context: context) { core.commitFinished(commits, error) }
    }

    /// Commits everything that is done and serves the queue until the broker has answered or patience ends.
    private mutating func commitAtEnd(patience: Duration) {
        core.failWaiting()
        let deadline = clock.now + patience
        var attempts = 0
        while clock.now < deadline, attempts < 5 {
            var wake = deadline
            let (commits, isPending) = core.state.withLock { state -> ([KafkaPosition], Bool) in
                // One at a time, so that an older commit cannot arrive after a newer one.
                if state.commitsInFlight > 0 { return ([], true) }
                guard state.tracker.hasCommits else { return ([], false) }
                if attempts > 0, clock.now < state.commitNotBefore {
                    // The last attempt has failed.
                    wake = min(deadline, state.commitNotBefore)
                    return ([], true)
                }
                attempts += 1
                state.commitsInFlight += 1
                return (state.tracker.takeCommits(), true)
            }
            guard isPending else { return }
            send(commits)
            _ = core.wakeup.wait(atMost: clock.now.duration(to: wake))
            core.wakeup.drain()
            serveControl()
        }
    }

    // MARK: Sleep

    private func sleep() -> Duration {
        let now = clock.now
        var wake = now + Self.longestSleep
        core.state.withLock { state in
            if let deadline = state.demand.nextDeadline { wake = min(wake, deadline) }
            if state.commitsInFlight == 0, state.tracker.hasCommits { wake = min(wake, state.commitNotBefore) }
        }
        return max(.zero, now.duration(to: wake))
    }
}
