import Basketball
import Foundation
import Pipeline
import Postgres

/// What is asked for again of one date: the outputs of its first phase that lacks some; sources and raw tables together.
struct GapRequest: Sendable, Hashable {
    struct Missing: Sendable, Hashable {
        var phase: Phase
        var processor: String
        /// The league's id of the game; nil for the whole date.
        var nbaGameID: String?
    }

    var date: GameDate
    var firstPhase: Phase
    var missing: [Missing] = []

    init(date: GameDate, firstPhase: Phase, missing: [Missing] = []) {
        self.date = date
        self.firstPhase = firstPhase <= .raw ? .scrapers : firstPhase
        self.missing = missing
    }

    /// The phases whose outputs one run brings.
    var phases: [Phase] { firstPhase == .scrapers ? [.scrapers, .raw] : [firstPhase] }

    func takes(_ phase: Phase) -> Bool { phases.contains(phase) }

    var processors: [String] { Set(missing.map(\.processor)).sorted() }

    /// The scraper that has to be asked for an output.
    private static func scraper(of missing: Missing, _ registry: Registry) -> ProcessorDefinition? {
        let name =
            missing.phase == .scrapers
            ? missing.processor : registry.processor(missing.processor, in: missing.phase)?.scraper
        return name.flatMap { registry.processor($0, in: .scrapers) }
    }

    /// The request without the sources that may not be asked today; nil when nothing is left.
    func without(_ spent: Set<String>, _ registry: Registry) -> GapRequest? {
        guard firstPhase == .scrapers else { return self }
        var request = self
        request.missing = missing.filter { missing in
            Self.scraper(of: missing, registry).map { !spent.contains($0.name) } ?? false
        }
        return request.missing.isEmpty ? nil : request
    }

    /// The scrapers with their units. A game of the league's own sources is asked for by itself; where only a finder knows
    /// the units, the finder is asked, and what it finds is fetched.
    func scrapers(_ registry: Registry) -> [(scraper: String, unit: String, input: JSONValue?)] {
        var asked: Set<[String]> = []
        var seeds: [(scraper: String, unit: String, input: JSONValue?)] = []
        for missing in missing {
            guard let scraper = Self.scraper(of: missing, registry) else { continue }
            let seed: (scraper: String, unit: String, input: JSONValue?)
            if scraper.unit == .game, scraper.discoveredBy == NbacScheduleAPI.name, let game = missing.nbaGameID {
                seed = (scraper.name, game, nil)
            } else if let finder = scraper.discoveredBy {
                seed = (finder, UnitKind.wholeDate, ["discover": true])
            } else {
                // The schedule by itself would have every game's sources fetched.
                seed = (
                    scraper.name, UnitKind.wholeDate, scraper.name == NbacScheduleAPI.name ? nil : ["discover": true]
                )
            }
            if asked.insert([seed.scraper, seed.unit]).inserted { seeds.append(seed) }
        }
        return seeds
    }

    /// Opens the run.
    func open(
        _ number: Int,
        by opener: RunOpener,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> RunOpener.Result {
        let request = RunRequest(
            kind: .delta,
            gameDate: date,
            lane: .backfill,
            firstPhase: firstPhase,
            untilPhase: firstPhase <= .precompute ? .precompute : .publishing,
            planKey: "gap:\(date):\(firstPhase.rawValue):\(number)",
            openedBy: "gap-detector",
            reason: "overdue: \(processors.joined(separator: ", "))",
            triggerSource: .scheduler
        )
        guard firstPhase > .scrapers else {
            var seeds = scrapers(opener.registry)
            for index in seeds.indices where seeds[index].unit != UnitKind.wholeDate {
                seeds[index].input = try await Self.input(seeds[index].unit, in: transaction)
            }
            return try await opener.open(request, only: seeds, now: now, in: transaction)
        }
        let readers = processors.compactMap { opener.registry.processor($0, in: firstPhase) }
        return try await opener.openDelta(request, marking: .full(readers, date: date), now: now, in: transaction)
    }

    /// What the finder of a game says with it.
    private static func input(_ nbaGameID: String, in transaction: PostgresTransaction) async throws -> JSONValue {
        let gameID: String = try await transaction.query(
            "SELECT game_id FROM nba_raw.nbac_schedule WHERE nba_game_id = \(nbaGameID)"
        ).scalar()
        return GameUnit.input(try GameID(gameID))
    }
}
