import Basketball
import Monitoring
import Pipeline

/// The funnels of some dates, and of the games of a single one.
struct CoverageReport: Sendable {
    var first: GameDate
    var last: GameDate
    /// Dates with games, in order.
    var dates: [SlateCoverage]
    /// Empty for several dates.
    var games: [SlateCoverage]

    var isProblem: Bool { dates.contains { $0.level == .critical } }

    var lines: [String] {
        guard !dates.isEmpty else {
            let span = first == last ? "on \(first)" : "from \(first) to \(last)"
            return ["no games are scheduled \(span)", "next: tipoff status \(last)"]
        }
        guard first == last, let slate = dates.first else { return weeks }
        var table = TextTable(Self.heading(of: "GAME"))
        for game in games { table.add([game.gameID ?? "-"] + Self.cells(game)) }
        table.add(["all \(slate.games)"] + Self.cells(slate))
        var lines = ["coverage of \(first): \(Self.verdict(slate))"] + table.lines
        if let next = Self.next(slate) { lines.append("next: \(next)") }
        return lines
    }

    private var weeks: [String] {
        var table = TextTable(["WEEK"] + Self.heading(of: "DATE"))
        for slate in dates {
            // Weeks begin with the first date that was asked for.
            table.add(["\((slate.gameDate - first) / 7 + 1)", "\(slate.gameDate)"] + Self.cells(slate))
        }
        let expected = dates.reduce(0) { $0 + $1.expected }
        let predicted = dates.reduce(0) { $0 + $1.predicted }
        let graded = dates.reduce(0) { $0 + $1.graded }
        return table.lines + [
            "\(dates.count) dates with games: \(Self.share(predicted, expected)) predicted, "
                + "\(Self.share(graded, predicted)) of those graded"
        ]
    }

    private static func heading(of place: String) -> [String] {
        [
            place, "PLAYERS", "EXPECTED", "LINES", "FEATURES", "PREDICTIONS", "GRADED", "COVERAGE", "BOTTLENECK",
            "REASONS",
        ]
    }

    private static func cells(_ slate: SlateCoverage) -> [String] {
        let reasons = slate.reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
        return [
            String(slate.players), String(slate.expected), String(slate.lined), String(slate.featured),
            String(slate.predicted), String(slate.graded), slate.percent.map { "\(EasternTime.tenths($0)) %" } ?? "-",
            slate.bottleneck, reasons.isEmpty ? "-" : SafeText.cut(reasons.joined(separator: ", "), to: 120),
        ]
    }

    private static func verdict(_ slate: SlateCoverage) -> String {
        switch slate.level {
        case .unknown: "nobody is expected yet"
        case .ok: "\(share(slate.predicted, slate.expected)) of the expected players are predicted"
        case .warning: "\(share(slate.predicted, slate.expected)), below the goal of 95 %; lost at \(slate.bottleneck)"
        case .critical:
            "\(share(slate.predicted, slate.expected)) or a game below 8 players; lost at \(slate.bottleneck)"
        }
    }

    private static func next(_ slate: SlateCoverage) -> String? {
        switch slate.bottleneck {
        case "players", "expected": "tipoff status \(slate.gameDate)"
        case "features": "tipoff quality \(slate.gameDate)"
        case "predictions": "tipoff predict missing --date \(slate.gameDate)"
        default: nil
        }
    }

    private static func share(_ part: Int, _ whole: Int) -> String {
        guard whole > 0 else { return "\(part) of \(whole)" }
        return "\(part) of \(whole) (\(EasternTime.tenths(100 * Double(part) / Double(whole))) %)"
    }

    var json: JSONValue {
        [
            "from": .string(first.description), "to": .string(last.description),
            "dates": .array(dates.map(Self.json)), "games": .array(games.map(Self.json)),
        ]
    }

    private static func json(_ slate: SlateCoverage) -> JSONValue {
        let reasons = slate.reasons.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.int(Int64($0.value))) }
        return [
            "game_date": .string(slate.gameDate.description), "game_id": slate.gameID.map { .string($0) } ?? .null,
            "games": .int(Int64(slate.games)), "is_final": .bool(slate.isFinal), "players": .int(Int64(slate.players)),
            "expected": .int(Int64(slate.expected)), "lined": .int(Int64(slate.lined)),
            "featured": .int(Int64(slate.featured)), "predicted": .int(Int64(slate.predicted)),
            "graded": .int(Int64(slate.graded)), "coverage_pct": slate.percent.map { .double($0) } ?? .null,
            "bottleneck": .string(slate.bottleneck), "reasons": .object(JSONObject(reasons)),
            "level": .string(slate.level.rawValue),
        ]
    }
}
