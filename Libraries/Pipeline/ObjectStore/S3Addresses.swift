internal import Foundation
internal import Synchronization

/// URLs of a bucket, already in the canonical form that the signature is made of.
struct S3Addresses: Sendable {
    /// The SHA-256 of no bytes.
    static let emptyDigest = SHA256.hash("").hex

    /// The host that all requests go to.
    let host: String
    private let base: String
    private let keyPrefix: String

    init(_ location: S3ObjectStore.Location) throws(ObjectStoreError) {
        func refuse(_ reason: String) -> ObjectStoreError {
            ObjectStoreError(.configuration, path: location.bucket, reason: reason)
        }
        let isNameByte: (UInt8) -> Bool = { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 46 }
        guard (3...63).contains(location.bucket.utf8.count), location.bucket.utf8.allSatisfy(isNameByte),
            !location.bucket.contains("..")
        else { throw refuse("not a bucket name") }
        guard let components = URLComponents(string: location.endpoint), let scheme = components.scheme,
            ["http", "https"].contains(scheme), let endpointHost = components.host, !endpointHost.isEmpty,
            ["", "/"].contains(components.path), components.query == nil, components.user == nil
        else { throw refuse("the endpoint is not of the form https://host:port") }
        if !location.keyPrefix.isEmpty { _ = try ObjectPath(validating: location.keyPrefix) }
        let port = components.port.map { ":\($0)" } ?? ""
        host = location.usesPathStyle ? endpointHost : "\(location.bucket).\(endpointHost)"
        base = "\(scheme)://\(host)\(port)/" + (location.usesPathStyle ? location.bucket + "/" : "")
        keyPrefix = location.keyPrefix.isEmpty ? "" : location.keyPrefix + "/"
    }

    func object(_ path: ObjectPath) -> String {
        base + Self.encode(keyPrefix + path.string, keepingSlashes: true)
    }

    func listing(prefix: String, after: String?, token: String?, limit: Int) -> String {
        // In the order of names: the signature is computed over the sorted query, and libcurl signs it as written.
        var query: [(String, String)] = []
        if let token { query.append(("continuation-token", token)) }
        query += [("list-type", "2"), ("max-keys", String(limit)), ("prefix", keyPrefix + prefix)]
        if let after, token == nil { query.append(("start-after", keyPrefix + after)) }
        return base + "?" + query.map { "\($0)=\(Self.encode($1, keepingSlashes: false))" }.joined(separator: "&")
    }

    /// The path that a listed key stands for; nil when it can't be asked for.
    func path(_ key: String) -> ObjectPath? {
        guard key.utf8.starts(with: keyPrefix.utf8) else { return nil }
        do throws(ObjectStoreError) {
            return try ObjectPath(validating: String(decoding: key.utf8.dropFirst(keyPrefix.utf8.count), as: UTF8.self))
        } catch {
            return nil
        }
    }

    /// Percent-encodes all but the unreserved characters, as Signature Version 4 wants it.
    static func encode(_ text: String, keepingSlashes: Bool) -> String {
        var bytes: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            case 0x2F where keepingSlashes: bytes.append(byte)
            default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// How many attempts a request took.
final class AttemptCount: Sendable {
    private let count = Atomic<Int>(1)
    var value: Int { count.load(ordering: .relaxed) }
    func set(_ value: Int) { count.store(value, ordering: .relaxed) }
}
