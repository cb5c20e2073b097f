import ArgumentParser
import Basketball
import Foundation
import Models
import Pipeline
import Postgres
import Serving

/// Trains models, judges the recipe on the last season and enters them in the registry.
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains models on seasons of games and enters them in the registry.",
        discussion: """
            The same recipe is first trained on all seasons but the last and judged on that one: what it shows there decides \
            which gates hold. Four seasons are the least for it; a model of three is entered, and its gates do not hold. \
            Games come from the warehouse, or with --data from a folder of game logs. Takes about two minutes for five \
            seasons. Nothing serves before tipoff models promote.

            Example: tipoff train --from 2018-19 --to 2022-23
            """
    )

    @Option(name: .long, help: "The first season to train on, such as 2018-19.", transform: SeasonArgument.read)
    var from: Season

    @Option(name: .long, help: "The last season to train on.", transform: SeasonArgument.read)
    var to: Season

    @Option(name: .long, help: "A folder with player_game_logs_SEASON.csv.gz and team_game_logs_SEASON.csv.gz.")
    var data: String?

    @Option(name: .long, help: "Draws the rows and columns of the trees.")
    var seed = 1

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard to.startYear - from.startYear >= 2 else {
            throw ValidationError("three seasons to train on are the least")
        }
        guard seed >= 0, seed < 1 << 31 else { throw ValidationError("--seed is a number from 0 to 2147483647") }
    }

    func run() async throws {
        try await Session.with([.database, .objects], statementTimeout: .seconds(600)) { session in
            let days = try await games(session)
            let output = session.output
            defer { output.endTransient() }
            let evaluation: PointsEvaluation?
            let training: PointsTraining
            let began = ContinuousClock.now
            do {
                evaluation = try judged(days, output)
                training = try PointsTraining(days, seasons: from...to, seed: seed) { step in
                    switch step {
                    case .features(let season): output.transient("features of \(season)")
                    case .training: output.transient("training on \(from) to \(to)")
                    }
                }
            } catch {
                output.endTransient()
                throw CommandProblem.problem("\(error)", next: "check the games of \(from) to \(to)")
            }
            let seconds = (ContinuousClock.now - began) / .seconds(1)
            let entry = try await enter(training, evaluation, session)
            output.endTransient()
            try show(entry.model, isNew: entry.isNew, seconds: seconds, output)
        }
    }

    private func games(_ session: Session) async throws -> [GameDay] {
        if let data {
            let folder = try GameLogFolder(data)
            try require(folder.seasons, in: data)
            return try folder.seasons.filter { $0 <= to }.flatMap { season in
                session.output.transient("reading \(season)")
                return try folder.days(of: season)
            }
        }
        let output = session.output
        return try await session.pool.transaction(.repeatableRead, readOnly: true) { transaction in
            let seasons = try await transaction.finishedSeasons()
            try require(seasons, in: "the warehouse")
            var days: [GameDay] = []
            for season in seasons where season <= to {
                output.transient("reading \(season)")
                let games = try await transaction.finishedGames(of: season)
                if !games.incomplete.isEmpty {
                    output.error("\(season): \(games.incomplete.count) games with incomplete rows are left out")
                }
                days += games.days
            }
            return days
        }
    }

    private func require(_ seasons: [Season], in place: String) throws {
        for year in from.startYear...to.startYear where !seasons.contains(Season(startYear: year)) {
            throw CommandProblem.usage(
                "\(place) has no games of \(Season(startYear: year))",
                next: seasons.isEmpty
                    ? "tipoff backfill loads seasons" : "it has \(seasons.map(\.label).joined(separator: ", "))"
            )
        }
    }

    /// The recipe on the last season, when there are enough before it.
    private func judged(_ days: [GameDay], _ output: Output) throws -> PointsEvaluation? {
        let last = Season(startYear: to.startYear - 1)
        guard last.startYear - from.startYear >= 2 else { return nil }
        return try PointsEvaluation(days, train: from...last, test: to, seed: seed) {
            switch $0 {
            case .features(let season): output.transient("judging: features of \(season)")
            case .training: output.transient("judging: training on \(from) to \(last)")
            case .judging(let season): output.transient("judging: predicting \(season)")
            }
        }
    }

    private func enter(
        _ training: PointsTraining,
        _ evaluation: PointsEvaluation?,
        _ session: Session
    ) async throws -> (model: RegisteredModel, isNew: Bool) {
        let now = session.clock.now
        let metrics = (evaluation?.scores ?? []).compactMap { ModelManifest.Metric($0, season: to) }
        let artefact = try ModelArtefact(
            models: training.models,
            trainedAt: Instant.text(now),
            metrics: metrics,
            goldenRows: training.goldenRows
        )
        let bytes = artefact.encoded()
        // What was written is what can be read, or nothing is entered.
        _ = try ModelArtefact(decoding: bytes)
        let hash = SHA256.hash(bytes).hex
        let id = "\(from)_\(to)_\(hash.prefix(12))"
        let path = try ObjectPath(validating: "models/points/\(id).json")
        try await session.configuration.makeObjects().put(path, bytes: bytes)
        let manifest = artefact.manifest
        let model = RegisteredModel(
            modelID: id,
            path: path,
            sha256: hash,
            byteCount: bytes.count,
            formatVersion: manifest.formatVersion,
            featureVersion: manifest.featureVersion,
            featureCount: manifest.featureNames.count,
            trainedFrom: from,
            trainedTo: to,
            trainedThrough: manifest.training.lastDate,
            appearances: manifest.training.appearances,
            seed: seed,
            source: data == nil ? "warehouse" : "game logs",
            metrics: .array(metrics.map(\.json)),
            gates: PromotionGates.judge(evaluation),
            trainedAt: now,
            trainedBy: session.actor,
            buildCommit: session.configuration.buildCommit
        )
        let isNew = try await session.pool.transaction { try await ModelRegistry.register(model, in: $0) }
        return (model, isNew)
    }

    private func show(_ model: RegisteredModel, isNew: Bool, seconds: Double, _ output: Output) throws {
        if format.json {
            var json = ModelTexts.json(model)
            json["seconds"] = .double(seconds)
            try output.json(.object(json))
            return
        }
        output.lines(ModelTexts.details(model))
        output.line("trained in \(EasternTime.tenths(seconds)) s")
        if model.gatesPassed {
            output.line("next: tipoff models promote \(model.modelID) --reason \"…\"")
        } else {
            output.line("next: a gate does not hold; tipoff models promote refuses it without --overrule-gates")
        }
    }
}
