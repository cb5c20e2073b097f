/// Header fields in the order they were received or will be sent; names compare without regard to case.
public struct HTTPHeaders: Sendable, Hashable, ExpressibleByArrayLiteral {
    /// One header field.
    public struct Field: Sendable, Hashable {
        /// The name as written.
        public let name: String
        /// The value without surrounding white space.
        public let value: String
    }

    /// Every field, in order; a name may occur more than once.
    public private(set) var fields: [Field] = []

    /// Makes headers from name and value pairs.
    public init(_ pairs: [(String, String)] = []) {
        for (name, value) in pairs { append(name, value) }
    }

    /// Makes headers from a literal of pairs.
    public init(arrayLiteral elements: (String, String)...) {
        self.init(elements)
    }

    /// The first value of a name, or nil.
    public subscript(name: String) -> String? {
        fields.first { Self.matches($0.name, name) }?.value
    }

    /// All values of a name, in order.
    public func all(_ name: String) -> [String] {
        fields.filter { Self.matches($0.name, name) }.map(\.value)
    }

    /// Adds a field behind the others.
    public mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Removes the fields whose name satisfies the condition.
    mutating func removeAll(where condition: (String) -> Bool) {
        fields.removeAll { condition($0.name) }
    }

    private static func matches(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && left.lowercased() == right.lowercased()
    }
}
