/// A team's season so far. Rounded to four decimals.
public struct TeamAverages: Sendable, Hashable {
    /// Mean pace of the last ten games.
    public var paceLast10: Double?
    /// Mean points per 100 possessions of the last ten games.
    public var offensiveRatingLast10: Double?
    /// Mean points allowed per 100 possessions of the last ten games.
    public var defensiveRatingLast10: Double?
    /// Mean points allowed per 100 possessions of the last fifteen games.
    public var defensiveRatingLast15: Double?
    /// Share of the season's games won; nil below five games with a result.
    public var winShare: Double?
    /// Share of the last ten games decided by 15 points or more; nil below five games with a result.
    public var blowoutShareLast10: Double?

    /// The averages at each moment, from the games before it; as ``PlayerForm/forms(_:at:)``.
    public static func averages(_ columns: GameColumns<TeamGame>, at moments: Moments) -> [TeamAverages] {
        let segments = columns.segments
        let last10 = segments.windows(.last(10), at: moments)
        let last15 = segments.windows(.last(15), at: moments)
        let season = segments.windows(.season, at: moments)
        let defense = columns.column(\.defensiveRating)
        let wins = columns.column { $0.isWin.map { $0 ? 1 : 0 } }
        let blowouts = columns.column { $0.margin.map { abs($0) >= 15 ? 1 : 0 } }
        let pace10 = columns.column(\.pace).means(over: last10)
        let offense10 = columns.column(\.offensiveRating).means(over: last10)
        let defense10 = defense.means(over: last10)
        let defense15 = defense.means(over: last15)
        let winShares = wins.means(over: season)
        let blowoutShares = blowouts.means(over: last10)
        return (0..<moments.count).map { index in
            TeamAverages(
                paceLast10: pace10[index]?.stored,
                offensiveRatingLast10: offense10[index]?.stored,
                defensiveRatingLast10: defense10[index]?.stored,
                defensiveRatingLast15: defense15[index]?.stored,
                winShare: wins.count(in: season, index) >= 5 ? winShares[index]?.stored : nil,
                blowoutShareLast10: blowouts.count(in: last10, index) >= 5 ? blowoutShares[index]?.stored : nil
            )
        }
    }
}

extension TeamHistory {
    /// As ``TeamAverages`` has them.
    public var paceLast10: Double? { averages.paceLast10 }
    public var offensiveRatingLast10: Double? { averages.offensiveRatingLast10 }
    public var defensiveRatingLast10: Double? { averages.defensiveRatingLast10 }
    public var defensiveRatingLast15: Double? { averages.defensiveRatingLast15 }
    public var winShare: Double? { averages.winShare }
    public var blowoutShareLast10: Double? { averages.blowoutShareLast10 }
}
