import Basketball

/// The formulas of the derived tables over whole dates; the processors use them on what they have read.
enum LeagueFormulas {
    static func players(_ points: [PointsRow], _ lines: [LineRow]) -> [PlayerRow] {
        var rows: [String: PlayerRow] = [:]
        for line in lines {
            rows[line.player] = PlayerRow(
                date: line.date,
                player: line.player,
                team: line.team,
                points: nil,
                line: line.line
            )
        }
        // Captures of two games from different moments may both name a player; the later game counts.
        for box in points.sorted(by: { $0.game < $1.game }) {
            rows[box.player] = PlayerRow(
                date: box.date,
                player: box.player,
                team: box.team,
                points: box.points,
                line: rows[box.player]?.line
            )
        }
        return rows.values.sorted { $0.player < $1.player }
    }

    static func teams(_ players: [PlayerRow]) -> [TeamRow] {
        Dictionary(grouping: players, by: \.team).map { team, members in
            TeamRow(date: members[0].date, team: team, total: members.reduce(0) { $0 + ($1.points ?? 0) })
        }.sorted { $0.team < $1.team }
    }

    /// Sums over the dates strictly before the roster's own.
    static func cache(_ roster: [PlayerRow], players: [PlayerRow], teams: [TeamRow]) -> [CacheRow] {
        roster.map { member in
            CacheRow(
                date: member.date,
                player: member.player,
                total: players.filter { $0.date < member.date && $0.player == member.player }
                    .reduce(0) { $0 + ($1.points ?? 0) },
                teamTotal: teams.filter { $0.date < member.date && $0.team == member.team }
                    .reduce(0) { $0 + $1.total }
            )
        }
    }

    static func features(_ cache: [CacheRow], _ players: [PlayerRow]) -> [FeatureRow] {
        let lines = Dictionary(players.map { ($0.player, $0.line ?? 0) }) { first, _ in first }
        return cache.map { row in
            FeatureRow(
                date: row.date,
                player: row.player,
                feature: row.total * 1_000_000 + row.teamTotal * 1000 + (lines[row.player] ?? 0)
            )
        }
    }
}

/// Every row of the six tables.
struct LeagueTables: Hashable {
    var points: Set<PointsRow> = []
    var lines: Set<LineRow> = []
    var players: Set<PlayerRow> = []
    var teams: Set<TeamRow> = []
    var cache: Set<CacheRow> = []
    var features: Set<FeatureRow> = []

    /// The derived tables computed from scratch out of the raw ones.
    var recomputed: LeagueTables {
        var result = LeagueTables(points: points, lines: lines)
        for date in Set(points.map(\.date)).union(lines.map(\.date)) {
            let players = LeagueFormulas.players(points.filter { $0.date == date }, lines.filter { $0.date == date })
            result.players.formUnion(players)
            result.teams.formUnion(LeagueFormulas.teams(players))
        }
        for (_, roster) in Dictionary(grouping: result.players, by: \.date) {
            let cache = LeagueFormulas.cache(roster, players: Array(result.players), teams: Array(result.teams))
            result.cache.formUnion(cache)
            result.features.formUnion(LeagueFormulas.features(cache, roster))
        }
        return result
    }

    /// The first difference to another state, for a message.
    func difference(to expected: LeagueTables) -> String? {
        func compare<Row: Hashable>(_ name: String, _ path: KeyPath<LeagueTables, Set<Row>>) -> String? {
            let missing = expected[keyPath: path].subtracting(self[keyPath: path]).map { "\($0)" }.sorted()
            let extra = self[keyPath: path].subtracting(expected[keyPath: path]).map { "\($0)" }.sorted()
            return missing.isEmpty && extra.isEmpty ? nil : "\(name): expected \(missing), found \(extra)"
        }
        return compare("sim_points", \.points) ?? compare("sim_lines", \.lines) ?? compare("sim_player", \.players)
            ?? compare("sim_team", \.teams) ?? compare("sim_cache", \.cache) ?? compare("sim_feature", \.features)
    }
}
