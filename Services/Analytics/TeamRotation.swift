import Basketball
import Foundation
import Warehouse

/// Who of a team has been playing, and who of them is announced to miss a game.
struct TeamRotation: Sendable, Hashable {
    struct Member: Sendable, Hashable {
        /// 0–100, over the last ten games.
        var usagePercent: Double
        /// 0–100, over the games since the first day on which he must have been seen; nil when none of them has one.
        var recentUsagePercent: Double?
        /// Minutes a game over the last ten.
        var minutes: Double
        /// Out or doubtful.
        var isOut: Bool
    }

    /// Whoever plays less is no part of the rotation.
    static let fewestMinutes = 10.0

    /// By lookup: who plays ten minutes or more and was seen lately.
    private(set) var members: [String: Member] = [:]
    /// Whether a report or an operator has said anything about the team. Without a word nobody's absence is known.
    let isReported: Bool

    init(_ team: String, before tipoff: Date?, _ inputs: PlayerContexts.Inputs) {
        let first = PlayerContexts.firstRecentDay(inputs.teams[team] ?? TeamHistory([], before: inputs.date))
        let named = inputs.availability.named(of: team, before: tipoff) { inputs.players.records[$0]?.team == team }
        isReported = named != nil
        for (player, record) in inputs.players.records where record.team == team && record.lastSeen >= first {
            let form = PlayerForm(record.history)
            guard let usage = form.usagePercentLast10, let minutes = form.minutesAverageLast10,
                minutes >= Self.fewestMinutes
            else { continue }
            let word = inputs.availability.word(on: player, before: tipoff)
            let recent = record.history.games.filter { $0.date >= first }.compactMap(\.usagePercent)
            members[player] = Member(
                usagePercent: usage,
                recentUsagePercent: SampleStatistics.mean(recent),
                minutes: minutes,
                isOut: word?.status == .out || word?.status == .doubtful
            )
        }
    }

    /// A player's usage (0–100) with the absences of the game.
    ///
    /// His usage of the last ten games, times the minute-weighted mean usage of the whole rotation over that of those who
    /// are available: five men on the floor end all plays, so what the absent leave is spread over the others in
    /// proportion. Nil for a player outside the rotation, and while nobody has said who is absent.
    func projectedUsage(of player: String) -> Double? {
        guard isReported, let own = members[player],
            let whole = Self.meanUsage(members.values),
            let left = Self.meanUsage(members.filter { $0.key == player || !$0.value.isOut }.values), left > 0
        else { return nil }
        return min(own.usagePercent * whole / left, 100).stored
    }

    /// The mean usages (0–100) of the last thirty days (more after a break of the whole team) of the rotation's absent
    /// members but the player, summed; nil while nobody has said who is absent, and when one of them has no usage.
    func usageOut(besides player: String) -> Double? {
        guard isReported else { return nil }
        var sum = 0.0
        // In the order of names, so that the sum is the same every time.
        for (name, member) in members.sorted(by: { $0.key < $1.key }) where name != player && member.isOut {
            guard let usage = member.recentUsagePercent else { return nil }
            sum += usage
        }
        return sum.stored
    }

    private static func meanUsage(_ members: some Collection<Member>) -> Double? {
        // Sorted, because a sum in the order of a dictionary differs from run to run in its last digit.
        let minutes = members.map(\.minutes).sorted().reduce(0, +)
        let plays = members.map { $0.minutes * $0.usagePercent }.sorted().reduce(0, +)
        return minutes > 0 ? plays / minutes : nil
    }
}
