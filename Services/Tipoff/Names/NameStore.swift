import Basketball
import Foundation
import Pipeline
import Postgres

/// A name in payloads that no box score and no player list holds.
struct UnresolvedName: Sendable {
    var source: String
    var lookup: String
    var name: String
    var team: String
    var season: Int
    var occurrences: Int
    var lastSeenAt: Date
    var status: String
    var object: String

    var json: JSONValue {
        [
            "source": .string(source), "player_lookup": .string(lookup), "player_name": .string(name),
            "team": team.isEmpty ? .null : .string(team), "season": .string(Season(startYear: season).label),
            "occurrences": .int(Int64(occurrences)), "last_seen_at": .string(Instant.text(lastSeenAt)),
            "status": .string(status), "example_object": .string(object),
        ]
    }
}

/// A player whom the league names.
struct KnownPlayer: Sendable, Hashable {
    var lookup: String
    var name: String
    /// The tricode of his last known team; empty without one.
    var team: String

    var currentTeam: Team? {
        do { return try Team(tricode: team) } catch { return nil }
    }
}

/// What people decide about names.
enum NameDecision: Sendable {
    /// Another spelling of a player of the league.
    case match(KnownPlayer)
    /// The match is taken back.
    case unmatch
    /// No player: a misprint or a placeholder.
    case invalid
    /// A player whom nothing needs, such as one of another league.
    case ignored
    /// To be asked again on a day.
    case snoozed(until: Date)

    var name: String {
        switch self {
        case .match: "match"
        case .unmatch: "unmatch"
        case .invalid: "invalid"
        case .ignored: "ignored"
        case .snoozed: "snoozed"
        }
    }
}

/// The queue of unknown names and the aliases that answer it.
struct NameStore: Sendable {
    var pool: PostgresPool
    var actor: String

    /// The queue; a snoozed name is pending again when its day has come.
    func list(status: String?, source: String?, now: Date, limit: Int) async throws -> [UnresolvedName] {
        let rows = try await pool.query(
            """
            SELECT * FROM (
                SELECT source, player_lookup, player_name, team_abbr, season_year, occurrences, last_seen_at, example_object,
                       CASE WHEN status = 'snoozed' AND snoozed_until <= \(now) THEN 'pending' ELSE status END AS status
                FROM nba_reference.unresolved_player_name
            ) AS q
            WHERE (\(status)::text IS NULL OR status = \(status)) AND (\(source)::text IS NULL OR source = \(source))
            ORDER BY last_seen_at DESC, player_lookup, source LIMIT \(Int64(limit))
            """
        )
        return try rows.map { row in
            UnresolvedName(
                source: try row.decode("source"),
                lookup: try row.decode("player_lookup"),
                name: try row.decode("player_name"),
                team: try row.decode("team_abbr"),
                season: try row.decode("season_year"),
                occurrences: try row.decode("occurrences"),
                lastSeenAt: try row.decode("last_seen_at"),
                status: try row.decode("status"),
                object: try row.decode("example_object")
            )
        }
    }

    /// The league's players with this lookup, or whose names are close to it: the same last name, or at most two letters
    /// apart. The closest come first.
    func candidates(_ lookup: String, lastName: String) async throws -> [KnownPlayer] {
        let rows = try await pool.query(
            """
            SELECT DISTINCT ON (player_lookup) player_lookup, player_full_name, COALESCE(team_abbr, '') AS team_abbr FROM (
                SELECT player_lookup, player_full_name, team_abbr, season_year::bigint AS place, 'infinity'::date AS seen
                FROM nba_raw.nbac_player_list_current WHERE removed_at IS NULL
                UNION ALL
                SELECT player_lookup, player_full_name, team_abbr, season_year, game_date
                FROM nba_raw.nbac_player_boxscores WHERE removed_at IS NULL
            ) AS p ORDER BY player_lookup, place DESC, seen DESC
            """
        )
        let players = try rows.map { row in
            KnownPlayer(
                lookup: try row.decode("player_lookup"),
                name: try row.decode("player_full_name"),
                team: try row.decode("team_abbr")
            )
        }
        return NameDistance.closest(players, to: lookup, lastName: lastName)
    }

