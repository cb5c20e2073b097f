/// Which addresses are public, after the IANA special-purpose registries (RFC 6890 and its updates).
enum AddressPolicy {
    /// Whether an IPv4 address, in host byte order, belongs to the public internet.
    static func isPublic(ipv4 address: UInt32) -> Bool {
        !nonPublic.contains { address & (UInt32.max << (32 - $0.bits)) == $0.network }
    }

    /// Whether an IPv6 address of 16 bytes belongs to the public internet.
    static func isPublic(ipv6 bytes: [UInt8]) -> Bool {
        guard bytes.count == 16 else { return false }
        let embedded = bytes[12...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let nat64: [UInt8] = [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        // Both forms end in an IPv4 address that is really meant.
        if bytes.starts(with: nat64) || bytes.starts(with: mapped) { return isPublic(ipv4: embedded) }
        // Everything else outside 2000::/3 is reserved, local or multicast: refuse by default.
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        let head = UInt32(bytes[0]) << 24 | UInt32(bytes[1]) << 16 | UInt32(bytes[2]) << 8 | UInt32(bytes[3])
        let isProtocolAssignment = head & 0xFFFF_FE00 == 0x2001_0000  // 2001::/23: Teredo, ORCHID, benchmarking
        let isDocumentation = head == 0x2001_0DB8 || head & 0xFFFF_F000 == 0x3FFF_0000
        let is6to4 = head >> 16 == 0x2002
        return !(isProtocolAssignment || isDocumentation || is6to4)
    }

    /// Whether a host is written as an address (with or without brackets) that isn't public.
    static func isNonPublicLiteral(_ host: String) -> Bool {
        if let address = ipv4(host) { return !isPublic(ipv4: address) }
        guard host.contains(":") else { return false }
        guard let bytes = ipv6(host) else { return true }
        return !isPublic(ipv6: bytes)
    }

    private static let nonPublic: [(network: UInt32, bits: UInt32)] = [
        (0x0000_0000, 8),  // this network
        (0x0A00_0000, 8),  // private
        (0x6440_0000, 10),  // carrier-grade NAT
        (0x7F00_0000, 8),  // loopback
        (0xA9FE_0000, 16),  // link-local, cloud metadata
        (0xAC10_0000, 12),  // private
        (0xC000_0000, 24),  // protocol assignments
        (0xC000_0200, 24),  // documentation
        (0xC058_6300, 24),  // 6to4 relay
        (0xC0A8_0000, 16),  // private
        (0xC612_0000, 15),  // benchmarking
        (0xC633_6400, 24),  // documentation
        (0xCB00_7100, 24),  // documentation
        (0xE000_0000, 4),  // multicast
        (0xF000_0000, 4),  // reserved, broadcast
    ]
}
