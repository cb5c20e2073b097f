import Pipeline

extension LeagueDays {
    /// What is known of a date; the source is asked when nothing is, because a scraper may come before the schedule's own.
    func knownOrAsked(_ execution: Execution) async throws -> LeagueDay {
        let day = try await known(execution)
        return day.isKnown ? day : try await current(execution)
    }
}
