/// One page of a ListObjectsV2 answer.
///
/// Read by a scanner that knows elements, text and the five named entities, and refuses everything that could expand
/// or nest: document types, CDATA, deep trees.
struct S3Listing {
    private(set) var keys: [String] = []
    private(set) var isTruncated = false
    private(set) var nextToken: String?

    init(_ body: [UInt8], prefix: String) throws(ObjectStoreError) {
        var sawResult = false
        let isWellFormed = XMLText.read(body) { path, text in
            switch path.joined(separator: "/") {
            case "ListBucketResult": sawResult = true
            case "ListBucketResult/Contents/Key": keys.append(text)
            case "ListBucketResult/IsTruncated": isTruncated = text == "true"
            case "ListBucketResult/NextContinuationToken": nextToken = text
            default: break
            }
        }
        guard isWellFormed, sawResult else {
            throw ObjectStoreError(.badResponse, path: prefix, reason: "the listing is unreadable")
        }
    }

    /// The code of an error answer, such as `NoSuchBucket`; nil when the body is something else.
    static func errorCode(_ body: [UInt8]) -> String? {
        var code: String?
        _ = XMLText.read(body) { path, text in
            if path == ["Error", "Code"] { code = String(text.filter { $0.isASCII && $0.isLetter }.prefix(64)) }
        }
        return code
    }
}

/// The text of the elements of a small XML document.
enum XMLText {
    private static let maximumDepth = 16

    /// Calls `found` at the end of each element with its path and its own text; false when the document is malformed.
    static func read(_ body: [UInt8], found: (_ path: [String], _ text: String) -> Void) -> Bool {
        var open: [(name: String, text: [UInt8])] = []
        var roots = 0
        var index = 0
        while index < body.count {
            guard body[index] == UInt8(ascii: "<") else {
                let end = body[index...].firstIndex(of: UInt8(ascii: "<")) ?? body.count
                if !open.isEmpty { open[open.count - 1].text += body[index..<end] }
                index = end
                continue
            }
            guard let end = body[index...].firstIndex(of: UInt8(ascii: ">")) else { return false }
            let tag = body[(index + 1)..<end]
            index = end + 1
            switch tag.first {
            case UInt8(ascii: "?"): continue
            case UInt8(ascii: "!"), nil: return false
            case UInt8(ascii: "/"):
                guard let last = open.last, last.name.utf8.elementsEqual(name(tag.dropFirst())),
                    let text = unescape(last.text)
                else { return false }
                found(open.map(\.name), text)
                open.removeLast()
            default:
                if open.isEmpty { roots += 1 }
                guard roots == 1, open.count < maximumDepth else { return false }
                open.append((String(decoding: name(tag), as: UTF8.self), []))
                if tag.last == UInt8(ascii: "/") {
                    found(open.map(\.name), "")
                    open.removeLast()
                }
            }
        }
        return open.isEmpty && roots == 1
    }

    private static func name(_ tag: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        tag.prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }
    }

    private static func unescape(_ text: [UInt8]) -> String? {
        guard text.contains(UInt8(ascii: "&")) else { return String(validating: text, as: UTF8.self) }
        var result: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "&") else {
                result.append(byte)
                continue
            }
            guard let end = rest.prefix(12).firstIndex(of: UInt8(ascii: ";")) else { return nil }
            guard let scalar = entity(String(decoding: rest[..<end], as: UTF8.self)) else { return nil }
            result += Array(String(Character(scalar)).utf8)
            rest = rest[(end + 1)...]
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func entity(_ name: String) -> Unicode.Scalar? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default: break
        }
        let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst(1))
        guard name.hasPrefix("#"), let number else { return nil }
        return Unicode.Scalar(number)
    }
}
