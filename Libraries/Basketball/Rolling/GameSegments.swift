/// The days of the games of many players (or teams), one segment after the other. A segment is what one figure may see:
/// the games of one player in one season, oldest first.
///
/// Between the games lie *slots*: a segment of m games has m + 1 of them, and slot j is the moment at which j games have
/// been played. Prefix sums stand in slots, so that a window is two slots. Row r of segment s lies between the slots r + s
/// and r + s + 1.
public struct GameSegments: Sendable, Hashable {
    /// Days since 1970-01-01, one a game.
    let days: [Int32]
    /// The first row of each segment, and behind them the number of rows.
    let starts: [Int]

    /// Segments from a column of days and the number of games of each segment, in order. The games of a segment are in
    /// the order of their days.
    public init(days: some Sequence<GameDate>, lengths: some Sequence<Int>) {
        self.days = days.map { Int32($0.daysSince1970) }
        var starts = [0]
        for length in lengths { starts.append(starts[starts.count - 1] + length) }
        self.starts = starts
        precondition(starts[starts.count - 1] == self.days.count, "every game belongs to one segment")
        for segment in 0..<count {
            for row in rows(of: segment).dropFirst() {
                precondition(self.days[row - 1] <= self.days[row], "oldest first")
            }
        }
    }

    /// Segments.
    public var count: Int { starts.count - 1 }
    /// Games of all segments.
    public var rows: Int { days.count }

    /// The games of a segment as rows of the columns.
    public func rows(of segment: Int) -> Range<Int> { starts[segment]..<starts[segment + 1] }

    /// The day of a game.
    public func date(of row: Int) -> GameDate { GameDate(unchecked: Int(days[row])) }

    /// The slot in which nothing of the segment has been played.
    func firstSlot(of segment: Int) -> Int { starts[segment] + segment }
}
