import Basketball
import Foundation
import Pipeline

/// The outputs of one date: who should bring what, from when on, until when. Pure: it gets the games, the rules and the
/// planner's own times, so that what is expected and what is planned cannot drift apart.
struct OutputPlan: Sendable {
    /// A game as far as its outputs are concerned.
    struct Game: Sendable, Hashable {
        var id: GameID
        var nbaID: NBAGameID
        /// Nil while the league has not set a time.
        var tipoff: Date?
        var isPostponed = false
        /// Whether both teams have played before in the season.
        var hasHistory = true

        /// The league keeps the cup final out of its statistics.
        var hasStatistics: Bool { nbaID.seasonType != .cupFinal }
    }

    struct Output: Sendable, Hashable {
        var phase: Phase
        var processor: String
        /// A game, or ``UnitKind/wholeDate``.
        var gameID: String
        var level: Int
        var requirement: Requirement
        var beginsAt: Date
        var dueAt: Date
        var rowsMin: Int?
        var rowsMax: Int?
        /// Why nothing is expected.
        var excused: String?
        var isRepairable: Bool
    }

    var rules: OutputRules
    var deadline: PredictionDeadline
    /// The first date that the planner has worked on. What only a morning could have brought is not missed of a date
    /// before it.
    var firstPlanned: GameDate?

    /// No game is over earlier, in seconds after its tip-off.
    static let shortestGame: TimeInterval = 2 * 3600
    /// After the games until the last window, and until the slow sources have them.
    static let afterGames = PlannerRules.gameEnds[2]
    static let longAfterGames: TimeInterval = 14 * 3600
    /// What each phase may take after the one before, in seconds after the first one's time.
    static let allowances: [Phase: TimeInterval] = [
        .scrapers: 30 * 60, .raw: 30 * 60, .analytics: 40 * 60, .precompute: 50 * 60, .predictions: 60 * 60,
        .publishing: 75 * 60,
    ]
    /// From the predictions' deadline to their publication.
    static let publication: TimeInterval = 15 * 60
    /// The look at the schedule on a day without games.
    static let lookupAllowance: TimeInterval = 3600

    static let postponed = "the game is postponed"
    static let withoutHistory = "one of the teams has not played before"
    static let withoutStatistics = "the league keeps the cup final out of its statistics"
    static let notOnSchedule = "the schedule does not have it any more"

    /// The outputs of a date.
    ///
    /// - Parameter games: all games of the date, also the postponed ones.
    func outputs(of date: GameDate, games: [Game], state: PlannerRules.DayState) -> [Output] {
        let open = games.filter { !$0.isPostponed }
        guard !open.isEmpty else {
            // Somebody who held the date's games to be on may have asked for some of them already.
            return games.flatMap { game in perGame(game, date, Times(date, games)) } + lookups(date, state)
        }
        let times = Times(date, open)
        return rules.all.filter { !$0.isPerGame }.map { output($0, date, game: nil, times) }
            + games.flatMap { perGame($0, date, times) }
    }

    private func perGame(_ game: Game, _ date: GameDate, _ times: Times) -> [Output] {
        rules.all.filter(\.isPerGame).map { output($0, date, game: game, times) }
    }

    private func output(_ rule: OutputRule, _ date: GameDate, game: Game?, _ times: Times) -> Output {
        let (begins, due) = window(of: rule, game: game, times)
        return Output(
            phase: rule.phase,
            processor: rule.name,
            gameID: game?.id.description ?? UnitKind.wholeDate,
            level: rule.level,
            requirement: rule.requirement,
            beginsAt: begins,
            dueAt: max(begins, due),
            rowsMin: rule.rows?.least,
            rowsMax: rule.rows?.most,
            excused: game.flatMap { excuse($0, rule) } ?? pastExcuse(rule, date),
            isRepairable: rule.isRepairable
        )
    }

    private func excuse(_ game: Game, _ rule: OutputRule) -> String? {
        if game.isPostponed { return Self.postponed }
        if !game.hasStatistics { return Self.withoutStatistics }
        return rule.rows?.games.needsHistory == true && !game.hasHistory ? Self.withoutHistory : nil
    }

