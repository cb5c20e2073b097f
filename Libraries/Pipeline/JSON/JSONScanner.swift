/// Pulls a few top-level fields out of a JSON object without building the rest.
///
/// The whole text is still checked, so a message that routes is a message that parses. Skipped objects are not
/// searched for duplicate keys; the wanted fields are.
public struct JSONScanner: Sendable {
    /// The fields that are pulled, in the order of the result.
    public let fields: [String]
    private let names: [[UInt8]]
    private let limits: JSONLimits

    /// - Parameter fields: names of top-level members. A key written with escapes (`"ru\u006e_id"`) is found too.
    public init(fields: [String], limits: JSONLimits = .message) {
        self.fields = fields
        names = fields.map { Array($0.utf8) }
        self.limits = limits
    }

    /// The values of the wanted fields, parallel to `fields`; nil where the object has no such member.
    ///
    /// - Throws: `JSONError`; `.unexpectedType` when the text is no object.
    public func scan(_ bytes: [UInt8]) throws(JSONError) -> [JSONValue?] {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) -> [JSONValue?] in
            var parser = JSONParser(buffer, limits: limits)
            try parser.checkSize()
            parser.skipSpace()
            guard parser.peek() == 0x7B else {
                throw JSONError(code: .unexpectedType, offset: parser.position, detail: "expected an object")
            }
            var found = [JSONValue?](repeating: nil, count: names.count)
            try parser.members { (parser) throws(JSONError) in
                let keyOffset = parser.position
                try parser.skipString()
                let keyEnd = parser.position
                try parser.colon()
                guard let field = try field(keyOffset..<keyEnd, in: parser) else {
                    try parser.skipValue()
                    return
                }
                guard found[field] == nil else {
                    throw JSONError(code: .duplicateKey, offset: keyOffset, detail: fields[field])
                }
                found[field] = try parser.value()
            }
            try parser.finish()
            return found
        }
    }

    private func field(_ key: Range<Int>, in parser: JSONParser) throws(JSONError) -> Int? {
        for (index, name) in names.enumerated() where parser.string(at: key, equals: name) { return index }
        guard parser.bytes[key].contains(0x5C) else { return nil }
        var unescaping = parser
        unescaping.position = key.lowerBound
        return fields.firstIndex(of: try unescaping.string())
    }
}
