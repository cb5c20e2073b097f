/// Which of the games before a moment a figure is about.
public enum RollingWindow: Sendable, Hashable {
    /// The last so many games, or all when there are fewer.
    case last(Int)
    /// The games of the days before the moment's: day − N < game < day.
    case days(Int)
    /// Every game of the segment.
    case season
}

/// Days that figures are asked for, each in a segment. All that is before a day is in its figures, and nothing of the day
/// itself.
public struct Moments: Sendable, Hashable {
    /// The slot up to which games are before the day.
    fileprivate var slots: [Int32] = []
    fileprivate var segments: [Int32] = []
    /// Since 1970-01-01.
    fileprivate var days: [Int32] = []

    fileprivate init(capacity: Int) {
        slots.reserveCapacity(capacity)
        segments.reserveCapacity(capacity)
        days.reserveCapacity(capacity)
    }

    /// How many days are asked for.
    public var count: Int { slots.count }

    fileprivate mutating func append(slot: Int, segment: Int, day: Int32) {
        slots.append(Int32(slot))
        segments.append(Int32(segment))
        days.append(day)
    }
}

/// A window for each moment, as the slots that it begins and ends in.
public struct RollingWindows: Sendable, Hashable {
    let firsts: [Int32]
    let ends: [Int32]
    private let segments: [Int32]

    fileprivate init(firsts: [Int32], moments: Moments) {
        self.firsts = firsts
        ends = moments.slots
        segments = moments.segments
    }

    /// How many windows there are.
    public var count: Int { ends.count }

    /// The games of a window as rows of the columns.
    public func rows(_ index: Int) -> Range<Int> {
        let segment = segments[index]
        return Int(firsts[index] - segment)..<Int(ends[index] - segment)
    }

    /// Games of the longest window.
    var mostGames: Int { (0..<count).reduce(0) { max($0, Int(ends[$1] &- firsts[$1])) } }
}

extension GameSegments {
    /// The day of every game, in the order of the rows: what training and backfill ask for. Of two games on one day
    /// neither sees the other.
    public var beforeEachGame: Moments {
        var moments = Moments(capacity: rows)
        for segment in 0..<count {
            let rows = rows(of: segment)
            var slot = firstSlot(of: segment)
            for row in rows {
                if row > rows.lowerBound, days[row] != days[row - 1] { slot = row + segment }
                moments.append(slot: slot, segment: segment, day: days[row])
            }
        }
        return moments
    }

    /// A day in each segment: what serving asks for.
    public func before(_ dates: [GameDate]) -> Moments {
        precondition(dates.count == count, "one date a segment")
        var moments = Moments(capacity: count)
        for segment in 0..<count {
            let day = Int32(dates[segment].daysSince1970)
            let played = days[rows(of: segment)].partitioned { $0 < day }
            moments.append(slot: played + segment, segment: segment, day: day)
        }
        return moments
    }

    /// The window of every moment.
    public func windows(_ window: RollingWindow, at moments: Moments) -> RollingWindows {
        let firsts = (0..<moments.count).map { index -> Int32 in
            let segment = Int(moments.segments[index])
            let slot = Int(moments.slots[index])
            let first = firstSlot(of: segment)
            switch window {
            case .season: return Int32(first)
            case .last(let games): return Int32(max(slot - games, first))
            case .days(let length):
                let day = moments.days[index] - Int32(length)
                return Int32(days[first - segment..<slot - segment].partitioned { $0 <= day } + segment)
            }
        }
        return RollingWindows(firsts: firsts, moments: moments)
    }

    /// Days from the last game before a moment to its day; nil without one.
    func daysRest(at moments: Moments, _ index: Int) -> Int? {
        lastGame(before: moments, index).map { Int(moments.days[index]) - $0.daysSince1970 }
    }

    /// Days from each of some games of a segment to the next.
    func gaps(in rows: Range<Int>) -> [Int] { rows.dropFirst().map { Int(days[$0] - days[$0 - 1]) } }

    /// The day of the last game before a moment; nil without one.
    func lastGame(before moments: Moments, _ index: Int) -> GameDate? {
        let segment = Int(moments.segments[index])
        let row = Int(moments.slots[index]) - segment
        return row > rows(of: segment).lowerBound ? date(of: row - 1) : nil
    }
}

extension ArraySlice {
    /// The index of the first element without a property that the slice's first elements have.
    func partitioned(_ holds: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
