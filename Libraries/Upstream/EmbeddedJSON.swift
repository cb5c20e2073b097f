import HTTPFetch
import Pipeline

/// JSON values inside the scripts of a page.
struct EmbeddedJSON {
    private let page: [UInt8]

    /// Takes a page. Throws ``PayloadError`` for a body that is none.
    init(page body: [UInt8]) throws {
        var page = body
        if body.starts(with: [0x1F, 0x8B]) {
            do { page = try GzipBody.unpack(body, maximumBytes: Payload.maximumBytes) } catch {
                throw PayloadError(.undecodable, error.reason)
            }
        }
        guard let first = page.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
            throw PayloadError(.empty, "\(body.count) bytes, all of them blank")
        }
        guard first == UInt8(ascii: "<") else {
            throw PayloadError(.undecodable, "begins with byte 0x\(String(first, radix: 16)), not with a page")
        }
        self.page = page
    }

    /// Whether a text stands anywhere in the page.
    func holds(_ text: String) -> Bool { place(of: Array(text.utf8), from: 0) != nil }

    /// The title of the page, for people.
    var title: String { Payload.title(page) }

    /// The first object behind a key; keys with another kind of value, such as a switch of the same name, are passed
    /// over. Throws ``PayloadError`` when the object does not end.
    func object(_ key: String) throws -> JSONValue? { try value(key, opening: UInt8(ascii: "{")) }

    /// The first list behind a key.
    func list(_ key: String) throws -> JSONValue? { try value(key, opening: UInt8(ascii: "[")) }

    private func value(_ key: String, opening bracket: UInt8) throws -> JSONValue? {
        let needle = Array("\"\(key)\":".utf8)
        var from = 0
        while let found = place(of: needle, from: from) {
            let start = found + needle.count
            from = start
            guard start < page.count, page[start] == bracket else { continue }
            var brackets = JSONBrackets()
            guard let end = page[start...].firstIndex(where: { brackets.closes(with: $0) }) else {
                throw PayloadError(.malformed, "\(key) does not end")
            }
            do { return try JSONValue(parsing: Array(page[start...end])) } catch {
                throw PayloadError(.malformed, "\(key): \(error.description)")
            }
        }
        return nil
    }

    private func place(of needle: [UInt8], from start: Int) -> Int? {
        guard let first = needle.first, page.count >= needle.count else { return nil }
        return page.withUnsafeBufferPointer { page in
            var position = start
            while position + needle.count <= page.count {
                if page[position] == first, page[position..<position + needle.count].elementsEqual(needle) {
                    return position
                }
                position += 1
            }
            return nil
        }
    }
}
