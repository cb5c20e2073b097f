import CLibXML2

/// Copies what libxml2 reads into values, and frees it before anybody can see it.
enum HTMLTree {
    /// Deeper elements are left out; no page of ours nests like that.
    private static let maximumDepth = 200

    /// Once for the process, before the first thread reads.
    private static let isReady: Bool = {
        xmlInitParser()
        return true
    }()

    /// The root element; nil when there is none.
    static func read(_ bytes: [UInt8]) -> HTMLElement? {
        precondition(isReady)
        let options =
            HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue
            | HTML_PARSE_NONET.rawValue
        let document = bytes.withUnsafeBytes { buffer in
            htmlReadMemory(
                buffer.bindMemory(to: CChar.self).baseAddress,
                Int32(buffer.count),
                nil,
                "UTF-8",
                Int32(options)
            )
        }
        guard let document else { return nil }
        defer { xmlFreeDoc(document) }
        guard let root = xmlDocGetRootElement(document) else { return nil }
        return element(root, depth: 0)
    }

    private static func element(_ node: xmlNodePtr, depth: Int) -> HTMLElement {
        var element = HTMLElement(name: text(node.pointee.name).lowercased())
        var attribute = node.pointee.properties
        while let current = attribute {
            element.attributes[text(current.pointee.name).lowercased()] =
                current.pointee.children.map { text($0.pointee.content) } ?? ""
            attribute = current.pointee.next
        }
        guard depth < maximumDepth else { return element }
        var child = node.pointee.children
        while let current = child {
            switch current.pointee.type {
            case XML_ELEMENT_NODE: element.children.append(.element(self.element(current, depth: depth + 1)))
            case XML_TEXT_NODE, XML_CDATA_SECTION_NODE: element.children.append(.text(text(current.pointee.content)))
            case XML_COMMENT_NODE: element.children.append(.comment(text(current.pointee.content)))
            default: break
            }
            child = current.pointee.next
        }
        return element
    }

    private static func text(_ bytes: UnsafePointer<xmlChar>?) -> String { bytes.map { String(cString: $0) } ?? "" }
}
