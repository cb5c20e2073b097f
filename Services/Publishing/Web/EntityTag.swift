/// Entity tags (RFC 9110 §8.8.3).
enum EntityTag {
    /// Whether `If-None-Match` names the tag, by the weak comparison that GET asks for.
    ///
    /// - Parameter opaque: without its quotation marks.
    static func matches(_ header: String?, _ opaque: String) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").contains { candidate in
            var name = candidate.withoutBlanks
            if name == "*" { return true }
            if name.hasPrefix("W/") { name = name.dropFirst(2) }
            return name == "\"\(opaque)\""
        }
    }
}

extension Substring {
    /// Without the blanks and tabs around it, which header fields may have between their elements.
    var withoutBlanks: Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
