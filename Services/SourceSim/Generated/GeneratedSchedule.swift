import Basketball
import Foundation

/// A regular season in the league's format: 82 games a team, 41 at home, 1,230 in all.
enum GeneratedSchedule {
    struct Fixture: Sendable {
        let home: Team
        let away: Team
        let date: GameDate
        let hour: Int
        let minute: Int
    }

    /// The fixtures in order of time.
    static func fixtures(of season: Season, seed: UInt64) throws -> [Fixture] {
        var random = SeededRandom(seed: stableHash("schedule \(season)", salt: seed))
        var remaining = pairings().shuffled(using: &random)
        let opening: GameDate =
            if let known = season.openingDay { known } else { try GameDate(year: season.startYear, month: 10, day: 22) }
        let breakStart = opening.adding(days: 115)
        var left: [Team: Int] = Dictionary(uniqueKeysWithValues: Team.all.map { ($0, 82) })
        var played: [Team: [GameDate]] = [:]
        var fixtures: [Fixture] = []
        var date = opening
        while !remaining.isEmpty {
            defer { date = date.adding(days: 1) }
            // Six days without games in February.
            if date >= breakStart && date < breakStart.adding(days: 6) { continue }
            let target = dailyTargets[random.index(dailyTargets.count)]
            // Teams that are behind come first; a little noise keeps the order from repeating.
            let order = remaining.indices
                .map {
                    (
                        $0,
                        Double(left[remaining[$0].home, default: 0] + left[remaining[$0].away, default: 0]) + 3
                            * random.uniform()
                    )
                }
                .sorted { $0.1 > $1.1 }
            var busy: Set<Team> = []
            var chosen: Set<Int> = []
            for (index, _) in order where chosen.count < target {
                let pair = remaining[index]
                guard !busy.contains(pair.home), !busy.contains(pair.away),
                    canPlay(pair.home, date, played), canPlay(pair.away, date, played)
                else { continue }
                // Nights in a row are wanted, but not often.
                let tired = [pair.home, pair.away].contains { played[$0]?.last == date.adding(days: -1) }
                if tired && random.uniform() < 0.7 { continue }
                busy.formUnion([pair.home, pair.away])
                chosen.insert(index)
                let (hour, minute) = tipTime(home: pair.home, date: date, random: &random)
                fixtures.append(Fixture(home: pair.home, away: pair.away, date: date, hour: hour, minute: minute))
                for team in [pair.home, pair.away] {
                    left[team, default: 0] -= 1
                    played[team, default: []].append(date)
                }
            }
            remaining = remaining.indices.filter { !chosen.contains($0) }.map { remaining[$0] }
        }
        return fixtures.sorted {
            ($0.date, $0.hour, $0.minute, $0.home.tricode) < ($1.date, $1.hour, $1.minute, $1.home.tricode)
        }
    }

    private static let dailyTargets = [2, 5, 6, 7, 7, 8, 8, 9, 10, 12]

    /// No third game in three days.
    private static func canPlay(_ team: Team, _ date: GameDate, _ played: [Team: [GameDate]]) -> Bool {
        guard let last = played[team]?.suffix(2) else { return true }
        return last.count { date - $0 <= 2 } < 2
    }

    private static func tipTime(home: Team, date: GameDate, random: inout SeededRandom) -> (Int, Int) {
        if date.weekday == .sunday && random.uniform() < 0.4 { return (15, 30) }
        switch Arena.home(of: home).timeZoneIdentifier {
        case "America/Los_Angeles", "America/Phoenix": return random.uniform() < 0.5 ? (22, 0) : (22, 30)
        case "America/Denver": return (21, 0)
        case "America/Chicago": return (20, 0)
        default: return random.uniform() < 0.5 ? (19, 0) : (19, 30)
        }
    }

    /// Four games inside a division, three or four against the conference, two against the other one.
    static func pairings() -> [(home: Team, away: Team)] {
        let divisions = Dictionary(grouping: Team.all, by: \.division)
        var games: [(home: Team, away: Team)] = []
        func add(_ first: Team, _ second: Team, firstHosts: Int, secondHosts: Int) {
            for _ in 0..<firstHosts { games.append((first, second)) }
            for _ in 0..<secondHosts { games.append((second, first)) }
        }
        for (index, first) in Team.all.enumerated() {
            for second in Team.all.dropFirst(index + 1) {
                if first.division == second.division {
                    add(first, second, firstHosts: 2, secondHosts: 2)
                } else if first.conference != second.conference {
                    add(first, second, firstHosts: 1, secondHosts: 1)
                } else {
                    // A circulant over the two divisions gives everybody six four-game and four three-game opponents.
                    let swapped = first.division > second.division
                    let (one, two) = swapped ? (second, first) : (first, second)
                    let row = divisions[one.division]?.firstIndex(of: one) ?? 0
                    let column = divisions[two.division]?.firstIndex(of: two) ?? 0
                    switch (column - row + 5) % 5 {
                    case 3: add(one, two, firstHosts: 2, secondHosts: 1)
                    case 4: add(one, two, firstHosts: 1, secondHosts: 2)
                    default: add(one, two, firstHosts: 2, secondHosts: 2)
                    }
                }
            }
        }
        return games
    }
}
