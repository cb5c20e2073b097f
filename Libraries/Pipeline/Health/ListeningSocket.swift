import Foundation

/// A TCP socket that accepts connections; closed when released.
final class ListeningSocket: Sendable {
    let descriptor: Int32
    let address: HealthServer.BoundAddress

    /// - Parameters:
    ///   - host: an IPv4 or IPv6 address.
    ///   - port: 0 takes any free port.
    /// - Throws: `HealthServerError` with the address and the system's reason.
    init(host: String, port: UInt16) throws(HealthServerError) {
        let what = "cannot listen on \(host) port \(port)"
        var storage = sockaddr_storage()
        guard let length = Self.fill(&storage, host, port) else {
            throw HealthServerError(description: "\(what): not an IPv4 or IPv6 address")
        }
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(Int32(storage.ss_family), type, 0)
        guard descriptor >= 0 else { throw .system(what, errno) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let isListening =
            withUnsafePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 }
            } && listen(descriptor, SOMAXCONN) == 0
        guard isListening, let bound = Self.port(of: descriptor) else {
            let code = errno
            close(descriptor)
            throw .system(what, code)
        }
        self.descriptor = descriptor
        address = HealthServer.BoundAddress(host: host, port: bound)
    }

    deinit { close(descriptor) }

    private static func fill(_ storage: inout sockaddr_storage, _ host: String, _ port: UInt16) -> socklen_t? {
        withUnsafeMutablePointer(to: &storage) { pointer in
            if host.contains(":") {
                return pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                    address.pointee.sin6_family = sa_family_t(AF_INET6)
                    address.pointee.sin6_port = port.bigEndian
                    let isAddress = inet_pton(AF_INET6, host, &address.pointee.sin6_addr) == 1
                    return isAddress ? socklen_t(MemoryLayout<sockaddr_in6>.size) : nil
                }
            }
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                address.pointee.sin_family = sa_family_t(AF_INET)
                address.pointee.sin_port = port.bigEndian
                let isAddress = inet_pton(AF_INET, host, &address.pointee.sin_addr) == 1
                return isAddress ? socklen_t(MemoryLayout<sockaddr_in>.size) : nil
            }
        }
    }

    private static func port(of descriptor: Int32) -> UInt16? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            let isKnown = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length) == 0
            }
            guard isKnown else { return nil }
            // Both families keep the port in the same place.
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                UInt16(bigEndian: $0.pointee.sin_port)
            }
        }
    }
}
