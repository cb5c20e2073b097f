import ArgumentParser
import Basketball
import Foundation
import Models
import Pipeline

/// How good the predictions of points are on a season that they were not trained on.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Trains on seasons of game logs and judges every prediction of a later season.",
        discussion: """
            Every appearance of the test season is predicted from what was known before its date. Absolute error is judged \
            on the predicted median, squared error and bias (predicted less actual) on the mean. Population B are players \
            who averaged ten minutes or more over their previous ten appearances. Needs no connection; takes about a \
            minute for five seasons. Of the folder only the game logs are read: no system takes schedules or lines.

            With --report: 95 % intervals, differences to the best baseline, calibration of P(over), errors by season \
            average and month, and the leak probe. With --card: all of it as Markdown in a file.

            Example: tipoff evaluate --data data --train-from 2018-19 --train-to 2022-23 --test 2023-24
            """
    )

    @Option(name: .long, help: "A folder with player_game_logs_SEASON.csv.gz and team_game_logs_SEASON.csv.gz.")
    var data: String

    @Option(name: .long, help: "The first season to train on, such as 2018-19.", transform: SeasonArgument.read)
    var trainFrom: Season

    @Option(
        name: .long,
        help: "The last season to train on; three seasons are the least.",
        transform: SeasonArgument.read
    )
    var trainTo: Season

    @Option(name: .long, help: "The season to predict, after all others.", transform: SeasonArgument.read)
    var test: Season

    @Option(name: .long, help: "Draws the rows and columns of the trees.")
    var seed = 1

    @Flag(name: .long, help: "Print intervals, slices, calibration and the leak probe as well.")
    var report = false

    @Option(name: .long, help: "Write the model card to this file.")
    var card: String?

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard trainFrom <= trainTo else { throw ValidationError("--train-from is after --train-to") }
        guard trainTo < test else { throw ValidationError("--test must be after --train-to, or the test knows itself") }
        guard trainTo.startYear - trainFrom.startYear >= 2 else {
            throw ValidationError("three seasons to train on are the least")
        }
        if let card {
            let folder = URL(filePath: card).deletingLastPathComponent().path
            guard FileManager.default.isWritableFile(atPath: folder) else {
                throw ValidationError("--card: \(folder) is no folder that can be written to")
            }
        }
        guard seed >= 0, seed < 1 << 31 else { throw ValidationError("--seed is a number from 0 to 2147483647") }
    }

    func run() async throws {
        let output = Invocation.current.output
        let evaluation = try evaluate(output)
        if let card { try write(evaluation, to: card) }
        switch (format.json, report) {
        case (true, true): try output.json(EvaluationReport(evaluation).json)
        case (true, false): try output.json(.array(evaluation.scores.map(EvaluationReport.json)))
        case (false, _):
            show(evaluation, output)
            if report { EvaluationReport(evaluation).show(output) }
        }
        if let card, !format.json { output.line("The model card is in \(card)") }
    }

    private func evaluate(_ output: Output) throws -> PointsEvaluation {
        let folder = try GameLogFolder(data)
        let wanted = folder.seasons.filter { $0 <= test }
        for season in [trainFrom, trainTo, test] where !wanted.contains(season) {
            throw CommandProblem.usage(
                "\(data) has no game logs of \(season)",
                next: "it has \(folder.seasons.map(\.label).joined(separator: ", "))"
            )
        }
        var days: [GameDay] = []
        for season in wanted {
            output.transient("reading \(season)")
            days += try folder.days(of: season)
        }
        defer { output.endTransient() }
        do {
            return try PointsEvaluation(days, train: trainFrom...trainTo, test: test, seed: seed) { step in
                switch step {
                case .features(let season): output.transient("features of \(season)")
                case .training: output.transient("training on \(trainFrom) to \(trainTo)")
                case .judging(let season): output.transient("predicting \(season)")
                }
            }
        } catch {
            throw CommandProblem.problem("\(error)", next: "check the game logs in \(data)")
        }
    }

    private func write(_ evaluation: PointsEvaluation, to path: String) throws {
        let drawn = seed == 1 ? "" : " --seed \(seed)"
        let command =
            "tipoff evaluate --data DIR --train-from \(trainFrom) --train-to \(trainTo) --test \(test)\(drawn) "
            + "--card \(URL(filePath: path).lastPathComponent)"
        do {
            try PointsModelCard(evaluation, command: command).markdown
                .write(to: URL(filePath: path), atomically: true, encoding: .utf8)
        } catch {
            throw CommandProblem.problem("the model card cannot be written to \(path): \(error.localizedDescription)")
        }
    }

    private func show(_ evaluation: PointsEvaluation, _ output: Output) {
        var table = TextTable(["SYSTEM", "POPULATION", "N", "MAE", "RMSE", "BIAS"])
        for score in evaluation.scores {
            table.add([
                score.system.rawValue, score.population.rawValue, String(score.accuracy.count),
                EvaluationReport.text(score.accuracy.meanAbsoluteError, 3),
                EvaluationReport.text(score.accuracy.rootMeanSquaredError, 3),
                EvaluationReport.text(score.accuracy.bias, 3),
            ])
        }
        output.line("\(test), trained on \(trainFrom) to \(trainTo): \(evaluation.trainedOn) appearances")
        output.lines(table.lines)
        guard let shown = evaluation.report[.ensemble]?.calibration else { return }
        output.line(
            """
            P(over) the half above the whole points of the exponentially weighted mean, ensemble, population B: \
            expected calibration error \(EvaluationReport.text(shown.expectedCalibrationError, 4)), \
            Brier score \(EvaluationReport.text(shown.brierScore, 4)), n \(shown.count)
            """
        )
    }
}
