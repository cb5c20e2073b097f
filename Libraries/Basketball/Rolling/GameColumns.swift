/// The games of many players or teams behind each other, from which columns are taken.
public struct GameColumns<Game: DatedGame>: Sendable {
    /// The games, segment by segment.
    public let games: [Game]
    /// Which game belongs to which segment, and when it was.
    public let segments: GameSegments

    /// Columns of segments, each oldest first.
    public init(_ segments: [[Game]]) {
        games = Array(segments.joined())
        self.segments = GameSegments(days: games.lazy.map(\.date), lengths: segments.lazy.map(\.count))
    }

    /// The column of one figure; nil where a game has none.
    public func column(_ value: (Game) -> Double?) -> RollingColumn {
        RollingColumn(games.map(value), in: segments)
    }
}

extension GamesBefore {
    /// The mean of a figure over the last `count` games that have been played, of those that have one; nil without any.
    public func mean(ofLast count: Int, _ value: (Game) -> Double?) -> Double? {
        let columns = GameColumns([games])
        let windows = columns.segments.windows(.last(count), at: columns.segments.before([date]))
        return columns.column(value).means(over: windows)[0]
    }
}
