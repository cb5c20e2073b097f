import Glibc

/// The listening sockets of this process.
enum ListeningSockets {
    /// Makes every connection accepted on this loopback port send small answers at once.
    ///
    /// Real brokers switch Nagle's algorithm off; librdkafka's mock brokers do not, and then an answer that follows
    /// another one waits 40 ms for the client's delayed acknowledgement. Accepted sockets inherit the option.
    /// Returns whether the port was found.
    @discardableResult
    static func disableNagle(port: UInt16) -> Bool {
        var found = false
        for descriptor in openDescriptors() where isListening(descriptor) && localPort(descriptor) == port {
            var on: CInt = 1
            if setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size)) == 0 {
                found = true
            }
        }
        return found
    }

    private static func openDescriptors() -> [CInt] {
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        var descriptors: [CInt] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let descriptor = CInt(name) { descriptors.append(descriptor) }
        }
        return descriptors
    }

    // Descriptors may be closed by other threads meanwhile: then the calls below fail, which means "not ours".

    private static func isListening(_ descriptor: CInt) -> Bool {
        var isListening: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size) == 0 && isListening != 0
    }

    private static func localPort(_ descriptor: CInt) -> UInt16? {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        guard result == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
        return UInt16(bigEndian: address.sin_port)
    }
}
