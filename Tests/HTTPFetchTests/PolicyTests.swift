import Foundation
import Synchronization
import Testing

@testable import HTTPFetch

struct PolicyTests {
    @Test(arguments: [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.51.100.7",
        "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "[::1]", "fe80::1",
        "[fe80::1%eth0]", "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:192.168.1.1", "::127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2001::1", "2001:db8::1", "100::1", "fec0::1", "3fff::1",
    ])
    func specialAddressIsNotPublic(address: String) {
        #expect(AddressPolicy.isNonPublicLiteral(address))
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
        "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "[2a00:1450:4001::200e]",
        "::ffff:8.8.8.8", "64:ff9b::808:808", "stats.nba.com", "10.example.com",
    ])
    func ordinaryAddressIsPublic(address: String) {
        #expect(!AddressPolicy.isNonPublicLiteral(address))
    }

    @Test(arguments: [
        ("https://a.test/x?apiKey=s3cret&day=1", "https://a.test/x?apiKey=***&day=1"),
        ("https://a.test/x?day=1&X-Amz-Signature=s3cret", "https://a.test/x?day=1&X-Amz-Signature=***"),
        ("https://a.test/x?access_token=s3cret#s3cret", "https://a.test/x?access_token=***"),
        ("https://me:s3cret@a.test/x@y?z", "https://a.test/x@y?z"),
        ("https://a.test/?%6bey=s3cret", "https://a.test/?%6bey=***"),
        ("https://a.test/?sig=s3cret&design=ok", "https://a.test/?sig=***&design=ok"),
        ("https://a.test/\n?a=\u{1B}[0m", "https://a.test/??a=?[0m"), ("", ""), ("s3://b?region=x", "s3://b?region=x"),
    ])
    func loggedURLHoldsNoSecret(url: String, redacted: String) {
        #expect(URLRedaction.redact(url) == redacted)
        #expect(!HTTPRequest(url: url).description.contains("s3cret"))
    }

    @Test(
        arguments: [
            ("7", nil, 7.0), ("0", nil, 0), ("99999999999999999999999", nil, 366 * 86_400.0), ("soon", nil, nil),
            ("-3", nil, nil),
            ("", nil, nil), ("Mon, 15 Jan 2024 12:00:30 GMT", "Mon, 15 Jan 2024 12:00:00 GMT", 30),
            ("Monday, 15-Jan-24 12:00:30 GMT", nil, 90), ("Mon Jan 15 12:00:30 2024", nil, 90),
            ("Mon, 15 Jan 2024 11:00:00 GMT", nil, 0),
        ] as [(String, String?, Double?)]
    )
    func retryAfterIsReadInEveryForm(value: String, date: String?, seconds: Double?) throws {
        var headers: HTTPHeaders = [("Retry-After", value)]
        if let date { headers.append("Date", date) }
        // 2024-01-15 11:59:00 UTC: without a Date header the local clock counts.
        let response = HTTPResponse(
            status: 429,
            headers: headers,
            receivedAt: Date(timeIntervalSince1970: 1_705_319_940)
        )
        #expect(response.retryAfter == seconds.map { .seconds($0) })
    }

    @Test(arguments: [
        (200, false), (404, false), (408, true), (425, true), (429, true), (500, true), (501, false), (503, true),
        (505, false), (599, true),
    ])
    func transientStatusesAreKnown(status: Int, isTransient: Bool) {
        #expect(HTTPResponse(status: status).isTransientStatus == isTransient)
    }
}

/// Gives the same word for ever: the ends of every random range.
private struct ConstantGenerator: RandomNumberGenerator {
    let word: UInt64
    func next() -> UInt64 { word }
}

/// Returns from every sleep at once and remembers how long it should have been.
private final class RecordingClock: Clock, Sendable {
    private let slept = Mutex<[Duration]>([])
    var sleeps: [Duration] { slept.withLock { $0 } }
    var now: ContinuousClock.Instant { ContinuousClock.now }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        let wait = ContinuousClock.now.duration(to: deadline)
        slept.withLock { $0.append(wait) }
        try Task.checkCancellation()
    }
}

