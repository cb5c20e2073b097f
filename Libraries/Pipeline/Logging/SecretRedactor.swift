import Foundation

/// Replaces known secret values in texts by `***`.
///
/// Values shorter than four bytes are not replaced: they occur in ordinary words, and replacing them would say where.
public struct SecretRedactor: Sendable {
    private let secrets: [[UInt8]]
    static let minimumBytes = 4

    /// - Parameter secrets: plain values; their percent-encoded and base64 forms are replaced too.
    public init(_ secrets: [String]) {
        var forms: Set<String> = []
        for secret in secrets where secret.utf8.count >= Self.minimumBytes {
            forms.insert(secret)
            forms.insert(Data(secret.utf8).base64EncodedString())
            if let encoded = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) {
                forms.insert(encoded)
            }
        }
        // The longest first, so that a secret which contains another disappears whole.
        self.secrets = forms.map { Array($0.utf8) }.sorted { $0.count > $1.count }
    }

    /// The text without secrets.
    public func redact(_ text: String) -> String {
        guard !secrets.isEmpty else { return text }
        var copy = text
        guard copy.withUTF8({ bytes in secrets.contains { Self.find($0, in: bytes, from: 0) != nil } }) else {
            return text
        }
        var bytes = Array(copy.utf8)
        for secret in secrets { bytes = Self.replace(secret, in: bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func replace(_ secret: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBufferPointer { buffer in
            guard var hit = find(secret, in: buffer, from: 0) else { return bytes }
            var result: [UInt8] = []
            var copied = 0
            while true {
                result.append(contentsOf: buffer[copied..<hit])
                result.append(contentsOf: [0x2A, 0x2A, 0x2A])
                copied = hit + secret.count
                guard let next = find(secret, in: buffer, from: copied) else { break }
                hit = next
            }
            result.append(contentsOf: buffer[copied...])
            return result
        }
    }

    private static func find(_ needle: [UInt8], in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard let base = bytes.baseAddress, let first = needle.first else { return nil }
        var position = start
        while position + needle.count <= bytes.count {
            let last = bytes.count - needle.count
            guard let hit = memchr(base + position, Int32(first), last - position + 1) else { return nil }
            position = UnsafeRawPointer(hit) - UnsafeRawPointer(base)
            if memcmp(base + position, needle, needle.count) == 0 { return position }
            position += 1
        }
        return nil
    }
}
