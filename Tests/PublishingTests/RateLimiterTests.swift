import Pipeline
import Testing

@testable import Publishing

@Suite("A client's allowance")
struct RateLimiterTests {
    private func address(_ text: String) throws -> NetworkAddress { try #require(NetworkAddress(text)) }

    @Test func aBurstIsAdmittedAndThenTheRate() throws {
        let limiter = RateLimiter(.init(requestsPerSecond: 10, burst: 3))
        let client = try address("192.0.2.1")
        for _ in 0..<3 { #expect(limiter.admit(client, at: .zero) == .admitted) }
        #expect(limiter.admit(client, at: .zero) == .refused(retryAfter: .milliseconds(100)))
        // Who asks on while refused waits no longer for it.
        #expect(limiter.admit(client, at: .milliseconds(50)) == .refused(retryAfter: .milliseconds(50)))
        #expect(limiter.admit(client, at: .milliseconds(100)) == .admitted)
        guard case .refused = limiter.admit(client, at: .milliseconds(101)) else {
            Issue.record("a second request on one token")
            return
        }
        // Others are not concerned, and a pause fills no more than the burst.
        #expect(limiter.admit(try address("192.0.2.2"), at: .milliseconds(101)) == .admitted)
        for _ in 0..<3 { #expect(limiter.admit(client, at: .seconds(3600)) == .admitted) }
        #expect(limiter.admit(client, at: .seconds(3600)) != .admitted)
    }

    @Test func memoryIsBoundedWhoeverAsks() throws {
        let limiter = RateLimiter(.init(requestsPerSecond: 1, burst: 1), clientsPerGeneration: 100)
        for index in 0..<5000 {
            _ = limiter.admit(try address("10.0.\(index / 250).\(index % 250)"), at: .zero)
            #expect(limiter.clientCount <= 200)
        }
        // Who asked last is still known.
        #expect(limiter.admit(try address("10.0.19.249"), at: .zero) != .admitted)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.8", false), ("2001:db8::/32", "2001:db8:1::1", true), ("0.0.0.0/0", "1.2.3.4", true),
        ("0.0.0.0/0", "2001:db8::1", false), ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::/0", "::1", true),
    ])
    func aRangeHoldsItsAddresses(_ range: String, _ text: String, _ isInside: Bool) throws {
        #expect(try #require(NetworkRange(range)).contains(try address(text)) == isInside)
    }

    @Test(arguments: [
        "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "x", "", "10.0.0.0/-1", "10.0.0.0/8/8", "::1/129", "1.2.3.4/08",
    ])
    func nonsenseIsNoRange(_ text: String) {
        #expect(NetworkRange(text) == nil)
    }

    @Test func aNeighbourInTheSameSubscribersNetworkIsTheSameClient() throws {
        #expect(try address("2001:db8:0:1::1").subscriber == address("2001:db8:0:1:ffff::2").subscriber)
        #expect(try address("2001:db8:0:1::1").subscriber != address("2001:db8:0:2::1").subscriber)
        #expect(try address("192.0.2.1").subscriber != address("192.0.2.2").subscriber)
        #expect(try address("192.0.2.1") == address("::ffff:192.0.2.1"))
    }

    @Test(
        "Only a trusted proxy's word counts, from the right",
        arguments: [
            ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  // a stranger writes what he likes
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"), ("10.0.0.1", "198.51.100.7, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"), ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"), ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
            ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"), ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ]
    )
    func theClientIsFound(_ peer: String, _ forwarded: String, _ client: String) throws {
        let clients = ClientAddress(trustedProxies: [try #require(NetworkRange("10.0.0.0/8"))])
        let request = WebRequest(path: "/", headers: ["x-forwarded-for": forwarded], peer: peer)
        #expect(clients(request) == (try address(client)))
    }

    @Test func withoutTrustedProxiesAHeaderIsNobodysWord() throws {
        let request = WebRequest(path: "/", headers: ["x-forwarded-for": "198.51.100.1"], peer: "127.0.0.1")
        #expect(ClientAddress(trustedProxies: [])(request) == (try address("127.0.0.1")))
    }
}
