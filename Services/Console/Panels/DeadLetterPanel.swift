import Page
import Pipeline

/// `tipoff dlq ls --json` as a workbench: letters of one cause together, to be replayed or dropped together.
enum DeadLetterPanel {
    struct Group: Sendable, Hashable {
        var reason: String
        var topic: String
        /// As `tipoff dlq ls --by fingerprint` has it.
        var fingerprint: String
        var letters: [JSONObject] = []
    }

    /// Letters that are asked for.
    static let mostLetters = 1000
    /// One action may not take longer than a request: so many letters at once.
    static let mostAtOnce = 100

    static func html(_ list: JSONValue, _ viewing: Viewing) -> HTML {
        let letters = (list.arrayValue ?? []).compactMap(\.objectValue)
        let groups = groups(letters)
        guard !groups.isEmpty else { return .element("p", [.class("none")], .text("No dead letters.")) }
        let cut: HTML = .element(
            "p",
            [.class("note")],
            .text("Only the newest \(mostLetters) letters; tipoff dlq ls --by fingerprint counts all of them.")
        )
        let all: HTML = .joined(groups.enumerated().map { html($0.element, number: $0.offset, viewing) })
        return [.when(letters.count == mostLetters, cut), all]
    }

    /// The largest group first.
    static func groups(_ letters: [JSONObject]) -> [Group] {
        var groups: [Group] = []
        for letter in letters {
            let reason = letter["reason"]?.stringValue ?? ""
            let topic = letter["topic"]?.stringValue ?? ""
            let fingerprint = letter["fingerprint"]?.stringValue ?? ""
            if let place = groups.firstIndex(where: { $0.fingerprint == fingerprint }) {
                groups[place].letters.append(letter)
            } else {
                groups.append(Group(reason: reason, topic: topic, fingerprint: fingerprint, letters: [letter]))
            }
        }
        return groups.sorted { $0.letters.count > $1.letters.count }
    }

    private static func html(_ group: Group, number: Int, _ viewing: Viewing) -> HTML {
        let instants = group.letters.compactMap { $0["first_seen_at"]?.stringValue }
        let last = group.letters.compactMap { $0["last_seen_at"]?.stringValue }
        let seen = [instants.min(), last.max()].compactMap { $0 }.compactMap { ClockText.html($0, viewing.zone) }
        let isNew = group.letters.contains { $0["state"]?.stringValue == "new" }
        let content: HTML = [
            JSONBody.table(
                group.letters,
                viewing,
                columns: [
                    "dead_letter_id", "state", "attempts", "consumer", "detail", "last_seen_at", "replay_message_id",
                ],
                caption: "Letters",
                last: viewing.mayAct ? { pick($0) } : nil
            ),
            .when(viewing.mayAct && isNew, buttons),
        ]
        return .element(
            "details",
            [.class("group"), .init("id", "group-\(number)"), .init("open", if: number == 0)],
            .element(
                "summary",
                [],
                .element("b", [], .text("\(group.letters.count) × \(group.reason)")),
                .text(" on \(group.topic), fingerprint \(group.fingerprint): "),
                .text("\(group.letters[0]["detail"]?.stringValue?.prefix(200) ?? "") "),
                .joined(seen.enumerated().map { [.text($0.offset == 0 ? "first " : ", last "), $0.element] })
            ),
            .element("form", [.init("method", "get"), .init("action", "/act/dlq-replay")], content)
        )
    }

    private static func pick(_ letter: JSONObject) -> HTML {
        let id = letter["dead_letter_id"]?.intValue ?? 0
        return .when(
            letter["state"]?.stringValue == "new",
            .element(
                "label",
                [],
                .void("input", [.init("type", "checkbox"), .init("name", "id"), .init("value", id)]),
                .element("span", [.class("sr")], .text("Letter \(id)"))
            )
        )
    }

    private static let buttons: HTML = .element(
        "p",
        [.class("buttons")],
        .element("button", [.init("type", "submit")], .text("Replay the ticked ones…")),
        .element(
            "button",
            [.class("second"), .init("type", "submit"), .init("formaction", "/act/dlq-drop")],
            .text("Drop the ticked ones…")
        )
    )

    /// `tipoff dlq show --json`: where it came from, why it was refused, and what is in it.
    static func letter(_ letter: JSONValue, _ viewing: Viewing) -> HTML {
        var object = letter.objectValue ?? JSONObject()
        let payload = letter["payload_text"]?.stringValue
        for key in ["payload_text", "payload_base64"] { object[key] = nil }
        let parsed = payload.flatMap { try? JSONValue(parsing: $0) }
        let id = letter["dead_letter_id"]?.intValue ?? 0
        let isNew = letter["state"]?.stringValue == "new"
        return [
            JSONBody.html(.object(object), viewing),
            .some(parsed?["correlation_id"]?.stringValue) {
                .element("p", [], .text("Trace of its run: "), JSONBody.link("correlation_id", $0) ?? .empty)
            },
            .element("h3", [], .text("Payload")),
            .some(parsed.flatMap { try? $0.text(.indented) }) { .element("pre", [], .text($0)) },
            .element(
                "details",
                [.init("open", if: parsed == nil)],
                .element("summary", [], .text("As it came")),
                .element("pre", [], .text(payload ?? "no payload"))
            ),
            .when(
                isNew && viewing.mayAct,
                .element(
                    "p",
                    [.class("buttons")],
                    .element("a", [.class("act"), .init("href", "/act/dlq-replay?id=\(id)")], .text("Replay…")),
                    .text(" "),
                    .element("a", [.class("act"), .init("href", "/act/dlq-drop?id=\(id)")], .text("Drop…"))
                )
            ),
        ]
    }
}
