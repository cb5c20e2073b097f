/// How fresh a player comes to a game.
public enum FatigueScore {
    /// 100 is fresh, 0 is spent.
    ///
    /// Starts at 100; a back-to-back −15, otherwise three days of rest or more +5; four games in seven days −10; more
    /// than 240 minutes in seven days −10; more than 35 minutes a game in them −8; two back-to-backs in fourteen days
    /// −12, one −5; age 35 or more −10, 30 or more −5; then clamped. A player without an earlier game in the season has
    /// no score, and an unknown age adds no term.
    public static func score(_ load: RestAndLoad, age: Int? = nil) -> Double? {
        guard let daysRest = load.daysRest else { return nil }
        var score = 100
        if daysRest == 1 { score -= 15 } else if daysRest >= 3 { score += 5 }
        if load.gamesLast7 >= 4 { score -= 10 }
        if load.minutesLast7 > 240 { score -= 10 }
        if let average = load.minutesPerGameLast7, average > 35 { score -= 8 }
        if load.backToBacksLast14 >= 2 { score -= 12 } else if load.backToBacksLast14 == 1 { score -= 5 }
        if let age { score -= age >= 35 ? 10 : age >= 30 ? 5 : 0 }
        return Double(min(max(score, 0), 100))
    }
}
