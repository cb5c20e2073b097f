import Basketball
import Foundation
import Pipeline

/// Dates against phases: a line a date, a column a phase.
struct SeasonGrid: Sendable {
    let reading: OutputReader.Reading
    /// One phase alone, with the names of what is wrong; nil for all.
    var phase: Phase?
    let now: Date

    private var phases: [Phase] { phase.map { [$0] } ?? Phase.allCases }

    func lines(_ colours: GridColours) -> [String] {
        let heading =
            ["date", "day"] + phases.map { "\($0.rawValue) \($0.name)" } + (phase == nil ? [] : ["what is wrong"])
        var rows: [[(text: String, state: OutputState?)]] = [heading.map { ($0, nil) }]
        for day in reading.days {
            let word = day.state.map { $0 == .gameDay ? Self.games(day.games) : $0.words } ?? "not planned"
            var row: [(text: String, state: OutputState?)] = [(day.date.description, nil), (word, nil)]
            for phase in phases {
                let cell = GridCell(day.outputs.filter { $0.phase == phase })
                row.append((cell?.text ?? "", cell?.state))
            }
            if phase != nil { row.append((Self.names(day.outputs), nil)) }
            rows.append(row)
        }
        let widths = heading.indices.map { column in rows.map { $0[column].text.count }.max() ?? 0 }
        let table = rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let isLast = row[(column + 1)...].allSatisfy { $0.text.isEmpty }
                let padding = isLast ? "" : String(repeating: " ", count: widths[column] - cell.text.count + 2)
                line += (cell.state.map { colours.paint(cell.text, $0) } ?? cell.text) + padding
                if isLast { break }
            }
            return line
        }
        return table + ["", Self.legend, asOf]
    }

    static let legend =
        OutputState.allCases.map { "\($0.letter) \($0.words)" }.joined(separator: " · ")
        + "; the number says how many; a small letter: only optional ones"

    var asOf: String {
        let looked =
            reading.age.map { "looked at \(EasternTime.magnitude($0)) ago" } ?? "nobody has looked at these dates"
        return "as of \(EasternTime.short(now, on: LeagueClock.gameDate(of: now))); \(looked)"
    }

    private static func games(_ number: Int) -> String { "\(number) game\(number == 1 ? "" : "s")" }

    private static func names(_ outputs: [ExpectedOutput]) -> String {
        var seen: Set<String> = []
        let names = outputs.filter(\.state.isProblem).map(\.processor).filter { seen.insert($0).inserted }
        return names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", … (\(names.count))" : "")
    }

    /// Overdue outputs of the dates that are shown.
    var overdue: Int { reading.days.reduce(0) { $0 + $1.outputs.filter(\.isOverdue).count } }

    var json: JSONValue {
        [
            "as_of": .string(Instant.text(now)), "age_seconds": reading.age.map { .double($0) } ?? .null,
            "overdue": .int(Int64(overdue)),
            "dates": .array(
                reading.days.map { day in
                    [
                        "date": .string(day.date.description),
                        "day_state": day.state.map { .string($0.rawValue) } ?? .null,
                        "games": .int(Int64(day.games)),
                        "phases": .array(phases.compactMap { Self.json($0, day.outputs) }),
                    ]
                }
            ),
        ]
    }

    private static func json(_ phase: Phase, _ outputs: [ExpectedOutput]) -> JSONValue? {
        let own = outputs.filter { $0.phase == phase }
        guard let cell = GridCell(own) else { return nil }
        var counts = JSONObject()
        for state in OutputState.allCases {
            let number = own.filter { $0.state == state }.count
            if number > 0 { counts[state.rawValue] = .int(Int64(number)) }
        }
        return [
            "phase": .int(Int64(phase.rawValue)), "state": .string(cell.state.rawValue),
            "only_optional": .bool(cell.isOptional), "outputs": .int(Int64(cell.total)), "states": .object(counts),
        ]
    }
}
