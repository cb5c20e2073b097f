import Foundation

/// An element of an HTML page with what is inside it.
public struct HTMLElement: Sendable, Hashable {
    public indirect enum Node: Sendable, Hashable {
        case element(HTMLElement)
        case text(String)
        case comment(String)
    }

    /// In lower case.
    public var name: String
    public var attributes: [String: String]
    public var children: [Node]

    public init(name: String, attributes: [String: String] = [:], children: [Node] = []) {
        self.name = name
        self.attributes = attributes
        self.children = children
    }

    /// The text inside, without markup, with single blanks.
    public var text: String { rawText.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    /// The text inside as it stands, such as a script's.
    public var rawText: String {
        children.map { child in
            switch child {
            case .element(let element): element.rawText
            case .text(let text): text
            case .comment: ""
            }
        }.joined()
    }

    /// The elements of a name anywhere inside, in the page's order.
    public func all(_ name: String, where isWanted: (HTMLElement) -> Bool = { _ in true }) -> [HTMLElement] {
        var found: [HTMLElement] = []
        for case .element(let child) in children {
            if child.name == name, isWanted(child) { found.append(child) }
            found += child.all(name, where: isWanted)
        }
        return found
    }

    /// The first element of a name with an `id`.
    public func first(_ name: String, id: String) -> HTMLElement? { all(name) { $0.attributes["id"] == id }.first }

    /// The comments anywhere inside.
    public var comments: [String] {
        children.flatMap { child -> [String] in
            switch child {
            case .element(let element): element.comments
            case .text: []
            case .comment(let text): [text]
            }
        }
    }
}

/// Reads HTML pages with libxml2, which forgives what browsers forgive.
public enum HTMLDocument {
    /// The longest page that is read.
    public static let maximumBytes = 32 << 20

    /// The page's root element.
    public static func parse(_ bytes: [UInt8]) throws(DocumentError) -> HTMLElement {
        guard bytes.count <= maximumBytes else {
            throw DocumentError(.tooLarge, "\(bytes.count) bytes of at most \(maximumBytes)")
        }
        guard let root = HTMLTree.read(bytes) else {
            throw DocumentError(.unreadable, "no element in \(bytes.count) bytes")
        }
        return root
    }

    /// The table of an `id`, also when a page keeps it in a comment and shows it by a script.
    public static func table(_ id: String, in page: HTMLElement) -> HTMLElement? {
        if let table = page.first("table", id: id) { return table }
        for comment in page.comments where comment.contains("<table") && comment.contains(id) {
            if let table = HTMLTree.read(Array(comment.utf8))?.first("table", id: id) { return table }
        }
        return nil
    }
}
