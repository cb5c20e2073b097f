import Basketball

extension LeagueStore {
    /// Days between the first game of a season and the slate to look at: far enough for ten games of history.
    private static let daysOfHistory = 83

    /// A slate worth running, with the day on which its season begins: the first day with at least eight games from
    /// the twelfth week on, in the newest season; nil for a source without regular games.
    func suggestion() throws -> (start: GameDate, slate: GameDate)? {
        guard let season = source.seasons.last, let book = try book(season) else { return nil }
        let days = book.games.filter { $0.id.seasonType == .regular }.map(\.date)
        guard let start = days.min() else { return nil }
        let counts = days.reduce(into: [GameDate: Int]()) { $0[$1, default: 0] += 1 }
        let late = counts.keys.filter { $0 >= start.adding(days: Self.daysOfHistory) }.sorted()
        guard let slate = late.first(where: { counts[$0, default: 0] >= 8 }) ?? late.first else {
            return (start, start)
        }
        return (start, slate)
    }
}
