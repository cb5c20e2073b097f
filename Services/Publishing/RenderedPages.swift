import Page
import Pipeline
import Synchronization

/// The pages that were asked for last, as bytes with their ETag: what many readers ask for is rendered once a version.
final class RenderedPages: Sendable {
    struct Rendered: Sendable {
        var bytes: [UInt8]
        var etag: String
    }

    /// Everything that the page is made of.
    struct Key: Sendable, Hashable {
        var path: String
        var query: String
        var documentETag: String
        var calendar: SlateCalendar?
    }

    /// A page has some ten to a hundred kilobytes.
    private static let capacity = 256
    private let content = Mutex<(pages: [Key: Rendered], order: [Key])>(([:], []))

    /// The page if it is there already.
    subscript(key: Key) -> Rendered? { content.withLock { $0.pages[key] } }

    func callAsFunction(_ key: Key, _ render: () -> HTML) -> Rendered {
        if let known = content.withLock({ $0.pages[key] }) { return known }
        let rendered = Self.rendered(render())
        content.withLock { content in
            guard content.pages.updateValue(rendered, forKey: key) == nil else { return }
            content.order.append(key)
            if content.order.count > Self.capacity { content.pages[content.order.removeFirst()] = nil }
        }
        return rendered
    }

    static func rendered(_ html: HTML) -> Rendered {
        let bytes = html.utf8
        return Rendered(bytes: bytes, etag: SHA256.hash(bytes).hex)
    }
}
