import Logging
import Pipeline

/// Asks each host no faster than it bears, and not at all for a while after it refused several times.
actor HostPace {
    private let spacings: [String: Duration]
    private let pause: Duration
    private var next: [String: ContinuousClock.Instant] = [:]
    private var breakers: [String: CircuitBreaker] = [:]

    init(spacings: [String: Duration], pause: Duration) {
        self.spacings = spacings
        self.pause = pause
    }

    /// Waits for the turn of a request. Throws `CancellationError`, and a transient ``TaskError`` while the host is left
    /// alone.
    func wait(for host: String) async throws {
        let now = ContinuousClock.now
        if let rest = breakers[host, default: CircuitBreaker(pause: pause)].admit(at: now) {
            throw TaskError(
                .transient,
                type: "circuit_open",
                "\(host) refused \(CircuitBreaker.failuresToOpen) times in a row and is left alone",
                retryAfter: rest
            )
        }
        guard let distance = spacings[host], distance > .zero else { return }
        let turn = max(next[host] ?? now, now)
        next[host] = turn + distance
        if turn > now { try await Task.sleep(until: turn, clock: .continuous) }
    }

    /// Hosts that this replica leaves alone now.
    var blockedHosts: [String] { breakers.filter { $0.value.isOpen(at: .now) }.map(\.key).sorted() }

    /// Remembers how a request ended.
    func record(failed: Bool, at host: String, logger: Logger) {
        let change = breakers[host, default: CircuitBreaker(pause: pause)].record(failed: failed, at: .now)
        switch change {
        case .opened:
            logger.error(
                "source is left alone after repeated failures",
                metadata: ["host": "\(host)", "pause": "\(pause)"]
            )
        case .closed: logger.notice("source answers again", metadata: ["host": "\(host)"])
        case nil: break
        }
    }
}

/// Whether a host may be asked: after three failures in a row not for a while, then once to see.
struct CircuitBreaker: Sendable, Hashable {
    static let failuresToOpen = 3

    enum Change: Sendable, Hashable { case opened, closed }

    private enum State: Hashable {
        case closed(failures: Int)
        case open(until: ContinuousClock.Instant)
        /// One request is on its way to see whether the host answers; another may follow when it never comes back.
        case probing(until: ContinuousClock.Instant)
    }

    private let pause: Duration
    private var state = State.closed(failures: 0)

    init(pause: Duration) { self.pause = pause }

    func isOpen(at now: ContinuousClock.Instant) -> Bool {
        switch state {
        case .closed: false
        case .open(let until), .probing(let until): now < until
        }
    }

    /// Nil when a request may go; else how long the host is left alone.
    mutating func admit(at now: ContinuousClock.Instant) -> Duration? {
        switch state {
        case .closed: return nil
        case .open(let until), .probing(let until):
            guard now >= until else { return until - now }
            state = .probing(until: now + pause)
            return nil
        }
    }

    /// Counts a request's end and says what it changed.
    mutating func record(failed: Bool, at now: ContinuousClock.Instant) -> Change? {
        switch (state, failed) {
        case (.closed, false):
            state = .closed(failures: 0)
            return nil
        case (.closed(let failures), true):
            guard failures + 1 >= Self.failuresToOpen else {
                state = .closed(failures: failures + 1)
                return nil
            }
            state = .open(until: now + pause)
            return .opened
        case (.open, true): return nil
        case (.probing, true):
            state = .open(until: now + pause)
            return nil
        case (.open, false), (.probing, false):
            state = .closed(failures: 0)
            return .closed
        }
    }
}
