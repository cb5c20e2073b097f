import Access
import Page
import Pipeline

/// What all pages of a logged-in user share.
struct ConsoleLayout {
    var title: String
    /// The path of the page in the menu.
    var current: String
    var session: ConsoleVisitor
    var viewing: Viewing
    /// The path and query, for the links that switch the clock.
    var address: String
    var pages: [ConsolePage]
    var content: HTML

    var html: HTML {
        [
            .fixed("<!doctype html>\n"),
            .element(
                "html",
                [.init("lang", "en"), .init("data-zone", viewing.zone.rawValue)],
                Self.head(title),
                .element(
                    "body",
                    [],
                    Self.skip,
                    top,
                    .element("main", [.init("id", "main"), .init("tabindex", "-1")], content),
                    keys
                )
            ),
        ]
    }

    static func head(_ title: String) -> HTML {
        .element(
            "head",
            [],
            .void("meta", [.init("charset", "utf-8")]),
            .void("meta", [.init("name", "viewport"), .init("content", "width=device-width, initial-scale=1")]),
            .void("meta", [.init("name", "color-scheme"), .init("content", "light dark")]),
            .void("meta", [.init("name", "robots"), .init("content", "noindex")]),
            .element("title", [], .text("\(title) · Tipoff console")),
            .void("link", [.init("rel", "icon"), .init("href", Asset.icon.path), .init("type", "image/svg+xml")]),
            .void("link", [.init("rel", "stylesheet"), .init("href", ConsoleAssets.base.path)]),
            .void("link", [.init("rel", "stylesheet"), .init("href", ConsoleAssets.style.path)]),
            .element("script", [.init("src", ConsoleAssets.script.path), .init("defer", if: true)])
        )
    }

    private static let skip: HTML = .element("a", [.class("skip"), .init("href", "#main")], .text("Skip to content"))

    private var top: HTML {
        let links = pages.compactMap { page -> HTML? in
            guard let key = page.key else { return nil }
            var attributes: [HTML.Attribute] = [.init("href", page.path), .init("data-key", key)]
            if page.path == current { attributes.append(.init("aria-current", "page")) }
            return .element("a", attributes, .text(page.name))
        }
        return .element(
            "header",
            [.class("top")],
            .element("a", [.class("brand"), .init("href", "/")], .text("Tipoff console")),
            .element("nav", [.init("aria-label", "Main")], .joined(links)),
            find,
            clock,
            .element(
                "p",
                [.class("live")],
                // Filled by the script; without it the page is as of its loading.
                .element("span", [.init("id", "connection"), .init("role", "status"), .init("aria-live", "polite")]),
                .element(
                    "button",
                    [
                        .init("id", "pause"), .init("type", "button"), .init("hidden", if: true),
                        .init("aria-pressed", "false"),
                    ],
                    .text("Pause")
                )
            ),
            user
        )
    }

    private var find: HTML {
        .element(
            "form",
            [.class("find"), .init("role", "search"), .init("method", "get"), .init("action", "/trace")],
            .element("label", [.class("sr"), .init("for", "find")], .text("Trace an id")),
            .void(
                "input",
                [
                    .init("id", "find"), .init("name", "id"), .init("type", "search"),
                    .init("placeholder", "Trace an id (Ctrl K)"), .init("autocomplete", "off"),
                    .init("maxlength", 200), .init("required", if: true),
                ]
            ),
            .element("button", [.init("type", "submit")], .text("Trace"))
        )
    }

    /// The page's own address is the state: switching the clock is a link.
    private var clock: HTML {
        let links = ClockZone.allCases.map { zone -> HTML in
            var attributes: [HTML.Attribute] = [.init("href", Self.address(address, zone: zone))]
            if zone == viewing.zone { attributes.append(.init("aria-current", "true")) }
            return .element("a", attributes, .text(zone.label))
        }
        return .element("p", [.class("zones"), .init("aria-label", "Clock")], .joined(links))
    }

    static func address(_ address: String, zone: ClockZone) -> String {
        let parts = address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let kept = parts.count > 1 ? parts[1].split(separator: "&").filter { !$0.hasPrefix("tz=") } : []
        return parts[0] + "?" + (kept + ["tz=\(zone.rawValue)"]).joined(separator: "&")
    }

    private var user: HTML {
        .element(
            "form",
            [.class("user"), .init("method", "post"), .init("action", "/logout")],
            .element("span", [], .text("\(session.name) (\(session.role.rawValue))")),
            .void("input", [.init("type", "hidden"), .init("name", "csrf"), .init("value", session.formToken)]),
            .element("button", [.class("second"), .init("type", "submit")], .text("Log out"))
        )
    }

    private var keys: HTML {
        .element(
            "footer",
            [],
            .element(
                "details",
                [.init("id", "keys")],
                .element("summary", [], .text("Keys")),
                .element(
                    "ul",
                    [.class("plain")],
                    .element("li", [], .text("Ctrl K or / : trace an id")),
                    .element("li", [], .text("P : pause and go on")),
                    .element("li", [], .text("? : this list")),
                    .element(
                        "li",
                        [],
                        .text(
                            "G and then: "
                                + pages.compactMap { page in page.key.map { "\($0.uppercased()) \(page.name)" } }
                                .joined(separator: ", ")
                        )
                    )
                )
            )
        )
    }
}
