import HTTPFetch
public import Pipeline

/// Why a payload cannot be read as a whole.
public struct PayloadError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of problem; its raw value is the error type in logs and tables.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        case empty = "empty_payload"
        /// An HTML page where data was expected: the site refuses us.
        case blocked = "blocked"
        case undecodable = "undecodable_payload"
        case malformed = "malformed_payload"
        /// JSON, but not in the source's form.
        case structure = "unexpected_structure"
        /// The payload is about something else than what was asked for.
        case wrongSubject = "wrong_subject"
        /// Fewer rows than the source always has.
        case tooFewRows = "too_few_rows"
        /// Rows are there and none of them can be used.
        case noUsableRow = "no_usable_row"
    }

    public var code: Code
    public var detail: String

    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    public var description: String { "\(code.rawValue): \(detail)" }
}

/// The bytes of a payload.
public enum Payload {
    /// The most bytes that a packed payload may unpack to.
    public static let maximumBytes = 64 << 20

    /// The JSON text of a body, whatever its headers said: the first bytes decide. A gzip body is unpacked.
    ///
    /// Throws ``PayloadError`` for an empty body, an HTML page and anything else that cannot be JSON.
    public static func json(_ body: [UInt8]) throws -> [UInt8] {
        if body.starts(with: [0x1F, 0x8B]) {
            do {
                return try plain(GzipBody.unpack(body, maximumBytes: maximumBytes))
            } catch let error as HTTPError {
                throw PayloadError(.undecodable, error.reason)
            }
        }
        return try plain(body)
    }

    /// The text of a body that is a table, unpacked when it is gzip. Throws ``PayloadError`` for an empty body, an HTML
    /// page and an answer in JSON, which is how a source says that something went wrong.
    public static func table(_ body: [UInt8]) throws -> [UInt8] {
        var text = body
        if body.starts(with: [0x1F, 0x8B]) {
            do { text = try GzipBody.unpack(body, maximumBytes: maximumBytes) } catch {
                throw PayloadError(.undecodable, error.reason)
            }
        }
        guard let first = text.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
            throw PayloadError(.empty, "\(text.count) bytes, all of them blank")
        }
        switch first {
        case UInt8(ascii: "<"): throw PayloadError(.blocked, "an HTML page instead of data: \(title(text))")
        case UInt8(ascii: "{"), UInt8(ascii: "["): throw PayloadError(.structure, "JSON instead of a table")
        default: return text
        }
    }

    private static func plain(_ body: [UInt8]) throws(PayloadError) -> [UInt8] {
        guard let first = body.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
            throw PayloadError(.empty, "\(body.count) bytes, all of them blank")
        }
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return body
        case UInt8(ascii: "<"): throw PayloadError(.blocked, "an HTML page instead of data: \(title(body))")
        default: throw PayloadError(.undecodable, "begins with byte 0x\(String(first, radix: 16))")
        }
    }

    /// The JSON value of a body. Throws ``PayloadError``.
    public static func value(_ body: [UInt8]) throws -> JSONValue {
        let text = try json(body)
        do { return try JSONValue(parsing: text) } catch {
            throw PayloadError(.malformed, error.description)
        }
    }

    /// The pages of a payload that came in several, one a line as the scraper lays them down. Throws ``PayloadError``.
    public static func pages(_ body: [UInt8]) throws -> [JSONValue] {
        try JSONPages.split(try json(body)).map { try value(Array($0)) }
    }

    /// The title of a page, for people.
    static func title(_ body: [UInt8]) -> String {
        let head = String(decoding: body.prefix(4096), as: UTF8.self)
        guard let open = head.firstRange(of: /<title[^>]*>/.ignoresCase()),
            let close = head[open.upperBound...].firstRange(of: /<\/title/.ignoresCase())
        else { return "without a title" }
        let text = head[open.upperBound..<close.lowerBound].split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return
            "\"\(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(80).map(String.init).joined())\""
    }

    /// Reads a payload; a text that is not JSON, or not in the source's form, becomes a ``PayloadError``.
    static func read<Result>(_ body: [UInt8], _ read: (inout JSONReader) throws -> Result) throws -> Result {
        let text = try json(body)
        do {
            return try JSONReader.read(text, read)
        } catch let error as JSONError {
            throw PayloadError(error.code == .unexpectedType ? .structure : .malformed, error.description)
        }
    }
}