@Suite(.timeLimit(.minutes(1)))
struct RetryPolicyTests {
    static let policies = [
        RetryPolicy(), RetryPolicy.never, RetryPolicy(maximumAttempts: 0), RetryPolicy(maximumAttempts: 100),
        RetryPolicy(maximumAttempts: 70, baseDelay: .seconds(1), maximumDelay: .seconds(1 << 40)),
        RetryPolicy(maximumAttempts: 5, baseDelay: .seconds(9), maximumDelay: .seconds(2)),
        RetryPolicy(maximumAttempts: 5, baseDelay: .zero), RetryPolicy(maximumAttempts: 3, baseDelay: .seconds(-1)),
    ]

    @Test(arguments: policies)
    func waitsStayWithinTheirBounds(policy: RetryPolicy) {
        let seed: UInt64 = 99
        var random = SeededGenerator(state: seed)
        for attempt in 0...(policy.maximumAttempts + 2) {
            let whole = policy.ceiling(max(1, attempt))
            #expect(whole <= policy.maximumDelay)
            #expect(attempt <= 1 || whole >= policy.ceiling(attempt - 1), "back-off never shrinks")
            for retryAfter in [nil, .zero, .milliseconds(1), .seconds(30), .seconds(1_000_000)] as [Duration?] {
                let wait = policy.delay(afterAttempt: attempt, retryAfter: retryAfter, using: &random)
                guard attempt >= 1, attempt < policy.maximumAttempts else {
                    #expect(wait == nil)
                    continue
                }
                guard let wait else {
                    Issue.record("gave up at \(attempt) of \(policy), seed \(seed)")
                    continue
                }
                let asked = min(retryAfter ?? .zero, policy.maximumRetryAfter)
                #expect(wait >= max(whole / 2, asked))
                #expect(wait <= max(whole, asked + policy.baseDelay))
            }
        }
    }

    @Test(arguments: [(UInt64.min, 125, 250, 500), (UInt64.max, 250, 500, 1000)])
    func jitterSpansHalfToWhole(word: UInt64, first: Int, second: Int, third: Int) throws {
        var random = ConstantGenerator(word: word)
        for (attempt, expected) in [(1, first), (2, second), (3, third)] {
            let wait = try #require(RetryPolicy().delay(afterAttempt: attempt, using: &random))
            #expect(abs((wait - .milliseconds(expected)) / .milliseconds(1)) < 0.001)
        }
    }

    @Test
    func retryHonoursTheServersWishAndThenSucceeds() async throws {
        let busy = try ScriptedServer { _, connection in
            switch connection.number {
            case 0:
                connection.answer(429, [("Retry-After", "40"), ("Connection", "close")])
                connection.close()
            case 1: connection.close()
            default: connection.answer(200, body: [1])
            }
        }
        let clock = RecordingClock()
        let response = try await HTTPClient(limits: loopbackLimits()).fetch(
            HTTPRequest(url: busy.url()),
            retrying: RetryPolicy(),
            clock: clock
        )
        #expect(response.status == 200)
        #expect(clock.sleeps.count == 2)
        #expect(clock.sleeps[0] > .seconds(39))
        #expect(clock.sleeps[1] < .seconds(1))
    }

    @Test
    func attemptsAreBoundedAndOnlyIdempotentRequestsAreRepeated() async throws {
        let server = try ScriptedServer { _, connection in connection.answer(503) }
        let client = HTTPClient(limits: loopbackLimits())
        let clock = RecordingClock()
        let policy = RetryPolicy(maximumAttempts: 3)
        let last = try await client.fetch(HTTPRequest(url: server.url()), retrying: policy, clock: clock)
        #expect(last.status == 503)
        #expect(server.requests.count == 3)
        let post = HTTPRequest(method: "POST", url: server.url(), body: [1])
        #expect(try await client.fetch(post, retrying: policy, clock: clock).status == 503)
        #expect(server.requests.count == 4)
    }
}
