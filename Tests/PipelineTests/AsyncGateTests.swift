import Testing

@testable import Pipeline

@Suite("Gate of live and backfill work")
struct AsyncGateTests {
    @Test("What is live goes in first, each lane in the order of arrival, and never more than the limit")
    func order() async {
        let gate = AsyncGate(limit: 1)
        await gate.enter(.backfill)
        let arrivals: [(Lane, String)] = [
            (.backfill, "backfill 1"), (.live, "live 1"), (.backfill, "backfill 2"), (.live, "live 2"),
        ]
        let (entered, names) = AsyncStream<String>.makeStream()
        await withTaskGroup(of: Void.self) { group in
            for (number, arrival) in arrivals.enumerated() {
                group.addTask {
                    await gate.enter(arrival.0)
                    names.yield(arrival.1)
                }
                // Nobody has left, so whoever arrives waits.
                while await gate.waiting.values.reduce(0, { $0 + $1.count }) <= number { await Task.yield() }
            }
            var order: [String] = []
            var iterator = entered.makeAsyncIterator()
            for _ in arrivals {
                await gate.leave()
                order.append(await iterator.next() ?? "")
            }
            #expect(order == ["live 1", "live 2", "backfill 1", "backfill 2"])
        }
        #expect(await gate.waiting.values.allSatisfy { $0.isEmpty })
    }
}
