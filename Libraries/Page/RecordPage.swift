/// How the predictions of a system went, once their games were over.
public struct SystemRecord: Sendable, Hashable {
    public var systemID: String
    /// True for predictions that were made after the fact from what was known before tip-off.
    public var isReplay: Bool
    public var firstDate: String
    public var lastDate: String
    /// Predictions whose player played.
    public var graded: Int
    /// Predictions whose player did not play or whose game did not take place.
    public var voided: Int
    /// In points.
    public var meanAbsoluteError: Double?
    public var wins: Int
    public var losses: Int
    /// Sides that were taken and ended exactly on the line.
    public var pushes: Int
    /// Graded predictions with an 80 % range, and how many ended inside.
    public var ranged: Int
    public var inside: Int

    public init(
        systemID: String,
        isReplay: Bool,
        firstDate: String,
        lastDate: String,
        graded: Int,
        voided: Int,
        meanAbsoluteError: Double?,
        wins: Int,
        losses: Int,
        pushes: Int,
        ranged: Int,
        inside: Int
    ) {
        self.systemID = systemID
        self.isReplay = isReplay
        self.firstDate = firstDate
        self.lastDate = lastDate
        self.graded = graded
        self.voided = voided
        self.meanAbsoluteError = meanAbsoluteError
        self.wins = wins
        self.losses = losses
        self.pushes = pushes
        self.ranged = ranged
        self.inside = inside
    }

    /// Wilson's score interval for a share at 95 %: E. B. Wilson, "Probable inference", JASA 22 (1927).
    static func interval(_ hits: Int, of total: Int) -> ClosedRange<Double>? {
        guard total > 0 else { return nil }
        let z = 1.959963984540054
        let n = Double(total)
        let share = Double(hits) / n
        let middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return max(0, middle - half)...min(1, middle + half)
    }
}

/// The record of every system, and how it is counted.
public struct RecordPage: Sendable {
    public var records: [SystemRecord]

    public init(records: [SystemRecord]) { self.records = records }

    public var html: HTML {
        Layout(
            title: "Record",
            current: .record,
            live: nil,
            content: [
                .element("h1", [], .text("Record")),
                .element(
                    "p",
                    [.class("sub prose")],
                    .text(
                        "Every graded prediction counts. A push is neither won nor lost. A player who does not play and a game "
                            + "that does not take place are void and count nowhere else."
                    )
                ),
                records.isEmpty ? nothing : table("Made before tip-off", replays: false),
                .when(records.contains(where: \.isReplay), table("Replayed over past dates", replays: true)),
            ]
        ).html
    }

    private var nothing: HTML {
        EmptyState.box(
            "Nothing is graded yet",
            .element("p", [], .text("Figures appear here after the first games whose predictions have been graded."))
        )
    }

    private func table(_ title: String, replays: Bool) -> HTML {
        let rows = records.filter { $0.isReplay == replays }
        guard !rows.isEmpty else {
            return EmptyState.box(title, .element("p", [], .text("Nothing is graded yet.")))
        }
        let heads = [
            "System", "Dates", "Graded", "Mean error, points", "Won–lost", "Hit rate, 95 % interval", "Pushes", "Void",
            "Inside the 80 % range",
        ]
        return .element(
            "section",
            [.class("panel")],
            .element("h2", [], .text(title)),
            .when(
                replays,
                .element(
                    "p",
                    [.class("hint")],
                    .text("Computed later from what was known before each game; never mixed with the figures above.")
                )
            ),
            .element(
                "div",
                [.class("scroll"), .init("tabindex", "0"), .init("role", "region"), .init("aria-label", title)],
                .element(
                    "table",
                    [.class("plain")],
                    .element("caption", [.class("sr")], .text(title)),
                    .element(
                        "thead",
                        [],
                        .element("tr", [], .joined(heads.map { .element("th", [.init("scope", "col")], .text($0)) }))
                    ),
                    .element("tbody", [], .joined(rows.map(row)))
                )
            )
        )
    }

    private func row(_ record: SystemRecord) -> HTML {
        let sides = record.wins + record.losses
        let hitRate: HTML =
            SystemRecord.interval(record.wins, of: sides).map { interval in
                [
                    .element("b", [], .text(Figures.percent(Double(record.wins) / Double(sides), places: 1))),
                    .element(
                        "small",
                        [],
                        .text(
                            "\(Figures.percent(interval.lowerBound, places: 1)) to "
                                + "\(Figures.percent(interval.upperBound, places: 1)), n = \(sides)"
                        )
                    ),
                ]
            } ?? Figures.missing
        let inside: HTML =
            SystemRecord.interval(record.inside, of: record.ranged).map { _ in
                [
                    .text(Figures.percent(Double(record.inside) / Double(record.ranged), places: 1)),
                    .element("small", [], .text("n = \(record.ranged)")),
                ]
            } ?? Figures.missing
        return .element(
            "tr",
            [],
            .element("th", [.init("scope", "row")], .text(Words.system(record.systemID))),
            .element("td", [], .text(record.firstDate), .element("small", [], .text("to \(record.lastDate)"))),
            .element("td", [], .text(record.graded)),
            .element("td", [], Figures.maybe(record.meanAbsoluteError, places: 2)),
            .element("td", [], .text("\(record.wins)–\(record.losses)")),
            .element("td", [], hitRate),
            .element("td", [], .text(record.pushes)),
            .element("td", [], .text(record.voided)),
            .element("td", [], inside)
        )
    }
}
