import HTTPFetch
import Logging
import Pipeline

/// Sends gzip to who accepts it. A body with an entity tag is packed once, and its packed form has a tag of its own, because
/// a strong tag stands for bytes (RFC 9110 §8.8.3.3).
final class ContentCoding: Sendable {
    static let suffix = "-gzip"
    /// What is smaller fits into a packet anyway.
    static let minimumBytes = 1024

    private let packed = ByteCache(maximumBytes: 16 << 20)
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    func callAsFunction(_ response: WebResponse, for request: WebRequest) -> WebResponse {
        var response = response
        if response.status == 304, response.headers["ETag"] != nil {
            response.addVary("Accept-Encoding")
            return response
        }
        guard response.status == 200, response.stream == nil, response.headers["Content-Encoding"] == nil,
            Self.isCompressible(response.headers["Content-Type"] ?? "")
        else { return response }
        response.addVary("Accept-Encoding")
        guard response.body.count >= Self.minimumBytes, Self.acceptsGzip(request.headers["accept-encoding"]) else {
            return response
        }
        guard let bytes = pack(response) else { return response }
        if let tag = Self.opaque(response.headers["ETag"]) {
            response.headers["ETag"] = "\"\(tag)\(Self.suffix)\""
            if EntityTag.matches(request.headers["if-none-match"], tag + Self.suffix) {
                response.headers["Content-Type"] = nil
                return WebResponse(status: 304, headers: response.headers)
            }
        }
        response.headers["Content-Encoding"] = "gzip"
        response.body = bytes
        return response
    }

    /// nil where packing fails or saves nothing: the body then goes as it is.
    private func pack(_ response: WebResponse) -> [UInt8]? {
        let tag = Self.opaque(response.headers["ETag"])
        if let tag, let known = packed[tag] { return known }
        let bytes: [UInt8]
        do throws(HTTPError) {
            bytes = try GzipBody.pack(response.body)
        } catch {
            logger.error("answer not packed", metadata: ["error": "\(error)"])
            return nil
        }
        guard bytes.count < response.body.count else { return nil }
        if let tag { packed.keep(bytes, as: tag) }
        return bytes
    }

    /// Whether the header prefers gzip to nothing, by its weights (RFC 9110 §12.5.3).
    static func acceptsGzip(_ header: String?) -> Bool {
        var weights: [Substring: Double] = [:]
        for element in (header ?? "").split(separator: ",") {
            let parts = element.lowercased().split(separator: ";").map(\.withoutBlanks)
            guard let name = parts.first else { continue }
            var weight = 1.0
            for parameter in parts.dropFirst() where parameter.hasPrefix("q=") {
                weight = Double(parameter.dropFirst(2)) ?? 0
            }
            weights[name] = weight
        }
        let gzip = weights["gzip"] ?? weights["x-gzip"] ?? weights["*"] ?? 0
        return gzip > 0 && gzip >= weights["identity"] ?? 0
    }

    private static func isCompressible(_ type: String) -> Bool {
        type.hasPrefix("text/") || type.contains("json") || type.contains("svg")
    }

    /// A strong tag without its quotation marks.
    private static func opaque(_ header: String?) -> String? {
        guard let header, header.hasPrefix("\""), header.hasSuffix("\""), header.count > 2 else { return nil }
        return String(header.dropFirst().dropLast())
    }
}

extension WebResponse {
    /// Says that the answer depends on a header of the request.
    mutating func addVary(_ name: String) {
        let known = (headers["Vary"] ?? "").split(separator: ",").map { $0.drop { $0 == " " } }
        guard !known.contains(where: { $0.lowercased() == name.lowercased() }) else { return }
        headers["Vary"] = (known.map(String.init) + [name]).joined(separator: ", ")
    }
}
