import Page
import Pipeline

/// `tipoff messages ls --json`: what was told, each with the way to its payload.
enum MessagePanel {
    static func html(_ list: JSONValue, _ viewing: Viewing) -> HTML {
        let messages = (list.arrayValue ?? []).compactMap(\.objectValue)
        guard !messages.isEmpty else { return .element("p", [.class("none")], .text("No messages.")) }
        return JSONBody.table(
            messages,
            viewing,
            columns: [
                "created_at", "producer", "topic", "state", "sends", "game_date", "subject", "correlation_id", "run_id",
            ],
            caption: "The newest first",
            last: { message in
                let id = message["message_id"]?.stringValue ?? ""
                return .element("a", [.init("href", "/message?id=\(AddressText.encoded(id))")], .text("Payload"))
            }
        )
    }
}
