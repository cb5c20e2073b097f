import Page
import Pipeline

/// `tipoff alerts --json`: the most severe first, each with what to type.
enum AlertPanel {
    static func html(_ document: JSONValue, _ viewing: Viewing) -> HTML {
        guard let alerts = (document.arrayValue ?? document["alerts"]?.arrayValue)?.compactMap(\.objectValue) else {
            return JSONBody.html(document, viewing)
        }
        if alerts.isEmpty { return .element("p", [.class("none")], .text("No alerts.")) }
        // A build whose alerts can be acknowledged says of each whether it is.
        let isSilenced = alerts.contains { $0["silence"] != nil }
        return JSONBody.table(
            alerts,
            viewing,
            columns: [
                "alert_id", "level", "state", "title", "next", "date", "run_id", "occurrences", "raised_at",
                "last_seen_at", "resolved_at", "detail", "silence",
            ],
            caption: "Alerts, the most severe first",
            last: viewing.mayAct && isSilenced ? { acknowledge($0) } : nil
        )
    }

    private static func acknowledge(_ alert: JSONObject) -> HTML {
        let id = alert["alert_id"]?.intValue ?? 0
        return .when(
            alert["resolved_at"]?.isNull ?? true,
            .element("a", [.class("act"), .init("href", "/act/alert-ack?alert=\(id)")], .text("Acknowledge…"))
        )
    }
}
