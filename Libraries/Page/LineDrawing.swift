/// How a line moved since it opened: a step at each change, with the same in words.
struct LineDrawing {
    /// The oldest first.
    var points: [PublishedSlate.LinePoint]
    static let width = 240.0
    static let height = 56.0

    /// Nothing where no line was seen.
    var html: HTML {
        guard let opened = points.first, let last = points.last else { return .empty }
        guard points.count > 1 else {
            return .element(
                "p",
                [.class("hint")],
                .text("The line has stood at \(Figures.decimal(opened.line)) since "),
                Figures.time(opened.seenAt),
                .text(".")
            )
        }
        let move = last.line - opened.line
        return .element(
            "figure",
            [.class("line-history")],
            .element(
                "svg",
                [
                    .class("steps"), .init("viewBox", "0 0 \(Int(Self.width)) \(Int(Self.height))"),
                    .init("role", "img"), .init("aria-label", words),
                ],
                .element("path", [.init("d", path)])
            ),
            .element(
                "figcaption",
                [.class("hint")],
                .text("Opened at \(Figures.decimal(opened.line)), now \(Figures.decimal(last.line)) "),
                .text("(\(Figures.signed(move)) in \(Figures.count(points.count - 1, "change", "changes"))), last "),
                Figures.time(last.seenAt),
                .text(".")
            )
        )
    }

    private var words: String {
        points.map { "\(Figures.decimal($0.line)) from \(Figures.minute($0.seenAt))" }.joined(separator: ", ")
    }

    /// Each change takes the same width: what matters is the way, and hours without a change say nothing.
    private var path: String {
        let lines = points.map(\.line)
        guard let low = lines.min(), let high = lines.max(), high > low else { return "" }
        let step = (Self.width - 8) / Double(points.count)
        func y(_ line: Double) -> String {
            Figures.coordinate(6 + (high - line) / (high - low) * (Self.height - 12))
        }
        var path = "M4 \(y(lines[0]))"
        for (index, line) in lines.enumerated() {
            path += "V\(y(line))H\(Figures.coordinate(4 + step * Double(index + 1)))"
        }
        return path
    }
}
