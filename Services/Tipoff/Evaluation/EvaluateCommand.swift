import ArgumentParser
import Basketball
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
            minute for five seasons.

            Example: tipoff evaluate --data data --train-from 2018-19 --train-to 2022-23 --test 2023-24
            """
    )

    @Option(name: .long, help: "A folder with player_game_logs_SEASON.csv.gz and team_game_logs_SEASON.csv.gz.")
    var data: String

    @Option(name: .long, help: "The first season to train on, such as 2018-19.", transform: Self.season)
    var trainFrom: Season

    @Option(name: .long, help: "The last season to train on; three seasons are the least.", transform: Self.season)
    var trainTo: Season

    @Option(name: .long, help: "The season to predict, after all others.", transform: Self.season)
    var test: Season

    @Option(name: .long, help: "Draws the rows and columns of the trees.")
    var seed = 1

    @OptionGroup var format: FormatOptions

    private static func season(_ text: String) throws -> Season {
        do { return try Season(label: text) } catch {
            throw ValidationError("'\(text)' is no season; write it as 2023-24")
        }
    }

    func validate() throws {
        guard trainFrom <= trainTo else { throw ValidationError("--train-from is after --train-to") }
        guard trainTo < test else { throw ValidationError("--test must be after --train-to, or the test knows itself") }
        guard trainTo.startYear - trainFrom.startYear >= 2 else {
            throw ValidationError("three seasons to train on are the least")
        }
        guard seed >= 0, seed < 1 << 31 else { throw ValidationError("--seed is a number from 0 to 2147483647") }
    }

    func run() async throws {
        let output = Invocation.current.output
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
        let evaluation: PointsEvaluation
        do {
            evaluation = try PointsEvaluation(days, train: trainFrom...trainTo, test: test, seed: seed) { season in
                output.transient(season == test ? "training on \(trainFrom) to \(trainTo)" : "features of \(season)")
            }
        } catch {
            output.endTransient()
            throw CommandProblem.problem("\(error)", next: "check the game logs in \(data)")
        }
        output.endTransient()
        if format.json {
            try output.json(.array(evaluation.scores.map(Self.json)))
        } else {
            show(evaluation, output)
        }
    }

    private static func json(_ score: PointsEvaluation.Score) -> JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
        return [
            "system": .string(score.system.rawValue), "population": .string(score.population.rawValue),
            "n": .int(Int64(score.accuracy.count)), "mae": number(score.accuracy.meanAbsoluteError),
            "rmse": number(score.accuracy.rootMeanSquaredError), "bias": number(score.accuracy.bias),
        ]
    }

    private func show(_ evaluation: PointsEvaluation, _ output: Output) {
        func text(_ value: Double?, _ places: Int) -> String {
            guard let value else { return "-" }
            return "\(Rounding.halfAway(value, places: places))"
        }
        var table = TextTable(["SYSTEM", "POPULATION", "N", "MAE", "RMSE", "BIAS"])
        for score in evaluation.scores {
            table.add([
                score.system.rawValue, score.population.rawValue, String(score.accuracy.count),
                text(score.accuracy.meanAbsoluteError, 3), text(score.accuracy.rootMeanSquaredError, 3),
                text(score.accuracy.bias, 3),
            ])
        }
        output.line("\(test), trained on \(trainFrom) to \(trainTo): \(evaluation.trainedOn) appearances")
        output.lines(table.lines)
        let calibration = evaluation.calibration
        output.line(
            """
            P(over) the half above the whole points of the exponentially weighted mean, population B: \
            expected calibration error \(text(calibration.expectedCalibrationError, 4)), \
            Brier score \(text(calibration.brierScore, 4)), n \(calibration.count)
            """
        )
    }
}
