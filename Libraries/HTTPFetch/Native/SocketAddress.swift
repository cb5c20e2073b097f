internal import Glibc

extension AddressPolicy {
    /// Whether a socket address may be connected to as public; families other than IP never are.
    static func isPublic(_ address: UnsafeRawPointer, length: Int) -> Bool {
        guard length >= MemoryLayout<sa_family_t>.size else { return false }
        switch Int32(address.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            guard length >= MemoryLayout<sockaddr_in>.size else { return false }
            let value = address.loadUnaligned(as: sockaddr_in.self)
            return isPublic(ipv4: UInt32(bigEndian: value.sin_addr.s_addr))
        case AF_INET6:
            guard length >= MemoryLayout<sockaddr_in6>.size else { return false }
            let value = address.loadUnaligned(as: sockaddr_in6.self)
            return isPublic(ipv6: withUnsafeBytes(of: value.sin6_addr) { Array($0) })
        default:
            return false
        }
    }

    /// The IPv4 address a dotted text stands for, in host byte order.
    static func ipv4(_ text: String) -> UInt32? {
        var address = in_addr()
        return inet_pton(AF_INET, text, &address) == 1 ? UInt32(bigEndian: address.s_addr) : nil
    }

    /// The 16 bytes an IPv6 text stands for; brackets and a zone are left aside.
    static func ipv6(_ text: String) -> [UInt8]? {
        let inner = text.hasPrefix("[") ? text.dropFirst().prefix { $0 != "]" } : text[...]
        var address = in6_addr()
        guard inet_pton(AF_INET6, String(inner.prefix { $0 != "%" }), &address) == 1 else { return nil }
        return withUnsafeBytes(of: address) { Array($0) }
    }
}
