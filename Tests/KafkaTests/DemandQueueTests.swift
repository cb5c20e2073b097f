import Testing

@testable import Kafka

@Suite struct DemandQueueTests {
    let now = ContinuousClock.now

    private func queue(_ ids: [UInt64]) -> DemandQueue<UInt64> {
        var queue = DemandQueue<UInt64>()
        for id in ids {
            queue.add(.init(id: id, maximum: 1, deadline: now + .seconds(Int(id)), continuation: id))
        }
        return queue
    }

    @Test func callersAreServedInTurn() {
        var queue = queue([1, 2])
        #expect(queue.claim()?.id == 1)
        #expect(queue.claim() == nil)
        #expect(queue.fulfil() == 1)
        #expect(queue.claim()?.id == 2)
        #expect(queue.fulfil() == 2)
        #expect(queue.isEmpty)
    }

    @Test func aCallerWithoutMessagesKeepsItsPlace() {
        var queue = queue([1, 2])
        _ = queue.claim()
        guard case .requeued = queue.release() else {
            Issue.record("was cancelled")
            return
        }
        #expect(queue.claim()?.id == 1)
    }

    @Test func aClaimedCallerThatIsCancelledStillGetsItsMessages() {
        var queue = queue([1])
        _ = queue.claim()
        #expect(queue.cancel(1) == nil)
        #expect(queue.fulfil() == 1)
        #expect(queue.isEmpty)
    }

    @Test func aClaimedCallerThatIsCancelledAndHasNoMessagesLeaves() {
        var queue = queue([1])
        _ = queue.claim()
        #expect(queue.cancel(1) == nil)
        guard case .cancelled(1) = queue.release() else {
            Issue.record("not cancelled")
            return
        }
        #expect(queue.isEmpty)
    }

    @Test func waitingCallersAreCancelledOnce() {
        var queue = queue([1, 2])
        #expect(queue.cancel(2) == 2)
        #expect(queue.cancel(2) == nil)
        #expect(queue.nextDeadline == now + .seconds(1))
    }

    @Test func onlyThoseWhoseTimeIsUpExpire() {
        var queue = queue([1, 2, 3])
        #expect(queue.expire(at: now) == [])
        #expect(queue.expire(at: now + .seconds(2)) == [1, 2])
        #expect(queue.nextDeadline == now + .seconds(3))
        #expect(queue.removeAll() == [3])
        #expect(queue.nextDeadline == nil)
    }
}
