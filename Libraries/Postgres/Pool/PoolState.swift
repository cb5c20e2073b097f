/// What a caller of the pool may do.
enum PoolGrant<Connection> {
    case use(Connection)
    /// The holder opens a connection itself.
    case open
}

extension PoolGrant: Sendable where Connection: Sendable {}

/// The pool's bookkeeping, without I/O: who gets which connection, in the order of asking.
///
/// `opened` counts permits: connections that exist and connections that somebody is opening.
struct PoolState<Connection, Waiter> {
    typealias Grant = PoolGrant<Connection>

    enum Request {
        case granted(Grant)
        case wait
        case closed
    }

    struct Handover {
        let waiter: Waiter
        let grant: Grant
    }

    let maximum: Int
    private(set) var opened = 0
    private(set) var isClosed = false
    private var idle: [Connection] = []
    private var waiters: [(id: UInt64, waiter: Waiter)] = []
    private var nextID: UInt64 = 0

    init(maximum: Int) {
        self.maximum = max(1, maximum)
    }

    var idleCount: Int { idle.count }
    var waitingCount: Int { waiters.count }
    var isEmpty: Bool { opened == 0 }

    mutating func newID() -> UInt64 {
        nextID += 1
        return nextID
    }

    /// Asks for a connection. The latest used one comes first: its caches are warm, and the others may rest.
    mutating func request() -> Request {
        if isClosed { return .closed }
        // Nobody overtakes those who wait.
        guard waiters.isEmpty else { return .wait }
        if let connection = idle.popLast() { return .granted(.use(connection)) }
        guard opened < maximum else { return .wait }
        opened += 1
        return .granted(.open)
    }

    mutating func enqueue(_ waiter: Waiter, id: UInt64) {
        waiters.append((id, waiter))
    }

    /// Takes a waiter out of the queue that was cancelled or has waited too long; nil when it was served already.
    mutating func remove(id: UInt64) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index).waiter
    }

    /// Takes a connection back.
    /// - Returns: whom it goes to next; and the connection itself when it has to be closed.
    mutating func giveBack(_ connection: Connection) -> (handover: Handover?, close: Connection?) {
        if isClosed {
            opened -= 1
            return (nil, connection)
        }
        if let waiter = popWaiter() { return (Handover(waiter: waiter, grant: .use(connection)), nil) }
        idle.append(connection)
        return (nil, nil)
    }

    /// A connection was lost, or could not be opened; its permit goes to the next waiter.
    mutating func giveBackPermit() -> Handover? {
        if !isClosed, let waiter = popWaiter() { return Handover(waiter: waiter, grant: .open) }
        opened -= 1
        return nil
    }

    /// No more requests.
    /// - Returns: the idle connections to close, and the waiters to turn away.
    mutating func close() -> (connections: [Connection], waiters: [Waiter]) {
        isClosed = true
        opened -= idle.count
        defer {
            idle = []
            waiters = []
        }
        return (idle, waiters.map(\.waiter))
    }

    private mutating func popWaiter() -> Waiter? {
        waiters.isEmpty ? nil : waiters.removeFirst().waiter
    }
}
