import Access
import Logging
import Page
import Pipeline
import ServiceLifecycle

/// Asks the commands of the panels that somebody looks at, once for all who look, and sends what has changed.
///
/// Nothing is asked while nobody looks. A command that takes long is asked less often, so that looking costs a part of the
/// time at most.
actor LiveBoard: Service {
    struct Follower {
        var stream: WebStream
        var viewing: Viewing
        /// What each panel showed last.
        var shown: [PanelRequest: String]
        /// Which address the page calls a panel by.
        var addresses: [PanelRequest: String]
        var visitor: ConsoleVisitor
        var checkedAt: ContinuousClock.Instant
    }

    private struct Look {
        var answer: CommandAnswer?
        var askedAt: ContinuousClock.Instant
        var took: Duration = .zero
        var isRunning = false
    }

    let catalogue: PanelCatalogue
    let runner: CommandRunner
    let sessions: ConsoleSessions
    let interval: Duration
    private let slowInterval: Duration
    private let mostFollowers: Int
    private let logger: Logger
    private var followers: [Follower] = []
    private var looks: [PanelRequest: Look] = [:]

    /// How often a session is looked up again, so that a logout or a disabled user ends the stream.
    private static let recheck: Duration = .seconds(15)
    private static let ping = Array("event: ping\ndata: {}\n\n".utf8)
    /// Tabs of one user.
    static let mostOfOne = 12
    /// Different panels that are asked at the same time; the last answer of each is kept.
    static let mostPanels = 128

    init(
        catalogue: PanelCatalogue,
        runner: CommandRunner,
        sessions: ConsoleSessions,
        interval: Duration = .seconds(2),
        mostFollowers: Int = 64,
        logger: Logger
    ) {
        self.catalogue = catalogue
        self.runner = runner
        self.sessions = sessions
        self.interval = interval
        slowInterval = interval * 15
        self.mostFollowers = mostFollowers
        self.logger = logger
    }

    /// The answer for a page that is loaded: the last one when it is fresh enough.
    func answer(_ request: PanelRequest) async -> CommandAnswer? {
        if let look = looks[request], let answer = look.answer, ContinuousClock.now - look.askedAt < interval {
            return answer
        }
        return await ask(request)
    }

    /// Follows panels from now on; false when too many tabs do, too many of one user, or too many different panels.
    func follow(_ follower: Follower) -> Bool {
        followers.removeAll { !$0.stream.isOpen }
        let own = followers.count { $0.visitor.name == follower.visitor.name }
        let panels = Set(followers.flatMap(\.addresses.keys)).union(follower.addresses.keys)
        guard followers.count < mostFollowers, own < Self.mostOfOne, panels.count <= Self.mostPanels else {
            return false
        }
        followers.append(follower)
        return true
    }

    /// Number of tabs that follow.
    var followerCount: Int { followers.count { $0.stream.isOpen } }

    nonisolated func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    for request in await self.due() { group.addTask { await self.look(request) } }
                    await self.checkSessions()
                    do { try await Task.sleep(for: self.interval / 4) } catch { return }
                }
            }
            await self.end()
        }
    }

    private func end() {
        for follower in followers { follower.stream.finish() }
        followers = []
    }

    /// The panels that somebody looks at and that are to be asked again.
    private func due() -> [PanelRequest] {
        followers.removeAll { !$0.stream.isOpen }
        let wanted = Set(followers.flatMap(\.addresses.keys))
        let now = ContinuousClock.now
        for (request, look) in looks where !wanted.contains(request) && !look.isRunning {
            if now - look.askedAt > interval { looks[request] = nil }
        }
        var due: [PanelRequest] = []
        for request in wanted {
            if let look = looks[request] {
                let own = ConsolePage.slow.contains(request.panel) ? slowInterval : interval
                guard !look.isRunning, now - look.askedAt >= max(own, look.took * 4) else { continue }
            }
            looks[request, default: Look(askedAt: now)].isRunning = true
            due.append(request)
        }
        return due
    }

    private func look(_ request: PanelRequest) async {
        let answer = await ask(request)
        looks[request]?.isRunning = false
        guard let answer, let panel = catalogue[request.panel] else { return }
        var drawn: [Viewing: PanelMarkup] = [:]
        for index in followers.indices where followers[index].addresses[request] != nil {
            let viewing = followers[index].viewing
            let markup = drawn[viewing] ?? PanelMarkup(panel.html(answer, viewing))
            drawn[viewing] = markup
            guard followers[index].shown[request] != markup.digest else { continue }
            let address = followers[index].addresses[request] ?? panel.address(request.values)
            do {
                followers[index].stream.send(try Self.event(markup, address: address))
                followers[index].shown[request] = markup.digest
            } catch {
                logger.error("a panel cannot be sent", metadata: ["panel": "\(address)", LogKeys.error: "\(error)"])
            }
        }
    }

    private func ask(_ request: PanelRequest) async -> CommandAnswer? {
        guard let arguments = catalogue[request.panel]?.arguments(request.values) else { return nil }
        let start = ContinuousClock.now
        let answer = await runner.ask(arguments)
        let end = ContinuousClock.now
        let isRunning = looks[request]?.isRunning ?? false
        looks[request] = Look(answer: answer, askedAt: end, took: end - start, isRunning: isRunning)
        return answer
    }

    private static func event(_ markup: PanelMarkup, address: String) throws(JSONError) -> [UInt8] {
        let message: JSONValue = [
            "panel": .string(address), "digest": .string(markup.digest),
            "markup": .string(String(decoding: markup.html.utf8, as: UTF8.self)),
        ]
        return Array("event: panel\ndata: \(try message.text())\n\n".utf8)
    }

    /// Ends the streams of whoever has logged out, and tells the others that the server lives.
    private func checkSessions() async {
        let now = ContinuousClock.now
        for index in followers.indices where now - followers[index].checkedAt >= Self.recheck {
            followers[index].checkedAt = now
        }
        let stale = followers.filter { $0.checkedAt == now }
        for follower in stale {
            do {
                if try await sessions.session(follower.visitor.token, isToken: follower.visitor.session.isToken) == nil
                {
                    follower.stream.send(Array("event: ended\ndata: {}\n\n".utf8))
                    follower.stream.finish()
                } else {
                    follower.stream.send(Self.ping)
                }
            } catch {
                // The database does not answer: panels say so, and who was let in stays until it can be asked.
                logger.warning("console sessions not looked up", metadata: [LogKeys.error: "\(error)"])
                follower.stream.send(Self.ping)
            }
        }
    }
}
