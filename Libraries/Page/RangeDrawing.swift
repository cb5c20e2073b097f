/// A projection as a range: the span in which he ends eight times in ten, the projection and the line, on a scale that all
/// rows of a page share.
struct RangeDrawing {
    /// Points at the right end.
    let scaleEnd: Double
    static let width = 116.0

    /// A scale from 0 to what every range of the page fits in, in tens.
    init(players: [PublishedSlate.Player]) {
        let ends = players.flatMap { player in
            [player.prediction?.interval?.upperBound, player.prediction?.points, player.line].compactMap { $0 }
        }
        scaleEnd = max(30, ((ends.max() ?? 0) / 10).rounded(.up) * 10)
    }

    private func x(_ points: Double) -> String {
        Figures.coordinate(2 + max(0, min(points / scaleEnd, 1)) * (Self.width - 4))
    }

    func callAsFunction(_ prediction: PublishedSlate.Prediction, line: Double?) -> HTML {
        var words = "projected \(Figures.decimal(prediction.points))"
        if let interval = prediction.interval {
            words +=
                ", between \(Figures.decimal(interval.lowerBound)) and \(Figures.decimal(interval.upperBound)) "
                + "in 8 of 10 games"
        }
        if let line { words += ", line \(Figures.decimal(line))" }
        let span = HTML.some(prediction.interval) { interval in
            .element("path", [.class("span"), .init("d", "M\(x(interval.lowerBound)) 9H\(x(interval.upperBound))")])
        }
        let tick = HTML.some(line) { .element("path", [.class("tick"), .init("d", "M\(x($0)) 2v14")]) }
        return .element(
            "svg",
            [
                .class("range"), .init("viewBox", "0 0 \(Int(Self.width)) 18"), .init("role", "img"),
                .init("aria-label", words),
            ],
            .element("path", [.class("axis"), .init("d", "M2 9H\(Int(Self.width) - 2)")]),
            span,
            tick,
            .element("circle", [.init("cx", x(prediction.points)), .init("cy", "9"), .init("r", "3.5")])
        )
    }
}
