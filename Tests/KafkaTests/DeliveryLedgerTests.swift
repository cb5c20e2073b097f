import Testing

@testable import Kafka

@Suite struct DeliveryLedgerTests {
    private typealias Ledger = DeliveryLedger<String>

    @Test func resultsBelongToTheirMessagesWhateverTheOrderOfReports() throws {
        var ledger = Ledger()
        let topics = (0..<5).map { "t\($0)" }
        let batch = ledger.open(topics: topics, continuation: "a")
        var completed: Ledger.Completed?
        for index in [3, 0, 4, 2, 1] {
            #expect(completed == nil)
            completed = ledger.record(
                ticket: Ledger.ticket(batch: batch, index: index),
                .success((partition: 1, offset: Int64(index) * 10))
            )
        }
        let outcomes = try #require(completed?.outcomes)
        #expect(try outcomes.map { try $0.get().offset } == [0, 10, 20, 30, 40])
        #expect(try outcomes.map { try $0.get().topic } == topics)
        #expect(ledger.missing == 0)
    }

    @Test func lateRepeatedAndForeignReportsChangeNothing() {
        var ledger = Ledger()
        let first = ledger.open(topics: ["t", "t"], continuation: "a")
        let second = ledger.open(topics: ["t"], continuation: "b")
        let ticket = Ledger.ticket(batch: first, index: 0)
        #expect(ledger.record(ticket: ticket, .success((0, 1))) == nil)
        #expect(ledger.record(ticket: ticket, .success((0, 2))) == nil)
        #expect(ledger.record(ticket: Ledger.ticket(batch: first, index: 2), .success((0, 3))) == nil)
        #expect(ledger.record(ticket: 0, .success((0, 3))) == nil)
        #expect(ledger.record(ticket: .max, .success((0, 3))) == nil)
        #expect(ledger.missing == 2)
        #expect(ledger.record(ticket: Ledger.ticket(batch: second, index: 0), .success((0, 4)))?.continuation == "b")
        #expect(ledger.record(ticket: Ledger.ticket(batch: second, index: 0), .success((0, 5))) == nil)
    }

    @Test func whatHasNoOutcomeFailsAtTheEnd() throws {
        var ledger = Ledger()
        let batch = ledger.open(topics: ["t", "t"], continuation: "a")
        _ = ledger.open(topics: ["t"], continuation: "b")
        _ = ledger.record(ticket: Ledger.ticket(batch: batch, index: 1), .success((0, -1_001)))
        let ended = ledger.failAll(.closed("producer"))
        #expect(ended.map(\.continuation) == ["a", "b"])
        #expect(ended[0].outcomes[0] == .failure(.closed("producer")))
        // Acknowledged without an offset.
        #expect(try ended[0].outcomes[1].get().offset == -1)
        #expect(ledger.missing == 0)
    }
}
