import Pipeline
import Testing

@testable import Publishing

@Suite struct StreamSeatsTests {
    @Test func aClientHasSoManyStreamsAndAnotherHasItsOwn() throws {
        let seats = StreamSeats(perClient: 2)
        let one = try #require(NetworkAddress("192.0.2.1"))
        let other = try #require(NetworkAddress("192.0.2.2"))
        let streams = (0..<4).map { _ in WebStream() }
        #expect(seats.take(streams[0], for: one))
        #expect(seats.take(streams[1], for: one))
        #expect(!seats.take(streams[2], for: one))
        #expect(seats.take(streams[2], for: other))
        streams[0].finish()
        #expect(seats.take(streams[3], for: one))
    }
}
