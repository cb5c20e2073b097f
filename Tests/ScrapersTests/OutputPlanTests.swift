import Basketball
import Foundation
import Pipeline
import Testing

@testable import Scrapers

/// What a date should bring, from its games and the planner's own times.
@Suite struct OutputPlanTests {
    static let rules = OutputRules(.standard)
    static let date: GameDate = { GameDate.of("2024-01-15") }()

    static func eastern(_ text: String) throws -> Date { try LeagueClock.parseEasternWallClock(text) }

    static func plan(firstPlanned: GameDate? = nil, deadline: PredictionDeadline = .standard) -> OutputPlan {
        OutputPlan(rules: rules, deadline: deadline, firstPlanned: firstPlanned)
    }

    static func game(
        _ id: String,
        _ nbaID: String,
        _ tip: String?,
        isPostponed: Bool = false,
        hasHistory: Bool = true
    ) throws -> OutputPlan.Game {
        OutputPlan.Game(
            id: try GameID(id),
            nbaID: try NBAGameID(nbaID),
            tipoff: try tip.map { try eastern($0) },
            isPostponed: isPostponed,
            hasHistory: hasHistory
        )
    }

    static func slate() throws -> [OutputPlan.Game] {
        [
            try game("20240115_BOS_TOR", "0022300561", "2024-01-15T13:00:00"),
            try game("20240115_NYK_PHI", "0022300562", "2024-01-15T22:30:00"),
        ]
    }

    static func find(_ outputs: [OutputPlan.Output], _ processor: String, _ phase: Phase, _ game: String = "*")
        -> OutputPlan
        .Output?
    {
        outputs.first { $0.processor == processor && $0.phase == phase && $0.gameID == game }
    }

    static func wall(_ instant: Date?) -> String? {
        instant.map { String(LeagueClock.formatWallClock($0).prefix(16).dropFirst(5)) }
    }

    /// The planner's windows and the outputs come from the same instants: whoever is asked by a window owes an output, and
    /// nothing is due before somebody has been asked for it.
    @Test func whoeverThePlanAsksOwesAnOutputThatIsDueAfterItsWindow() throws {
        let registry = Registry.standard
        let games = try Self.slate()
        let outputs = Self.plan().outputs(of: Self.date, games: games, state: .gameDay)
        let windows = PlannerRules.windows(
            of: Self.date,
            games: games.map { PlannerRules.Game(date: Self.date, tipoff: $0.tipoff) },
            scrapers: Set(registry.enabled(in: .scrapers).map(\.name))
        )
        for scraper in registry.enabled(in: .scrapers) where scraper.discoveredBy == nil {
            let asked = windows.filter { scraper.begins($0.kind, .live) || $0.scrapers.contains(scraper.name) }
            let own = outputs.filter { $0.phase == .scrapers && $0.processor == scraper.name }
            #expect(own.isEmpty == asked.isEmpty, "\(scraper.name)")
            for output in own {
                let isAsked = asked.contains { $0.dueAt < output.dueAt && $0.endsAt > output.beginsAt }
                #expect(isAsked, "\(scraper.name) of \(output.gameID) is due without having been asked for")
            }
        }
        let names = Dictionary(grouping: outputs) { "\($0.phase.rawValue) \($0.processor) \($0.gameID)" }
        #expect(names.values.allSatisfy { $0.count == 1 })
        #expect(outputs.allSatisfy { $0.beginsAt <= $0.dueAt })
        #expect(Set(outputs.map(\.phase)) == Set(Phase.allCases))
    }

    @Test func dueTimesFollowTheGames() throws {
        let outputs = Self.plan().outputs(of: Self.date, games: try Self.slate(), state: .gameDay)
        let early = Self.find(outputs, "nbac_team_boxscore", .raw, "20240115_BOS_TOR")
        #expect(Self.wall(early?.beginsAt) == "01-15T15:00" && Self.wall(early?.dueAt) == "01-15T19:30")
        let late = Self.find(outputs, "nbac_team_boxscore", .raw, "20240115_NYK_PHI")
        #expect(Self.wall(late?.beginsAt) == "01-16T00:30" && Self.wall(late?.dueAt) == "01-16T05:00")
        #expect(late?.rowsMin == 2 && late?.rowsMax == 2)
        let predictions = Self.find(outputs, "player_predictions", .predictions, "20240115_NYK_PHI")
        #expect(Self.wall(predictions?.beginsAt) == "01-15T09:00" && Self.wall(predictions?.dueAt) == "01-15T10:00")
        #expect(predictions?.rowsMin == 10)
        #expect(Self.wall(Self.find(outputs, "tonight_document", .publishing)?.dueAt) == "01-15T10:15")
        let props = Self.find(outputs, "odds_api_player_points_props", .raw, "20240115_NYK_PHI")
        #expect(Self.wall(props?.dueAt) == "01-15T22:30")
    }

