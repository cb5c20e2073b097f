import Pipeline
import Synchronization

/// The streams that each client has open, so that one of them cannot take the seats of all.
final class StreamSeats: Sendable {
    let perClient: Int
    private let open = Mutex<[NetworkAddress: [WebStream]]>([:])

    init(perClient: Int) { self.perClient = perClient }

    /// Counts a stream until it is closed; false when the client has as many as it may.
    func take(_ stream: WebStream, for client: NetworkAddress) -> Bool {
        open.withLock { open in
            for (address, streams) in open {
                let left = streams.filter(\.isOpen)
                open[address] = left.isEmpty ? nil : left
            }
            guard open[client, default: []].count < perClient else { return false }
            open[client, default: []].append(stream)
            return true
        }
    }
}
