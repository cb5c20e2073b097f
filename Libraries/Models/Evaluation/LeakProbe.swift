import Basketball

/// Whether what happens on a date reaches its own predictions: on some dates the results are shuffled among the players and
/// the teams, and the date is walked again.
public struct LeakProbe: Sendable, Hashable {
    /// Dates that were walked twice.
    public private(set) var dates = 0
    /// Appearances on them.
    public private(set) var appearances = 0
    /// Those of which a feature, a profile, a baseline or a system's prediction was another one: leaks.
    public private(set) var changed = 0
    /// Appearances of the dates after them, and those of which something was another one. Results that change nothing
    /// afterwards would be a probe that cannot see.
    public private(set) var followers = 0
    public private(set) var changedFollowers = 0

    /// Walks a date with other results, from the state before it.
    ///
    /// - Parameters:
    ///   - before: the walk before the date.
    ///   - after: the same walk after it.
    ///   - next: the following date.
    mutating func probe(
        _ day: GameDay,
        next: GameDay?,
        before: LeagueWalk,
        after: LeagueWalk,
        predictor: PointsPredictor,
        seed: Int
    ) throws {
        var (honest, other, following) = (before, before, after)
        let told = try honest.step(day)
        let toldOther = try other.step(day.shuffled(seed: seed))
        dates += 1
        appearances += day.players.count
        changed += try Self.differences(told, toldOther, predictor)
        guard let next else { return }
        followers += next.players.count
        changedFollowers += try Self.differences(try following.step(next), try other.step(next), predictor)
    }

    private static func differences(
        _ left: LeagueWalk.Before,
        _ right: LeagueWalk.Before,
        _ predictor: PointsPredictor
    ) throws -> Int {
        let (leftOutcomes, rightOutcomes) = (try predictor.predict(left.rows), try predictor.predict(right.rows))
        return left.rows.indices.count { index in
            let (row, other) = (left.rows[index], right.rows[index])
            let (record, otherRecord) = (left.records[index], right.records[index])
            // Unknown values are no numbers, which never equal themselves.
            return row.values.map(\.bitPattern) != other.values.map(\.bitPattern) || row.profile != other.profile
                || leftOutcomes[index] != rightOutcomes[index]
                || record.exponentiallyWeighted != otherRecord.exponentiallyWeighted
                || record.last10 != otherRecord.last10 || record.seasonAverage != otherRecord.seasonAverage
        }
    }
}

extension GameDay {
    /// The same players and games with each other's results.
    func shuffled(seed: Int) -> GameDay {
        var random = SplitMix(seed: seed)
        var day = self
        for (index, other) in players.indices.shuffled(using: &random).enumerated() {
            day.players[index] = players[other]
            day.players[index].player = players[index].player
            day.players[index].side = players[index].side
        }
        for (index, other) in teams.indices.shuffled(using: &random).enumerated() {
            day.teams[index] = teams[other]
            day.teams[index].side = teams[index].side
        }
        return day
    }
}
