import CCompression
import HTTPFetch

/// SplitMix64: the same numbers on every machine for a seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A gzip member of the bytes, as a server would send it.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var length = compressBound(UInt(bytes.count))
    var packed = [UInt8](repeating: 0, count: Int(length))
    precondition(compress2(&packed, &length, bytes, UInt(bytes.count), 9) == Z_OK)
    // zlib's wrapper is two bytes in front and a checksum of four behind; gzip's differs.
    let deflated = packed[2..<(Int(length) - 4)]
    func littleEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + deflated
        + littleEndian(UInt32(crc32(0, bytes, UInt32(bytes.count)))) + littleEndian(UInt32(bytes.count))
}

/// The limits that tests on loopback need.
func loopbackLimits(
    body: Int = 32 << 20,
    ratio: Int = 200,
    total: Duration = .seconds(20),
    redirects: Int = 5,
    hosts: [String]? = nil
) -> HTTPLimits {
    HTTPLimits(
        maximumBodyBytes: body,
        maximumDecompressionRatio: ratio,
        totalTimeout: total,
        maximumRedirects: redirects,
        allowedHosts: hosts,
        allowPrivateAddresses: true
    )
}

/// The error of a fetch that must fail; nil when it succeeded.
func failure(_ client: HTTPClient, _ request: HTTPRequest) async -> HTTPError? {
    do throws(HTTPError) {
        _ = try await client.fetch(request)
        return nil
    } catch {
        return error
    }
}
