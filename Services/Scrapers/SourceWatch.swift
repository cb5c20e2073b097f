import Basketball
import Foundation
import Pipeline
import Postgres
import Warehouse

/// Says when a source has fallen silent: one alert a source, resolved when it speaks again.
struct SourceWatch: Sendable {
    let pool: PostgresPool
    let registry: Registry

    /// How often the planner looks.
    static let interval: TimeInterval = 300
    /// Game days that may pass without anything of a source.
    static let gameDays = 2
    /// Eastern hour from which a day with games has an injury report.
    static let injuryReportHour = 14

    /// Something that is amiss.
    struct Silence: Sendable, Hashable {
        var signature: String
        var title: String
    }

    private static let prefix = "source:"

    /// Looks at every source that runs ask by themselves and brings the alerts up to date.
    ///
    /// - Parameters:
    ///   - blockedHosts: hosts that are left alone after they refused.
    ///   - budget: of whose hosts those are told that have used most of their day.
    func check(now: Date, blockedHosts: [String], budget: SourceBudget) async throws {
        let today = LeagueClock.gameDate(of: now)
        let found =
            try await silent(today) + injuryReport(today, now) + unreliable(today) + spent(budget, today)
            + blockedHosts.map {
                Silence(signature: "\(Self.prefix)blocked:\($0)", title: "\($0) refuses and is left alone")
            }
        try await pool.transaction { transaction in
            let open = Set(
                try await transaction.query(
                    """
                    SELECT signature FROM nba_orchestration.alert
                    WHERE starts_with(signature, \(Self.prefix)) AND resolved_at IS NULL
                    """
                ).column("signature", as: String.self)
            )
            for silence in found where !open.contains(silence.signature) {
                try await transaction.execute(
                    Alerts.raise(
                        .warning,
                        signature: silence.signature,
                        title: silence.title,
                        gameDate: today,
                        runID: nil,
                        by: "scrapers"
                    )
                )
            }
            try await transaction.execute(
                """
                UPDATE nba_orchestration.alert SET resolved_at = now()
                WHERE starts_with(signature, 'unknown_names:') AND resolved_at IS NULL
                    AND last_seen_at < now() - interval '1 day'
                """
            )
            for signature in open.subtracting(found.map(\.signature)).sorted() {
                try await transaction.execute(Alerts.resolve(signature: signature))
            }
        }
    }

    /// Sources whose last success lies before the last game days. Before Tipoff itself has run live for so long nothing is
    /// said: a backfill leaves most sources out.
    private func silent(_ today: GameDate) async throws -> [Silence] {
        let days = try await pool.query(
            """
            SELECT DISTINCT game_date FROM nba_raw.nbac_schedule
            WHERE game_date < \(today.postgres) AND removed_at IS NULL AND NOT is_postponed
                AND season_type IN ('regular', 'playoffs', 'play_in')
            ORDER BY game_date DESC LIMIT \(Int64(Self.gameDays + 1))
            """
        ).map { try $0.gameDate("game_date") }
        guard days.count > Self.gameDays else { return [] }
        let (since, before) = (days[Self.gameDays - 1], days[Self.gameDays])
        let rows = try await pool.query(
            """
            SELECT processor, max(game_date) AS newest FROM nba_orchestration.task
            WHERE phase = 2 AND state IN ('success', 'partial') AND game_date BETWEEN \(before.postgres) AND \(today.postgres)
            GROUP BY processor
            UNION ALL
            SELECT 'any', min(game_date) FROM nba_orchestration.run
            WHERE game_date BETWEEN \(before.postgres) AND \(today.postgres) AND kind IN ('full', 'postgame')
                AND lane = 'live'
            """
        )
        var newest: [String: GameDate] = [:]
        for row in rows {
            guard let date = try row.optionalGameDate("newest") else { continue }
            newest[try row.decode("processor", as: String.self)] = date
        }
        guard let first = newest["any"], first <= before else { return [] }
        return registry.enabled(in: .raw).filter { raw in
            raw.scraper.flatMap { registry.processor($0, in: .scrapers) }.map { $0.isEnabled && !$0.runKinds.isEmpty }
                ?? false
        }.filter { raw in newest[raw.name].map { $0 < since } ?? true }.map { raw in
            Silence(
                signature: "\(Self.prefix)silent:\(raw.name)",
                title: "nothing of \(raw.name) since \(newest[raw.name].map(\.description) ?? "before \(before)")"
            )
        }
    }

    /// Sources that lately answered too little, or with what could not be taken in.
    private func unreliable(_ today: GameDate) async throws -> [Silence] {
        try await SourceHealth.all(registry, on: today, pool).filter(\.isPoor).map { health in
            Silence(
                signature: "\(Self.prefix)unreliable:\(health.scraper)",
                title: "\(health.scraper) has answered \(health.answered) of \(health.asked) questions of "
                    + "\(SourceHealth.days) days, and \(health.taken) of \(health.read) payloads could be taken in"
            )
        }
    }

    /// Hosts that have used four fifths of their day's budget.
    private func spent(_ budget: SourceBudget, _ today: GameDate) async throws -> [Silence] {
        try await budget.uses(on: today, pool).filter(\.isLow).map { use in
            Silence(
                signature: "\(Self.prefix)budget:\(use.host)",
                title: "\(use.host) has used \(use.spent) of the \(use.limit) that a day may take"
            )
        }
    }

    private func injuryReport(_ today: GameDate, _ now: Date) async throws -> [Silence] {
        guard now >= LeagueClock.instant(today, hour: Self.injuryReportHour, minute: 0) else { return [] }
        let rows = try await pool.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_raw.nbac_schedule
                           WHERE game_date = \(today.postgres) AND removed_at IS NULL AND NOT is_postponed
                               AND season_type IN ('regular', 'playoffs', 'play_in'))
                AND NOT EXISTS (SELECT 1 FROM nba_raw.nbac_injury_report WHERE game_date = \(today.postgres)) AS is_missing
            """
        )
        guard try rows.one().decode("is_missing", as: Bool.self) else { return [] }
        return [
            Silence(
                signature: "\(Self.prefix)no_injury_report",
                title: "no injury report about the games of \(today) by \(Self.injuryReportHour):00 Eastern"
            )
        ]
    }
}