    func aliases() async throws -> [(alias: String, lookup: String, reason: String, by: String)] {
        try await pool.query(
            """
            SELECT alias_lookup, player_lookup, reason, created_by FROM nba_reference.player_alias
            WHERE removed_at IS NULL ORDER BY alias_lookup
            """
        ).map { row in
            (
                try row.decode("alias_lookup"), try row.decode("player_lookup"), try row.decode("reason"),
                try row.decode("created_by")
            )
        }
    }

    /// Records a decision and returns the payloads that have to be read again because of it.
    func decide(_ decision: NameDecision, about alias: String, reason: String) async throws -> [UnresolvedName] {
        let affected = try await list(status: nil, source: nil, now: .now, limit: 10_000).filter { $0.lookup == alias }
        if case .unmatch = decision {
        } else if case .match = decision {
        } else if affected.isEmpty {
            throw CommandProblem.problem("no source has met the name \(alias)", next: "tipoff names ls --status all")
        }
        let actor = actor
        try await pool.transaction { transaction in
            var target: String?
            var status = decision.name
            var until: Date?
            switch decision {
            case .match(let player):
                (target, status) = (player.lookup, "resolved")
                try await transaction.execute(
                    """
                    INSERT INTO nba_reference.player_alias (alias_lookup, player_lookup, reason, created_by)
                    VALUES (\(alias), \(player.lookup), \(reason), \(actor))
                    ON CONFLICT (alias_lookup) DO UPDATE SET player_lookup = excluded.player_lookup,
                        reason = excluded.reason, created_by = excluded.created_by, created_at = now(), removed_at = NULL
                    """
                )
            case .unmatch:
                status = "pending"
                let removed = try await transaction.execute(
                    """
                    UPDATE nba_reference.player_alias SET removed_at = now()
                    WHERE alias_lookup = \(alias) AND removed_at IS NULL
                    """
                )
                guard removed == 1 else {
                    throw CommandProblem.problem(
                        "\(alias) is no other spelling of anybody",
                        next: "tipoff names aliases"
                    )
                }
            case .snoozed(let day): until = day
            case .invalid, .ignored: break
            }
            try await transaction.execute(
                """
                UPDATE nba_reference.unresolved_player_name
                SET status = \(status), snoozed_until = \(until), decided_by = \(actor), decided_at = now(),
                    reason = \(reason)
                WHERE player_lookup = \(alias)
                """
            )
            try await transaction.execute(
                """
                INSERT INTO nba_reference.name_decision (decided_by, decision, alias_lookup, player_lookup, reason)
                VALUES (\(actor), \(decision.name), \(alias), \(target), \(reason))
                """
            )
        }
        return affected
    }
}

/// How far two spellings lie apart.
enum NameDistance {
    /// The players who could be meant, the closest first, at most five.
    static func closest(_ players: [KnownPlayer], to lookup: String, lastName: String) -> [KnownPlayer] {
        let scored = players.compactMap { player -> (score: Int, player: KnownPlayer)? in
            let distance = edits(player.lookup, lookup)
            let known = PlayerLookup.normalize(
                PlayerLookup.splitSuffix(player.name).name.split(separator: " ").last.map(String.init) ?? ""
            )
            guard distance <= 2 || (!lastName.isEmpty && known == lastName) else { return nil }
            return (distance, player)
        }
        return scored.sorted { ($0.score, $0.player.lookup) < ($1.score, $1.player.lookup) }.prefix(5).map(\.player)
    }

    /// Levenshtein's distance: letters to insert, drop or replace.
    static func edits(_ first: String, _ second: String) -> Int {
        let (first, second) = (Array(first.utf8), Array(second.utf8))
        var row = Array(0...second.count)
        for (i, left) in first.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in second.enumerated() {
                let replaced = diagonal + (left == right ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[second.count]
    }
}
