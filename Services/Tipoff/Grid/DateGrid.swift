import Basketball
import Foundation
import Pipeline

/// One date: a line a game, a column a phase, what is there of what is expected; below it what is missing. The first broken
/// phase of a game is marked, because what follows it only waits.
struct DateGrid: Sendable {
    let day: OutputReader.Day
    let age: Double?
    let now: Date

    /// The outputs of a game, or of the date as a whole.
    struct Line: Sendable, Hashable {
        var name: String
        var outputs: [ExpectedOutput]

        func outputs(_ phase: Phase) -> [ExpectedOutput] { outputs.filter { $0.phase == phase } }

        /// The first phase in which something that is needed is wrong.
        var firstBroken: Phase? {
            outputs.filter { $0.requirement != .optional && $0.state.isProblem }.map(\.phase).min()
        }
    }

    var games: [Line] {
        let byGame = Dictionary(grouping: day.outputs) { $0.gameID }
        return byGame.keys.sorted().map { game in
            Line(name: game == UnitKind.wholeDate ? "whole date" : game, outputs: byGame[game] ?? [])
        }
    }

    func lines(_ colours: GridColours) -> [String] {
        guard !day.outputs.isEmpty else {
            let word = day.state.map(\.words) ?? "not planned"
            return ["\(day.date): \(word), nothing is expected"]
        }
        let games = games
        let width = games.map(\.name.count).max() ?? 0
        let phases = Phase.allCases.map { "\($0.rawValue) \($0.name)".padded(15) }.joined()
        var lines = [Self.trimmed("".padded(width + 2) + phases)]
        for game in games {
            let broken = game.firstBroken
            let cells = Phase.allCases.map { phase -> String in
                guard let cell = GridCell(game.outputs(phase)) else { return "".padded(15) }
                let mark = phase == broken ? " <" : ""
                let text = "\(cell.letter) \(cell.settled)/\(cell.total)\(mark)"
                return colours.paint(text, cell.state) + String(repeating: " ", count: max(15 - text.count, 1))
            }
            lines.append(Self.trimmed(game.name.padded(width + 2) + cells.joined()))
        }
        let missing = games.flatMap { self.missing($0) }
        if !missing.isEmpty { lines += [""] + missing }
        lines += ["", SeasonGrid.legend, SeasonGrid(reading: .init(days: [day], age: age), now: now).asOf]
        lines.append("<: the first phase of the line in which something needed is wrong; what follows it waits for it")
        return lines
    }

    private func missing(_ game: Line) -> [String] {
        game.outputs.filter(\.state.isProblem).map { output in
            let due = EasternTime.short(output.dueAt, on: day.date)
            let what = output.rowsText ?? output.outcome ?? "nothing"
            let error = output.error.map { "; \(SafeText.cut(SafeText.escaped($0), to: 120))" } ?? ""
            return
                "\(game.name): phase \(output.phase.rawValue) \(output.processor) \(output.state.rawValue): \(what), due "
                + "\(due)\(output.requirement == .optional ? " (optional)" : "")\(error)"
        }
    }

    private static func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }

    var json: JSONValue {
        [
            "date": .string(day.date.description), "day_state": day.state.map { .string($0.rawValue) } ?? .null,
            "as_of": .string(Instant.text(now)), "age_seconds": age.map { .double($0) } ?? .null,
            "games": .array(
                games.map { game in
                    [
                        "game": game.name == "whole date" ? .null : .string(game.name),
                        "first_broken_phase": game.firstBroken.map { .int(Int64($0.rawValue)) } ?? .null,
                        "outputs": .array(game.outputs.map(\.json)),
                    ]
                }
            ),
        ]
    }
}
