import ArgumentParser
import Basketball
import Foundation

/// Means and sample standard deviations before every row of a file: all its figures over the last five, the last ten and
/// the season.
///
/// The file has a header, then `player,date,figure,…` a line, players together and oldest first; an empty figure is
/// missing. For every line on standard input all is computed anew, from the columns on, and the milliseconds are printed,
/// so that a peer can be measured in between. The results of the last round are written as 64-bit numbers (not a number:
/// no figure), figure by figure, window by window, means before deviations.
struct RollingBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rolling")

    @Argument(help: "The file of rows.") var rows: String
    @Option(help: "Where the results go.") var results: String

    func run() throws {
        let (dates, lengths, figures) = try Self.read(rows)
        var kept: [RollingValues] = []
        while readLine() != nil {
            kept = []
            let start = ContinuousClock.now
            let segments = GameSegments(days: dates, lengths: lengths)
            let moments = segments.beforeEachGame
            let windows = [RollingWindow.last(5), .last(10), .season].map { segments.windows($0, at: moments) }
            for figure in figures {
                let column = RollingColumn(figure, in: segments)
                for window in windows {
                    kept.append(column.means(over: window))
                    kept.append(column.sampleDeviations(over: window))
                }
            }
            print((ContinuousClock.now - start) / .milliseconds(1))
            fflush(nil)
        }
        var bytes = Data()
        for column in kept { column.values.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        try bytes.write(to: URL(filePath: results))
    }

    private static func read(_ path: String) throws -> (dates: [GameDate], lengths: [Int], figures: [[Double?]]) {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
        var dates: [GameDate] = []
        var lengths: [Int] = []
        var figures: [[Double?]] = []
        var player: Substring?
        for line in lines {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            if fields[0] != player {
                player = fields[0]
                lengths.append(0)
            }
            lengths[lengths.count - 1] += 1
            dates.append(try GameDate(String(fields[1])))
            if figures.isEmpty { figures = Array(repeating: [], count: fields.count - 2) }
            for (index, field) in fields.dropFirst(2).enumerated() {
                guard let value = Double(field) else {
                    guard field.isEmpty else { throw ValidationError("not a number: \(field)") }
                    figures[index].append(nil)
                    continue
                }
                figures[index].append(value)
            }
        }
        return (dates, lengths, figures)
    }
}
