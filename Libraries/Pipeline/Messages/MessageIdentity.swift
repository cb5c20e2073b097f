public import Foundation

extension UUID {
    /// The namespace of ids that Tipoff derives from names.
    private static let namespace: [UInt8] = [
        0x5b, 0x0e, 0x6f, 0x1c, 0x8c, 0x7e, 0x4d, 0x52, 0x9a, 0x36, 0x1f, 0x2d, 0x90, 0x44, 0xc1, 0x77,
    ]

    /// A version-5 layout UUID of a name. The digest is SHA-256 cut to 16 bytes, so that one hash function serves
    /// the whole system.
    public init(deriving name: String) {
        self.init(derivingBytes: Self.namespace + Array(name.utf8))
    }

    private init(derivingBytes bytes: [UInt8]) {
        var digest = Array(SHA256.hash(bytes).bytes.prefix(16))
        digest[6] = (digest[6] & 0x0f) | 0x50
        digest[8] = (digest[8] & 0x3f) | 0x80
        self.init(
            uuid: (
                digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6], digest[7],
                digest[8], digest[9], digest[10], digest[11], digest[12], digest[13], digest[14], digest[15]
            )
        )
    }

    /// The id of a message that carries none: the same at every reading of the same record.
    static func derived(from payload: [UInt8], origin: MessageOrigin) -> UUID {
        let place =
            "\(origin.cluster)/\(origin.topic)/\(origin.partition)/\(origin.offset)/\(origin.timestampMilliseconds)/"
        return UUID(derivingBytes: namespace + Array(place.utf8) + SHA256.hash(payload).bytes)
    }
}
