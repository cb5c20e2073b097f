/// What all pages share.
struct Layout {
    enum Section: CaseIterable {
        case slate, record, method

        var link: (address: String, name: String) {
            switch self {
            case .slate: ("/", "Slate")
            case .record: ("/record", "Record")
            case .method: ("/method", "Method")
            }
        }
    }

    /// What the page's script follows and what it fetches when something changed.
    struct Live {
        var topics: String
        var part: String
    }

    var title: String
    var current: Section?
    var live: Live?
    var content: HTML

    var html: HTML {
        [
            .fixed("<!doctype html>\n"),
            .element(
                "html",
                [.init("lang", "en")],
                .element(
                    "head",
                    [],
                    .void("meta", [.init("charset", "utf-8")]),
                    .void(
                        "meta",
                        [.init("name", "viewport"), .init("content", "width=device-width, initial-scale=1")]
                    ),
                    .void("meta", [.init("name", "color-scheme"), .init("content", "light dark")]),
                    .element("title", [], .text("\(title) · Tipoff")),
                    .void(
                        "link",
                        [.init("rel", "icon"), .init("href", Asset.icon.path), .init("type", "image/svg+xml")]
                    ),
                    .void("link", [.init("rel", "stylesheet"), .init("href", Asset.style.path)]),
                    .element("script", [.init("src", Asset.script.path), .init("defer", if: true)])
                ),
                .element("body", [], skip, header, main, footer)
            ),
        ]
    }

    private var skip: HTML { .element("a", [.class("skip"), .init("href", "#main")], .text("Skip to content")) }

    private var header: HTML {
        let links = Section.allCases.map { section -> HTML in
            var attributes: [HTML.Attribute] = [.init("href", section.link.address)]
            if section == current { attributes.append(.init("aria-current", "page")) }
            return .element("a", attributes, .text(section.link.name))
        }
        return .element(
            "header",
            [.class("top")],
            .element("a", [.class("brand"), .init("href", "/")], .text("Tipoff")),
            .element("nav", [.init("aria-label", "Main")], .joined(links)),
            // Filled by the script; empty without it.
            .element("p", [.init("id", "connection"), .init("role", "status"), .init("aria-live", "polite")])
        )
    }

    private var main: HTML {
        var attributes: [HTML.Attribute] = [.init("id", "main"), .init("tabindex", "-1")]
        if let live {
            attributes += [.init("data-topics", live.topics), .init("data-part", live.part)]
        }
        return .element("main", attributes, content)
    }

    private var footer: HTML {
        .element(
            "footer",
            [],
            .element(
                "p",
                [],
                .text(
                    "Projections are estimates with the stated uncertainty, no advice. Pushes and players who do not play "
                ),
                .text("count for neither side. "),
                .element("a", [.init("href", "/method")], .text("How they are made and where they are wrong"))
            )
        )
    }
}