    @Test func theDeadlineOfThePredictionsIsTheOneSetting() throws {
        let deadline = PredictionDeadline(time: EasternTimeOfDay(hour: 11, minute: 30))
        let outputs = Self.plan(deadline: deadline).outputs(of: Self.date, games: try Self.slate(), state: .gameDay)
        #expect(Self.wall(Self.find(outputs, "prediction_coordinator", .predictions)?.dueAt) == "01-15T11:30")
        #expect(Self.wall(Self.find(outputs, "tonight_document", .publishing)?.dueAt) == "01-15T11:45")
    }

    @Test func aPostponedGameAndAFirstGameAreExcused() throws {
        let games = [
            try Self.game("20240115_BOS_TOR", "0022300561", "2024-01-15T13:00:00", isPostponed: true),
            try Self.game("20240115_NYK_PHI", "0022300562", "2024-01-15T22:30:00", hasHistory: false),
        ]
        let outputs = Self.plan().outputs(of: Self.date, games: games, state: .gameDay)
        #expect(outputs.filter { $0.gameID == "20240115_BOS_TOR" }.allSatisfy { $0.excused == OutputPlan.postponed })
        let features = Self.find(outputs, "ml_feature_store_v2", .precompute, "20240115_NYK_PHI")
        #expect(features?.excused == OutputPlan.withoutHistory)
        #expect(Self.find(outputs, "nbac_team_boxscore", .raw, "20240115_NYK_PHI").map(\.excused) == .some(nil))
        // The postponed game delays nothing.
        #expect(Self.wall(Self.find(outputs, "nbac_player_boxscore", .scrapers)?.beginsAt) == "01-16T00:30")
    }

    @Test(
        arguments: [
            (PlannerRules.DayState.breakDay, ["nbac_schedule", "nbac_schedule_api"]),
            (.offSeason, ["nbac_schedule", "nbac_schedule_api"]), (.dormant, []),
        ] as [(PlannerRules.DayState, [String])]
    )
    func aDayWithoutGamesOwesTheLookAtTheSchedule(state: PlannerRules.DayState, processors: [String]) throws {
        let outputs = Self.plan().outputs(of: try GameDate("2024-02-18"), games: [], state: state)
        #expect(outputs.map(\.processor).sorted() == processors)
        #expect(outputs.allSatisfy { $0.phase <= .raw })
    }

    /// Of a date before Tipoff planned anything nobody can fetch the word of its morning any more; its box scores can be had.
    @Test func beforeTheFirstPlanOnlyWhatCanBeHadIsMissed() throws {
        let outputs = Self.plan(firstPlanned: try GameDate("2024-01-16"))
            .outputs(of: Self.date, games: try Self.slate(), state: .gameDay)
        #expect(outputs.allSatisfy { ($0.excused == nil) == $0.isRepairable })
        #expect(Self.find(outputs, "br_season_roster", .scrapers)?.excused == "nobody planned before 2024-01-16")
        #expect(Self.find(outputs, "player_game_summary", .analytics, "20240115_BOS_TOR")?.isRepairable == true)
    }

    /// A renamed table or a new source must not fall out of the rules unseen.
    @Test func rulesReadTheTablesThatTheirProcessorsWrite() {
        let registry = Registry.standard
        for rule in Self.rules.all {
            let processor = registry.processor(rule.name, in: rule.phase)
            #expect(processor?.isEnabled == true)
            if let rows = rule.rows { #expect(rows.table == processor?.output, "\(rule.name)") }
        }
        #expect(Self.rules.all.filter { $0.rows != nil }.count == 23)
        let unruled = registry.processors.filter { processor in
            processor.isEnabled && processor.phase > .raw
                && !Self.rules.all.contains { $0.name == processor.name && $0.phase == processor.phase }
        }
        // It follows from changes of the schedule, which not every date has.
        #expect(unruled.map(\.name) == ["calendar_document"])
    }

    @Test func everyRepairableSourceHasASiteWhoseBudgetCounts() {
        let sited = SourceHost.allCases.reduce(into: Set<String>()) { $0.formUnion($1.repairableScrapers) }
        let repairable = Self.rules.all.filter { $0.phase == .scrapers && $0.isRepairable }.map(\.name)
        #expect(Set(repairable) == sited)
    }
}

extension GameDate {
    /// A date that the test itself writes.
    static func of(_ text: String) -> GameDate {
        do { return try GameDate(text) } catch { preconditionFailure("\(text): \(error)") }
    }
}
