import Foundation

/// What an execution's snapshot holds of its date, as far as dependencies and minimum rows are judged by it.
struct DateFacts: Sendable, Hashable {
    struct Game: Sendable, Hashable {
        /// Tricodes.
        var home: String
        var away: String
        var isFinal = false
        var isPostponed = false
    }

    /// What the tasks of a table's writers have done for the date.
    struct Writer: Sendable, Hashable {
        /// When one last ended well.
        var lastGood: Date?
        var age: Duration?
        /// One of an open run has not ended.
        var isComing = false
    }

    struct Found: Sendable, Hashable {
        /// Rows by tricode; under ``DateFacts/all`` where the table has none.
        var rows: [String: Int] = [:]
        /// When one of them last changed.
        var changedAt: Date?

        var count: Int { rows.values.reduce(0, +) }
    }

    /// The unit of rows that are not counted by team.
    static let all = "*"

    /// The games that count.
    var games: [Game] = []
    /// Whether the schedule has any game of the date's season.
    var hasSeason = false
    /// Final games of each team in the ``ExpectedRows/historyDays`` days before the date.
    var pastGames: [String: Int] = [:]
    /// Players whom the date's contexts name, by team.
    var players: [String: Int] = [:]
    var seasonedPlayers: [String: Int] = [:]
    /// By table.
    var found: [String: Found] = [:]
    /// By processor; no entry for one that no run of the date has asked.
    var writers: [String: Writer] = [:]
    /// By processor, how long its oldest change of the date has waited to be carried out.
    var waiting: [String: Duration] = [:]

    /// The rows that must be there, by unit.
    func expected(_ expected: ExpectedRows) -> [String: Int] {
        var rows: [String: Int] = [:]
        let open = games.filter { !$0.isPostponed }
        func chosen(_ games: ExpectedRows.Games) -> [Game] { games == .final ? self.games.filter(\.isFinal) : open }
        switch expected.measure {
        case .season: rows = [Self.all: 1]
        case .report: rows = open.isEmpty ? [:] : [Self.all: expected.rows]
        case .games(let games): for game in chosen(games) { rows[game.home, default: 0] += expected.rows }
        case .teams(let games):
            for game in chosen(games) {
                for team in [game.home, game.away] { rows[team, default: 0] += expected.rows }
            }
        case .seasonedTeams, .history:
            for team in Set(open.flatMap { [$0.home, $0.away] }) {
                guard let games = pastGames[team], games > 0 else { continue }
                rows[team] = expected.rows * (expected.measure == .history ? games : 1)
            }
        case .players(let withHistory): rows = withHistory ? seasonedPlayers : players
        }
        guard expected.column == nil, !rows.isEmpty else { return rows }
        return [Self.all: rows.values.reduce(0, +)]
    }

    /// The expected rows beside those that are there. A unit's surplus makes up for no other unit.
    func coverage(_ expected: ExpectedRows, _ found: [String: Int]) -> Coverage {
        var coverage = Coverage()
        for (unit, rows) in self.expected(expected) where rows > 0 {
            coverage.units[unit] = .init(expected: rows, found: min(found[unit] ?? 0, rows))
        }
        return coverage
    }
}

/// Expected and found rows by unit.
struct Coverage: Sendable, Hashable {
    struct Unit: Sendable, Hashable {
        var expected: Int
        /// At most the expected ones.
        var found: Int
    }

    var units: [String: Unit] = [:]

    var expected: Int { units.values.reduce(0) { $0 + $1.expected } }
    var found: Int { units.values.reduce(0) { $0 + $1.found } }
    /// 0 … 1; 1 when nothing is expected.
    var share: Double { expected == 0 ? 1 : Double(found) / Double(expected) }

    /// `8 of 10 rows (BOS, LAL)`, with the units that lack some.
    var text: String {
        let lacking = units.filter { $0.value.found < $0.value.expected }.keys.filter { $0 != DateFacts.all }.sorted()
        let named = lacking.prefix(5).joined(separator: ", ") + (lacking.count > 5 ? ", …" : "")
        return "\(found) of \(expected) rows\(lacking.isEmpty ? "" : " (without all of \(named))")"
    }

    /// Unit by unit, the better of two tables that stand in for each other.
    func or(_ other: Coverage) -> Coverage {
        Coverage(units: units.merging(other.units) { $0.found * $1.expected >= $1.found * $0.expected ? $0 : $1 })
    }
}
