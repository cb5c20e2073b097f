internal import COpenSSL

/// SHA-256 by libcrypto. One value hashes many messages: `finish()` gives the digest and starts the next message.
///
///     var sha = SHA256()
///     for row in rows {
///         sha.update(row.bytes)
///         digests.append(sha.finish())
///     }
public struct SHA256: ~Copyable {
    private let context: OpaquePointer

    /// Starts a first message.
    public init() {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("no memory for a SHA-256 context") }
        self.context = context
        start()
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Adds bytes to the message.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "SHA-256 update failed")
    }

    /// Adds bytes to the message.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Adds bytes to the message.
    public mutating func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Adds the UTF-8 bytes of a text to the message.
    public mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    /// Adds an integer to the message, little-endian, at its full width.
    public mutating func update(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { update($0) }
    }

    /// The digest of the message; the next update begins a new message.
    public mutating func finish() -> SHA256Digest {
        let digest = withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { buffer in
            let outcome = EVP_DigestFinal_ex(
                context,
                buffer.bindMemory(to: UInt8.self).baseAddress,
                nil
            )
            precondition(outcome == 1, "SHA-256 final failed")
            return SHA256Digest(raw: UnsafeRawBufferPointer(buffer))
        }
        start()
        return digest
    }

    /// The digest of one message.
    public static func hash(_ bytes: [UInt8]) -> SHA256Digest {
        var sha = SHA256()
        sha.update(bytes)
        return sha.finish()
    }

    /// The digest of the UTF-8 bytes of one text.
    public static func hash(_ text: String) -> SHA256Digest {
        var sha = SHA256()
        sha.update(text)
        return sha.finish()
    }

    private func start() {
        precondition(EVP_DigestInit_ex(context, Algorithm.sha256.pointer, nil) == 1, "SHA-256 is not available")
    }
}

/// The implementation, looked up once: libcrypto 3 otherwise looks it up for every message.
///
/// Sharing is safe because a fetched EVP_MD is immutable and reference-counted; it is never freed.
private struct Algorithm: @unchecked Sendable {
    let pointer: OpaquePointer

    static let sha256: Algorithm = {
        guard let pointer = EVP_MD_fetch(nil, "SHA256", nil) else {
            preconditionFailure("libcrypto offers no SHA-256")
        }
        return Algorithm(pointer: pointer)
    }()
}
