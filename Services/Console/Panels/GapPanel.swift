import Page
import Pipeline

/// `tipoff gaps --json`: what is overdue, with the reason in words and what to type; any other shape as it is.
enum GapPanel {
    static func html(_ document: JSONValue, _ viewing: Viewing) -> HTML {
        guard let gaps = document["gaps"]?.arrayValue?.compactMap(\.objectValue) else {
            return JSONBody.html(document, viewing)
        }
        if gaps.isEmpty { return .element("p", [.class("none")], .text("Nothing is overdue.")) }
        return JSONBody.table(
            gaps,
            viewing,
            columns: ["from", "to", "phase", "processor", "requirement", "games", "words", "command", "due_at"],
            caption: "Overdue outputs, the oldest first",
            last: viewing.mayAct ? { accept($0) } : nil
        )
    }

    private static func accept(_ gap: JSONObject) -> HTML {
        // One output is accepted at a time: which dates of several are lost is for the command line to say.
        guard let date = gap["from"]?.stringValue, gap["to"]?.stringValue == date,
            let processor = gap["processor"]?.stringValue, let phase = gap["phase"]?.intValue
        else { return .empty }
        return .element(
            "a",
            [
                .class("act"),
                .init(
                    "href",
                    "/act/gaps-accept?date=\(AddressText.encoded(date))&phase=\(phase)"
                        + "&processor=\(AddressText.encoded(processor))"
                ),
            ],
            .text("Accept the loss…")
        )
    }
}
