import Foundation
import HTTPFetch
import Testing

@testable import Pipeline

@Suite(.timeLimit(.minutes(1)))
struct S3ObjectStoreTests {
    let server: S3TestServer
    let fast = RetryPolicy(maximumAttempts: 3, baseDelay: .milliseconds(1), maximumDelay: .milliseconds(2))

    init() throws {
        server = try S3TestServer()
    }

    private func store(
        prefix: String = "",
        secret: String = S3TestServer.secret,
        token: String? = nil
    ) throws -> S3ObjectStore {
        try S3ObjectStore(
            location: .init(
                bucket: "lake",
                endpoint: "http://127.0.0.1:\(server.port)",
                region: "eu-west-1",
                keyPrefix: prefix
            ),
            credentials: S3Credentials(accessKeyID: "AKTEST", secretAccessKey: secret, sessionToken: token),
            retries: fast
        )
    }

    /// The server computes every signature itself, so names that need encoding show a wrong canonical form.
    @Test(
        arguments: ["a", "nba/2024-01-15/a.json", "a b+c/d=e&f", "é/選手/Dončić", "x:y@z,(1)'!*~", "q?a=1#b"],
        ["", "base/x"]
    )
    func whatIsPutComesBack(name: String, prefix: String) async throws {
        let store = try store(prefix: prefix, token: "session/token==")
        let path = try objectPath(name)
        #expect(try await store.head(path) == nil)
        for bytes in [[], [1, 2, 3], (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }] as [[UInt8]] {
            let written = try await store.put(path, bytes: bytes)
            #expect(try await store.get(path, maximumBytes: 100_000) == bytes)
            let head = try #require(try await store.head(path))
            #expect(head.sha256 == SHA256.hash(bytes).hex)
            #expect(head.byteCount == bytes.count)
            #expect(abs(head.modifiedAt.timeIntervalSince(written.modifiedAt)) < 60)
            #expect(try await store.list(prefix: "") == [head])
        }
        let error = await #expect(throws: ObjectStoreError.self) { try await store.get(path, maximumBytes: 99_999) }
        #expect(error?.code == .tooLarge)
        #expect(server.keys == [prefix.isEmpty ? name : prefix + "/" + name])
        try await store.delete(path)
        #expect(server.keys.isEmpty)
        #expect(server.problems.isEmpty, "\(server.problems)")
    }

    @Test
    func wrongSecretIsAnAccessErrorThatNamesNoSecret() async throws {
        let store = try store(secret: "hunter2")
        let error = await #expect(throws: ObjectStoreError.self) {
            try await store.put(try objectPath("a"), bytes: [1])
        }
        #expect(error?.code == .access)
        #expect(error?.reason.contains("SignatureDoesNotMatch") == true)
        #expect(error?.description.contains("hunter2") == false)
        #expect(server.keys.isEmpty)
    }

    @Test
    func transientAnswersAreRetriedAndThenReported() async throws {
        let store = try store()
        let path = try objectPath("a")
        server.plan([.unavailable, .cut])
        try await store.put(path, bytes: [7])
        #expect(try await store.get(path, maximumBytes: 1) == [7])
        server.plan([.unavailable, .unavailable, .unavailable])
        let error = await #expect(throws: ObjectStoreError.self) { try await store.get(path, maximumBytes: 1) }
        #expect(error?.code == .unavailable)
        #expect(error?.isTransient == true)
    }

    @Test
    func absentObjectsAndBucketsAreToldApart() async throws {
        let store = try store()
        var error = await #expect(throws: ObjectStoreError.self) {
            try await store.get(try objectPath("a"), maximumBytes: 1)
        }
        #expect(error?.code == .notFound)
        try await store.delete(try objectPath("a"))
        let other = try S3ObjectStore(
            location: .init(bucket: "other", endpoint: "http://127.0.0.1:\(server.port)", region: "eu-west-1"),
            credentials: S3Credentials(accessKeyID: "AKTEST", secretAccessKey: S3TestServer.secret),
            retries: fast
        )
        error = await #expect(throws: ObjectStoreError.self) {
            try await other.get(try objectPath("a"), maximumBytes: 1)
        }
        #expect(error?.code == .configuration)
    }

    @Test
    func changedBytesAreCorrupt() async throws {
        let store = try store()
        try await store.put(try objectPath("a"), bytes: [1, 2, 3])
        server.change("a", to: [1, 2, 4])
        let error = await #expect(throws: ObjectStoreError.self) {
            try await store.get(try objectPath("a"), maximumBytes: 3)
        }
        #expect(error?.code == .corrupt)
    }

    @Test
    func oneOfManyWritersWinsAlsoWhenItsReplyIsLost() async throws {
        let store = try store()
        let path = try objectPath("once")
        server.plan([.applyAndCut])
        // The first attempt wrote and its reply was lost: the second finds the object and recognises it.
        try await store.put(path, bytes: [1], ifAbsent: true)
        let error = await #expect(throws: ObjectStoreError.self) {
            try await store.put(path, bytes: [1], ifAbsent: true)
        }
        #expect(error?.code == .alreadyExists)
        let winners = await withTaskGroup(of: Bool.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    do {
                        try await store.put(try objectPath("race"), bytes: [UInt8(writer)], ifAbsent: true)
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(winners == 1)
    }

    @Test
    func listingGoesOnOverPagesAndEscapes() async throws {
        let store = try store(prefix: "p")
        let names = ["a&b<c>\"'", "a/1", "a/2", "b/1", "b/2", "b/3", "c é", "d"]
        for name in names { try await store.put(try objectPath(name), bytes: [1]) }
        server.add("p/../escape")
        server.add("elsewhere")
        #expect(try await store.list(prefix: "").map(\.path.string) == names)
        #expect(try await store.list(prefix: "b/").map(\.path.string) == ["b/1", "b/2", "b/3"])
        #expect(try await store.list(prefix: "", after: "a/2", limit: 4).map(\.path.string) == Array(names[3..<7]))
        #expect(server.problems.isEmpty, "\(server.problems)")
    }

    @Test(arguments: [
        "", "<a>", "</a>", "<a></b>", "<a><b></a></b>", "<a/><a/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<a>&b;</a>",
        "<a>&#xD800;</a>", "<a>&amp</a>", "<ListBucketResult", "<a><![CDATA[x]]></a>", "\u{FEFF}<a",
        String(repeating: "<a>", count: 20) + String(repeating: "</a>", count: 20),
        "<ListBucketResult><Contents><Key>&#-1;</Key></Contents></ListBucketResult>",
    ])
    func listingThatIsNoListingIsRefused(document: String) {
        let error = #expect(throws: ObjectStoreError.self) { try S3Listing(Array(document.utf8), prefix: "") }
        #expect(error?.code == .badResponse)
    }

    @Test
    func invalidUTF8InAListingIsRefused() {
        let body =
            Array("<ListBucketResult><Contents><Key>".utf8) + [0xC0, 0xAF]
            + Array("</Key></Contents></ListBucketResult>".utf8)
        #expect(throws: ObjectStoreError.self) { try S3Listing(body, prefix: "") }
    }
}
