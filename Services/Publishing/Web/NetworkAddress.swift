import Foundation

/// An IPv4 or IPv6 address as 128 bits, IPv4 in its mapped form (RFC 4291 §2.5.5.2): a client is the same whichever family
/// the socket has.
struct NetworkAddress: Sendable, Hashable {
    let high: UInt64
    let low: UInt64

    /// Stands for whoever came over no known address.
    static let unknown = NetworkAddress(high: 0, low: 0)
    private static let mapped: UInt64 = 0xFFFF_0000_0000

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Returns: nil for what is written as neither.
    init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(high: 0, low: Self.mapped | UInt64(UInt32(bigEndian: four.s_addr)))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let words = withUnsafeBytes(of: &six) { bytes in
            [0, 8].map { UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self)) }
        }
        self.init(high: words[0], low: words[1])
    }

    var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// What one subscriber has: an IPv4 address, or all of an IPv6 /64.
    var subscriber: NetworkAddress { isIPv4 ? self : NetworkAddress(high: high, low: 0) }

    /// The leading bits, the rest zero.
    func prefix(_ bits: Int) -> NetworkAddress {
        func mask(_ count: Int) -> UInt64 { count <= 0 ? 0 : count >= 64 ? .max : .max << (64 - UInt64(count)) }
        return NetworkAddress(high: high & mask(bits), low: low & mask(bits - 64))
    }
}

/// Addresses with the same leading bits, as in `10.0.0.0/8`, `2001:db8::/32` or a single `192.0.2.1`.
struct NetworkRange: Sendable, Hashable {
    private let network: NetworkAddress
    private let bits: Int

    /// - Returns: nil for what is written otherwise, and for a network whose own address has bits beyond its prefix: that
    ///   is a mistake more often than a wish.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let address = NetworkAddress(parts[0]) else { return nil }
        let isFour = !parts[0].contains(":")
        var length = isFour ? 32 : 128
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...length).contains(given), String(given) == parts[1] else { return nil }
            length = given
        }
        bits = isFour ? length + 96 : length
        guard address.prefix(bits) == address else { return nil }
        network = address
    }

    func contains(_ address: NetworkAddress) -> Bool { address.prefix(bits) == network }
}
