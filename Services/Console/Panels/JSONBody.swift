import Page
import Pipeline

/// Draws any document: a list of objects is a table with a column a member, an object is a list of its members and a table
/// for each list in it.
enum JSONBody {
    /// More rows than these are counted, not drawn.
    static let mostRows = 400
    /// Texts longer than this are folded.
    static let longText = 160
    /// They change with every look and say nothing.
    private static let unsaid: Set<String> = ["as_of"]

    static func html(_ value: JSONValue, _ viewing: Viewing) -> HTML { html(value, viewing, depth: 0) }

    private static func html(_ value: JSONValue, _ viewing: Viewing, depth: Int) -> HTML {
        switch value {
        case .array(let elements):
            if elements.isEmpty { return nothing }
            let objects = elements.compactMap(\.objectValue)
            if objects.count == elements.count { return table(objects, viewing) }
            return .element(
                "ul",
                [.class("plain")],
                .joined(elements.prefix(mostRows).map { .element("li", [], cell("", $0, viewing)) }),
                .when(elements.count > mostRows, more(elements.count))
            )
        case .object(let object): return members(object, viewing, depth: depth)
        default: return .element("p", [], cell("", value, viewing))
        }
    }

    static let nothing: HTML = .element("p", [.class("none")], .text("Nothing."))

    private static func members(_ object: JSONObject, _ viewing: Viewing, depth: Int) -> HTML {
        if object.isEmpty { return nothing }
        var scalars: [HTML] = []
        var blocks: [HTML] = []
        for (key, value) in zip(object.keys, object.values) where !unsaid.contains(key) {
            let isList = value.arrayValue?.contains { $0.objectValue != nil || $0.arrayValue != nil } ?? false
            if isList || value.objectValue != nil && depth < 4 {
                blocks.append(.element("h3", [], .text(words(key))))
                blocks.append(html(value, viewing, depth: depth + 1))
            } else {
                scalars.append(
                    .element(
                        "div",
                        [],
                        .element("dt", [], .text(words(key))),
                        .element("dd", [], cell(key, value, viewing))
                    )
                )
            }
        }
        return [
            .when(!scalars.isEmpty, .element("dl", [.class("facts")], .joined(scalars))),
            .joined(blocks),
        ]
    }

    /// A table of objects.
    ///
    /// - Parameters:
    ///   - columns: the members to show, in this order; nil shows all in the order in which they come.
    ///   - last: a further cell of each row, such as its actions.
    static func table(
        _ rows: [JSONObject],
        _ viewing: Viewing,
        columns chosen: [String]? = nil,
        caption: String? = nil,
        last: ((JSONObject) -> HTML)? = nil
    ) -> HTML {
        var columns: [String] = []
        for row in rows.prefix(50) where chosen == nil {
            for key in row.keys where !columns.contains(key) && !unsaid.contains(key) { columns.append(key) }
        }
        if let chosen { columns = chosen.filter { key in rows.contains { $0[key] != nil } } }
        let heading = columns.map { HTML.element("th", [.init("scope", "col")], .text(words($0))) }
        let body = rows.prefix(mostRows).map { row -> HTML in
            .element(
                "tr",
                [],
                .joined(
                    columns.map { key in
                        .element("td", [.init("data-label", words(key))], cell(key, row[key] ?? .null, viewing))
                    }
                ),
                .some(last) { .element("td", [.class("acts")], $0(row)) }
            )
        }
        return .element(
            "div",
            [
                .class("scroll"), .init("tabindex", "0"), .init("role", "region"),
                .init("aria-label", caption ?? "Table"),
            ],
            .element(
                "table",
                [.class("rows")],
                .some(caption) { .element("caption", [], .text($0)) },
                .element(
                    "thead",
                    [],
                    .element(
                        "tr",
                        [],
                        .joined(heading),
                        .when(last != nil, .element("th", [.init("scope", "col")], .text("Do")))
                    )
                ),
                .element("tbody", [], .joined(body))
            ),
            .when(rows.count > mostRows, more(rows.count))
        )
    }

    private static func more(_ count: Int) -> HTML {
        .element(
            "p",
            [.class("hint")],
            .text("\(count - mostRows) more are not drawn; the command below prints all of them.")
        )
    }

    /// One value as people read it; ids are links to what they name.
    static func cell(_ key: String, _ value: JSONValue, _ viewing: Viewing) -> HTML {
        switch value {
        case .null: return dash
        case .bool(let isTrue): return .text(isTrue ? "yes" : "no")
        case .int(let number): return link(key, String(number)) ?? .text(number)
        case .double(let number):
            if key.hasSuffix("seconds") { return .text(ClockText.duration(number)) }
            return .text(short(number))
        case .string(let text): return self.text(key, text, viewing)
        case .array(let list):
            if list.isEmpty { return dash }
            let pieces = list.prefix(12).map { cell(key, $0, viewing) }
            return [
                .joined(pieces.enumerated().map { $0.offset == 0 ? $0.element : [.text(", "), $0.element] }),
                .when(list.count > 12, .text(" and \(list.count - 12) more")),
            ]
        case .object(let object):
            if object.isEmpty { return dash }
            let lines = zip(object.keys, object.values).map { key, value -> HTML in
                .element("li", [], .text("\(words(key)): "), cell(key, value, viewing))
            }
            return .element(
                "details",
                [],
                .element("summary", [], .text("\(object.count) \(object.count == 1 ? "member" : "members")")),
                .element("ul", [.class("plain")], .joined(lines))
            )
        }
    }

    private static func text(_ key: String, _ text: String, _ viewing: Viewing) -> HTML {
        if text.isEmpty { return dash }
        if let time = ClockText.html(text, viewing.zone) { return time }
        if StateWord.isState(key) { return StateWord.html(text) }
        if let link = link(key, text) { return link }
        guard text.count > longText || text.contains("\n") else { return .text(text) }
        let first = text.prefix { $0 != "\n" }.prefix(longText)
        return .element(
            "details",
            [],
            .element("summary", [], .text("\(first)…")),
            .element("pre", [], .text(text))
        )
    }

    /// The page that an id belongs to; nil for what is no id.
    static func link(_ key: String, _ text: String) -> HTML? {
        guard let address = address(key, text) else { return nil }
        return .element("a", [.init("href", address)], .text(text))
    }

    private static func address(_ key: String, _ text: String) -> String? {
        let value = AddressText.encoded(text)
        switch key {
        case "run_id", "opened_run_id", "run": return "/run?id=\(value)"
        case "correlation_id", "message_id", "execution_id", "replay_message_id", "follows", "batch_id":
            return "/trace?id=\(value)"
        case "dead_letter_id": return "/letter?id=\(value)"
        case "date", "game_date": return text.utf8.count == 10 ? "/?date=\(value)" : nil
        case "action_id": return "/done?id=\(value)"
        default: return nil
        }
    }

    private static let dash: HTML = [
        .element("span", [.class("none"), .init("aria-hidden", "true")], .text("–")),
        .element("span", [.class("sr")], .text("none")),
    ]

    static func words(_ key: String) -> String { key.replacing("_", with: " ") }

    private static func short(_ number: Double) -> String {
        let scaled = (number * 1000).rounded() / 1000
        return scaled == scaled.rounded() && abs(scaled) < 1e15 ? String(Int64(scaled)) : String(scaled)
    }
}
