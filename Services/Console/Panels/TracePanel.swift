import Foundation
import Page
import Pipeline

/// `tipoff trace --json` as a waterfall. Where nothing ran for long, a row says so.
enum TracePanel {
    /// Seconds of silence from which a gap is told.
    static let gap = 1.0
    private static let mostHops = 500

    private struct Hop {
        var fields: JSONValue
        var start: Date
        var end: Date
    }

    static func html(_ trace: JSONValue, _ viewing: Viewing) -> HTML {
        let runs = (trace["runs"]?.arrayValue ?? []).compactMap(\.objectValue)
        let told = trace["hops"]?.arrayValue ?? []
        let hops = told.prefix(mostHops).compactMap { hop -> Hop? in
            guard let start = hop["start"]?.stringValue.flatMap(Instant.parse),
                let end = hop["end"]?.stringValue.flatMap(Instant.parse)
            else { return nil }
            return Hop(fields: hop, start: start, end: end)
        }
        let dependencies = (trace["dependencies"]?.arrayValue ?? []).compactMap(\.objectValue)
        let waiting = (trace["waiting"]?.arrayValue ?? []).compactMap(\.stringValue)
        return [
            .element(
                "p",
                [],
                .text("Correlation "),
                .element("code", [], .text(trace["correlation_id"]?.stringValue ?? ""))
            ),
            .when(!runs.isEmpty, JSONBody.table(runs, viewing, caption: "Runs")),
            .when(hops.isEmpty, .element("p", [.class("none")], .text("Nothing has run yet."))),
            .when(!hops.isEmpty, waterfall(hops, viewing)),
            .when(
                told.count > mostHops,
                .element(
                    "p",
                    [.class("note")],
                    .text("The first \(mostHops) of \(told.count) hops; a terminal shows all.")
                )
            ),
            .when(
                !waiting.isEmpty,
                .element("ul", [.class("plain")], .joined(waiting.map { .element("li", [], .text("waiting: \($0)")) }))
            ),
            .when(!dependencies.isEmpty, JSONBody.table(dependencies, viewing, caption: "What processors depended on")),
        ]
    }

    private static func waterfall(_ hops: [Hop], _ viewing: Viewing) -> HTML {
        let first = hops.map(\.start).min() ?? .distantPast
        let last = hops.map(\.end).max() ?? first
        let total = max(last.timeIntervalSince(first), 0.001)
        var covered = first
        var rows: [HTML] = []
        for hop in hops {
            let silence = hop.start.timeIntervalSince(covered)
            if silence >= gap {
                rows.append(
                    .element(
                        "tr",
                        [.class("gap")],
                        .element(
                            "td",
                            [.init("colspan", 8)],
                            .text(
                                "nothing ran for \(ClockText.duration(silence)) before \(hop.fields["name"]?.stringValue ?? "")"
                            )
                        )
                    )
                )
            }
            covered = max(covered, hop.end)
            rows.append(row(hop, first, total, viewing))
        }
        let columns = ["After", "Service", "Hop", "When", "Queue", "Run", "Rows", "Status"]
        return .element(
            "div",
            [.class("scroll"), .init("tabindex", "0"), .init("role", "region"), .init("aria-label", "Waterfall")],
            .element(
                "table",
                [.class("waterfall")],
                .element("caption", [], .text("\(hops.count) hops in \(ClockText.duration(total))")),
                .element(
                    "thead",
                    [],
                    .element("tr", [], .joined(columns.map { .element("th", [.init("scope", "col")], .text($0)) }))
                ),
                .element("tbody", [], .joined(rows))
            )
        )
    }

    private static func row(_ hop: Hop, _ first: Date, _ total: Double, _ viewing: Viewing) -> HTML {
        let fields = hop.fields
        let count = fields["count"]?.intValue ?? 1
        let name = fields["name"]?.stringValue ?? ""
        let run = hop.end.timeIntervalSince(hop.start)
        let isWork = fields["kind"]?.stringValue == "work"
        let detail = fields["detail"]?.stringValue
        return .element(
            "tr",
            [],
            .element("td", [], .text("+\(ClockText.duration(hop.start.timeIntervalSince(first)))")),
            .element("td", [], .text(fields["service"]?.stringValue ?? "")),
            .element(
                "td",
                [],
                .text(count > 1 ? "\(name) ×\(count)" : name),
                .some(detail) { .element("small", [], .text($0)) }
            ),
            .element("td", [], bar(hop, first, total, kind: fields["kind"]?.stringValue ?? "")),
            .element("td", [], .text(fields["queue_seconds"]?.doubleValue.map(ClockText.duration) ?? "–")),
            .element("td", [], .text(isWork ? ClockText.duration(run) : "–")),
            .element("td", [], .text(fields["rows"]?.intValue.map(String.init) ?? "–")),
            .element("td", [], StateWord.html(fields["status"]?.stringValue ?? ""))
        )
    }

    /// Where in the trace the hop lies, to scale; at least wide enough to be seen.
    private static func bar(_ hop: Hop, _ first: Date, _ total: Double, kind: String) -> HTML {
        let start = min(594, max(0, hop.start.timeIntervalSince(first) / total * 600))
        let width = min(600 - start, max(6, hop.end.timeIntervalSince(hop.start) / total * 600))
        let kinds: Set<String> = ["message", "work", "phase", "document"]
        return .element(
            "svg",
            [
                .class("bar"), .init("viewBox", "0 0 600 14"), .init("preserveAspectRatio", "none"),
                .init("aria-hidden", "true"),
            ],
            .element(
                "rect",
                [
                    .class(kinds.contains(kind) ? kind : "other"), .init("x", Int(start)), .init("y", 2),
                    .init("width", Int(width)), .init("height", 10),
                ]
            )
        )
    }
}
