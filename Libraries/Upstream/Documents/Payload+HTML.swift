public import Documents
import HTTPFetch

extension Payload {
    /// The page of an HTML body; a gzip body is unpacked. Throws ``PayloadError`` for anything else.
    public static func html(_ body: [UInt8]) throws -> HTMLElement {
        let bytes = try unpacked(body)
        guard let first = bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }) else {
            throw PayloadError(.empty, "\(body.count) bytes, all of them blank")
        }
        guard first == UInt8(ascii: "<") else {
            throw PayloadError(.undecodable, "no page: begins with byte 0x\(String(first, radix: 16))")
        }
        do { return try HTMLDocument.parse(bytes) } catch {
            throw PayloadError(.undecodable, error.detail)
        }
    }

    private static func unpacked(_ body: [UInt8]) throws -> [UInt8] {
        guard body.starts(with: [0x1F, 0x8B]) else { return body }
        do { return try GzipBody.unpack(body, maximumBytes: maximumBytes) } catch let error as HTTPError {
            throw PayloadError(.undecodable, error.reason)
        }
    }
}
