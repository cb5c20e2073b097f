import Foundation
import Testing

@testable import HTTPFetch

@Suite(.timeLimit(.minutes(1)))
struct MisbehavingServerTests {
    /// Each answer breaks off or lies about its length; none may pass as complete.
    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", HTTPError.Code.truncated, true),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", .truncated, true),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFF\r\nhello", .truncated, true),
        ("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhello", .badLength, false),
        ("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", .badLength, false),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 2\r\n\r\nhello", .badLength, false),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 5\r\n\r\nhello", .badEncoding, false),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", .badEncoding, false),
        ("I am not HTTP at all\r\n\r\n", .badResponse, false),
        ("", .connectionLost, true),
    ])
    func brokenAnswerIsATypedError(answer: String, code: HTTPError.Code, isTransient: Bool) async throws {
        let server = try ScriptedServer { _, connection in
            connection.send(answer)
            connection.close()
        }
        let error = await failure(HTTPClient(limits: loopbackLimits()), HTTPRequest(url: server.url()))
        #expect(error?.code == code, "\(String(describing: error))")
        #expect(error?.isTransient == isTransient)
    }

    @Test(arguments: [(50_000, 8), (1, 2000)])
    func endlessHeadersAreRefused(length: Int, count: Int) async throws {
        let server = try ScriptedServer { _, connection in
            let header = "X-Filler: \(String(repeating: "a", count: length))\r\n"
            connection.send("HTTP/1.1 200 OK\r\n" + String(repeating: header, count: count) + "\r\n")
            connection.close()
        }
        let error = await failure(HTTPClient(limits: loopbackLimits()), HTTPRequest(url: server.url()))
        #expect(error?.code == .badResponse)
    }

    @Test
    func slowLorisEndsAtTheTimeLimit() async throws {
        let server = try ScriptedServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while !connection.waitForClose(milliseconds: 20) { connection.send("x") }
        }
        let client = HTTPClient(limits: loopbackLimits(total: .milliseconds(250)))
        let error = await failure(client, HTTPRequest(url: server.url()))
        #expect(error?.code == .timeout)
        #expect(error?.isTransient == true)
    }

    @Test
    func silentServerEndsAtTheRequestsOwnLimit() async throws {
        let server = try ScriptedServer { _, connection in connection.waitForClose() }
        let error = await failure(
            HTTPClient(limits: loopbackLimits()),
            HTTPRequest(url: server.url(), totalTimeout: .milliseconds(100))
        )
        #expect(error?.code == .timeout)
    }

    @Test
    func oneSlowSourceDoesNotHoldUpOthers() async throws {
        let server = try ScriptedServer { request, connection in
            if request.target == "/slow" { connection.waitForClose() } else { connection.answer(200) }
        }
        let client = HTTPClient(limits: loopbackLimits())
        let slow = Task { await failure(client, HTTPRequest(url: server.url("/slow"))) }
        for _ in 0..<20 { #expect(try await client.fetch(HTTPRequest(url: server.url("/"))).status == 200) }
        slow.cancel()
        #expect(await slow.value?.code == .cancelled)
    }

    @Test(arguments: [true, false])
    func bodyBeyondTheLimitIsRefused(lengthIsStated: Bool) async throws {
        let server = try ScriptedServer { _, connection in
            let body = [UInt8](repeating: 7, count: 50_000)
            connection.send("HTTP/1.1 200 OK\r\n" + (lengthIsStated ? "Content-Length: 50000\r\n" : "") + "\r\n")
            connection.send(body)
            connection.close()
        }
        let request = HTTPRequest(url: server.url())
        #expect(await failure(HTTPClient(limits: loopbackLimits(body: 49_999)), request)?.code == .tooLarge)
        #expect(try await HTTPClient(limits: loopbackLimits(body: 50_000)).fetch(request).body.count == 50_000)
    }

    @Test(arguments: [429, 500, 502, 503, 504, 408])
    func statusIsAnAnswerThatKnowsItIsTransient(status: Int) async throws {
        let server = try ScriptedServer { _, connection in
            connection.answer(status, [("Retry-After", "17")], body: Array("wait".utf8))
        }
        let response = try await HTTPClient(limits: loopbackLimits()).fetch(HTTPRequest(url: server.url()))
        #expect(response.status == status)
        #expect(response.isTransientStatus)
        #expect(response.retryAfter == .seconds(17))
        #expect(response.body == Array("wait".utf8))
    }

    @Test
    func cancellationAbortsTheTransferAtTheServer() async throws {
        let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
        let (closed, closing) = AsyncStream.makeStream(of: Bool.self)
        let server = try ScriptedServer { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive5")
            arrival.yield()
            closing.yield(connection.waitForClose())
        }
        let client = HTTPClient(limits: loopbackLimits())
        let task = Task { await failure(client, HTTPRequest(url: server.url())) }
        for await _ in arrived { break }
        task.cancel()
        #expect(await task.value?.code == .cancelled)
        for await wasClosed in closed {
            #expect(wasClosed)
            break
        }
    }

    @Test
    func cancelledTaskSendsNothing() async throws {
        let server = try ScriptedServer { _, connection in connection.answer(200) }
        let client = HTTPClient(limits: loopbackLimits())
        let task = Task {
            // Returns once the task is cancelled.
            while !Task.isCancelled { await Task.yield() }
            return await failure(client, HTTPRequest(url: server.url()))
        }
        task.cancel()
        #expect(await task.value?.code == .cancelled)
    }

    @Test
    func manyCancellationsLeaveTheClientUsable() async throws {
        let seed: UInt64 = 20_240_115
        let server = try ScriptedServer { _, connection in connection.answer(200, body: [1, 2, 3]) }
        let client = HTTPClient(limits: loopbackLimits(), maximumConcurrentTransfers: 4)
        await withTaskGroup(of: HTTPError.Code?.self) { group in
            var random = SeededGenerator(state: seed)
            for _ in 0..<200 {
                let yields = Int.random(in: 0...20, using: &random)
                group.addTask {
                    let fetch = Task { await failure(client, HTTPRequest(url: server.url())) }
                    for _ in 0..<yields { await Task.yield() }
                    fetch.cancel()
                    return await fetch.value?.code
                }
            }
            for await code in group { #expect(code == nil || code == .cancelled, "seed \(seed)") }
        }
        #expect(try await client.fetch(HTTPRequest(url: server.url())).body == [1, 2, 3])
    }
}