    private func pastExcuse(_ rule: OutputRule, _ date: GameDate) -> String? {
        guard !rule.isRepairable, firstPlanned.map({ date < $0 }) ?? false else { return nil }
        return firstPlanned.map { "nobody planned before \($0)" }
    }

    // MARK: - Times

    /// The instants of a date that its windows are computed from.
    private struct Times {
        var date: GameDate
        var firstTip: Date?
        /// The end of the date where no game has a time.
        var lastTip: Date

        init(_ date: GameDate, _ games: [Game]) {
            let tips = games.compactMap(\.tipoff)
            self.date = date
            firstTip = tips.min()
            let midnight = LeagueClock.instant(date.adding(days: 1), hour: 0, minute: 0)
            // A game without a time may be the last one.
            lastTip = games.contains { $0.tipoff == nil } ? midnight : tips.max() ?? midnight
        }
    }

    private func window(of rule: OutputRule, game: Game?, _ times: Times) -> (begins: Date, due: Date) {
        let allowance = Self.allowances[rule.phase] ?? 0
        switch rule.moment {
        case .morning:
            let begins = PlannerRules.morningBegins(on: times.date, firstTip: times.firstTip)
            return (begins, due(rule.phase, after: begins, on: times.date))
        case .polled:
            let firstTip = times.firstTip ?? times.lastTip
            return (
                PlannerRules.pollsBegin(on: times.date, firstTip: firstTip),
                game.map { $0.tipoff ?? times.lastTip } ?? firstTip
            )
        case .afterGames, .longAfterGames:
            let tip = game.map { $0.tipoff ?? times.lastTip } ?? times.lastTip
            let wait = rule.moment == .afterGames ? Self.afterGames : Self.longAfterGames
            return (tip.addingTimeInterval(Self.shortestGame), tip.addingTimeInterval(wait + allowance))
        }
    }

    /// The predictions of a usual morning are due at their deadline; those of a day that begins early an hour after it began.
    private func due(_ phase: Phase, after begins: Date, on date: GameDate) -> Date {
        let usual = LeagueClock.instant(date, hour: PlannerRules.morningHour, minute: 0)
        guard phase >= .predictions, begins == usual else {
            return begins.addingTimeInterval(Self.allowances[phase] ?? 0)
        }
        return deadline.instant(of: date).addingTimeInterval(phase == .publishing ? Self.publication : 0)
    }

    /// On days without games of a living season the schedule is looked up.
    private func lookups(_ date: GameDate, _ state: PlannerRules.DayState) -> [Output] {
        guard state == .breakDay || state == .offSeason else { return [] }
        let window = PlannerRules.lookup(on: date)
        let scrapers = Set(window.scrapers)
        return rules.all.filter {
            $0.phase == .scrapers && scrapers.contains($0.name) || $0.phase == .raw && $0.name == "nbac_schedule"
        }.map { rule in
            Output(
                phase: rule.phase,
                processor: rule.name,
                gameID: UnitKind.wholeDate,
                level: rule.level,
                requirement: rule.requirement,
                beginsAt: window.dueAt,
                dueAt: window.dueAt.addingTimeInterval(Self.lookupAllowance),
                excused: firstPlanned.flatMap { date < $0 ? "nobody planned before \($0)" : nil },
                isRepairable: false
            )
        }
    }
}

extension OutputPlan.Output {
    /// A row of `expected_output` for `jsonb_populate_recordset`.
    func json(_ date: GameDate, season: Int) -> JSONValue {
        [
            "game_date": .string(date.description), "phase": .int(Int64(phase.rawValue)),
            "processor": .string(processor), "game_id": .string(gameID), "season_year": .int(Int64(season)),
            "level": .int(Int64(level)), "requirement": .string(requirement.rawValue),
            "begins_at": .string(Instant.text(beginsAt)), "due_at": .string(Instant.text(dueAt)),
            "rows_min": rowsMin.map { .int(Int64($0)) } ?? .null, "rows_max": rowsMax.map { .int(Int64($0)) } ?? .null,
            "excused": excused.map { .string($0) } ?? .null, "is_repairable": .bool(isRepairable),
        ]
    }
}
