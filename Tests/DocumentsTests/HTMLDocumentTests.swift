import Testing

@testable import Documents

@Suite struct HTMLDocumentTests {
    @Test func aPageBecomesElementsWithTheirText() throws {
        let page = try HTMLDocument.parse(
            Array(#"<html><body><p class="x">Jo&#269;e <b>and</b>  more<br>lines</p><p>open</body></html>"#.utf8)
        )
        let paragraphs = page.all("p")
        #expect(paragraphs.map(\.text) == ["Joče and morelines", "open"])
        #expect(paragraphs.first?.attributes == ["class": "x"])
    }

    @Test func aTableIsFoundInsideAComment() throws {
        let page = try HTMLDocument.parse(
            Array(
                #"<div><!-- <table id="other"></table> --><!-- <table id="roster"><tr><td>Dončić</td></tr></table> --></div>"#
                    .utf8
            )
        )
        #expect(HTMLDocument.table("roster", in: page)?.text == "Dončić")
        #expect(HTMLDocument.table("missing", in: page) == nil)
    }

    @Test func aScriptKeepsItsText() throws {
        let page = try HTMLDocument.parse(Array(#"<script id="data">{"a":"<b>&amp;"}</script>"#.utf8))
        #expect(page.first("script", id: "data")?.rawText == #"{"a":"<b>&amp;"}"#)
    }

    @Test(arguments: ["", "   "]) func nothingIsNoPage(text: String) {
        #expect(throws: DocumentError.self) { try HTMLDocument.parse(Array(text.utf8)) }
    }

    @Test func deepNestingEndsSomewhere() throws {
        let text = String(repeating: "<div>", count: 5_000) + "deep" + String(repeating: "</div>", count: 5_000)
        _ = try HTMLDocument.parse(Array(text.utf8))
    }
}
