/// The holidays on which the league plays by tradition.
extension GameDate {
    /// 25 December.
    public var isChristmas: Bool { month == 12 && day == 25 }

    /// Martin Luther King Day: the third Monday of January.
    public var isMartinLutherKingDay: Bool { month == 1 && weekday == .monday && (15...21).contains(day) }
}
