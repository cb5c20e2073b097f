/// A piece of a page. Text enters only through its escaping: there is no way to write a string that was not a literal of
/// this program's own source without `&`, `<`, `>` and both quotes being replaced.
public struct HTML: Sendable, Hashable, ExpressibleByArrayLiteral {
    private(set) var source: String

    public static let empty = HTML(source: "")

    private init(source: String) { self.source = source }

    public init(arrayLiteral pieces: HTML...) {
        self.init(source: pieces.map(\.source).joined())
    }

    /// The bytes to send.
    public var utf8: [UInt8] { Array(source.utf8) }

    /// Text from anywhere.
    public static func text(_ text: some CustomStringConvertible) -> HTML { HTML(source: escape(text.description)) }

    /// Markup that stands in this program's source.
    public static func fixed(_ markup: StaticString) -> HTML { HTML(source: markup.description) }

    public static func element(_ name: StaticString, _ attributes: [Attribute] = [], _ content: HTML...) -> HTML {
        let inside = content.map(\.source).joined()
        return HTML(source: "<\(name)\(attributes.map(\.source).joined())>\(inside)</\(name)>")
    }

    /// An element without content, such as `input`.
    public static func void(_ name: StaticString, _ attributes: [Attribute] = []) -> HTML {
        HTML(source: "<\(name)\(attributes.map(\.source).joined())>")
    }

    public static func joined(_ pieces: some Sequence<HTML>) -> HTML {
        HTML(source: pieces.map(\.source).joined())
    }

    public static func when(_ condition: Bool, _ piece: @autoclosure () -> HTML) -> HTML {
        condition ? piece() : .empty
    }

    public static func some<Value>(_ value: Value?, _ piece: (Value) -> HTML) -> HTML { value.map(piece) ?? .empty }

    /// One attribute; its value is escaped.
    public struct Attribute: Sendable, Hashable {
        fileprivate var source: String

        /// Links and sources never take a scheme from the data: what does not begin with `/`, `?` or `#` is left out.
        public init(_ name: StaticString, _ value: some CustomStringConvertible) {
            let text = value.description
            let isAddress = ["href", "src", "action"].contains(name.description)
            let isOwn = text.isEmpty || "/?#".contains(text.first!) && !text.hasPrefix("//")
            source = isAddress && !isOwn ? "" : " \(name)=\"\(HTML.escape(text))\""
        }

        /// One without a value, present or not.
        public init(_ name: StaticString, if condition: Bool) { source = condition ? " \(name)" : "" }

        public static func `class`(_ names: String) -> Attribute { Attribute("class", names) }
    }

    private static func escape(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case 0x26: bytes += "&amp;".utf8
            case 0x3C: bytes += "&lt;".utf8
            case 0x3E: bytes += "&gt;".utf8
            case 0x22: bytes += "&quot;".utf8
            case 0x27: bytes += "&#39;".utf8
            // Control characters have no place in HTML.
            case 0x00..<0x09, 0x0B, 0x0C, 0x0E..<0x20, 0x7F: bytes += "\u{FFFD}".utf8
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
