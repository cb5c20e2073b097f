import Testing

@testable import Page

@Suite("Markup")
struct HTMLTests {
    private func source(_ html: HTML) -> String { String(decoding: html.utf8, as: UTF8.self) }

    @Test func textAndAttributesAreEscaped() {
        let hostile = #"<script>alert("x")</script>&'"#
        let html = HTML.element("p", [.init("title", hostile)], .text(hostile))
        let escaped = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;"
        #expect(source(html) == "<p title=\"\(escaped)\">\(escaped)</p>")
    }

    @Test(arguments: ["javascript:alert(1)", "//elsewhere.example/x", "https://elsewhere.example/", "data:text/html,x"])
    func linksLeadNowhereElse(_ address: String) {
        #expect(source(.element("a", [.init("href", address)], .text("x"))) == "<a>x</a>")
    }

    @Test func ownLinksStay() {
        for address in ["/players/2024-01-15/x", "?sort=edge", "#main"] {
            #expect(source(.element("a", [.init("href", address)])) == "<a href=\"\(address)\"></a>")
        }
    }

    @Test func controlCharactersDoNotReachThePage() {
        #expect(source(.text("a\u{0}b\u{1B}c")) == "a\u{FFFD}b\u{FFFD}c")
    }
}
