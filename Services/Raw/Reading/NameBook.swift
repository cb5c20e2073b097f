import Basketball
import Pipeline
import Postgres

/// How other sources spell the league's players.
struct NameBook: Sendable {
    private var canonical: [String: String] = [:]

    init(_ aliases: [String: String] = [:]) { canonical = aliases }

    /// The league's `player_lookup` of a name; the name's own when nobody said otherwise.
    func lookup(_ name: String) -> String {
        let lookup = PlayerLookup.normalize(name)
        return canonical[lookup] ?? lookup
    }

    static func read(_ reader: SnapshotReader) async throws -> NameBook {
        let rows = try await reader.query(
            "SELECT alias_lookup, player_lookup FROM nba_reference.player_alias WHERE removed_at IS NULL"
        )
        var aliases: [String: String] = [:]
        for row in rows { aliases[try row.decode("alias_lookup")] = try row.decode("player_lookup", as: String.self) }
        return NameBook(aliases)
    }
}

/// A player as a source spells him.
struct SeenName: Sendable, Hashable {
    var name: String
    var lookup: String
    var team: Team?
    var season: Season
}

/// The queue of names that the league does not know; people decide with `tipoff names`.
enum UnresolvedNames {
    /// Files the names that no box score and no player list holds.
    static func queue(
        _ names: Set<SeenName>,
        source: String,
        path: ObjectPath,
        in transaction: FinishTransaction
    ) async throws {
        let seen = names.sorted { $0.lookup < $1.lookup }
        let unknown = try await transaction.execute(
            """
            INSERT INTO nba_reference.unresolved_player_name
                (source, player_lookup, team_abbr, season_year, player_name, example_object)
            SELECT DISTINCT ON (n.lookup, n.team, n.season) \(source), n.lookup, n.team, n.season, n.name, \(path.string)
            FROM unnest(\(seen.map(\.lookup))::text[], \(seen.map { $0.team?.tricode ?? "" })::text[],
                        \(seen.map { Int64($0.season.startYear) })::bigint[], \(seen.map(\.name))::text[])
                AS n(lookup, team, season, name)
            WHERE NOT EXISTS (SELECT 1 FROM nba_raw.nbac_player_boxscores b WHERE b.player_lookup = n.lookup)
                AND NOT EXISTS (SELECT 1 FROM nba_raw.nbac_player_list_current l WHERE l.player_lookup = n.lookup)
            ON CONFLICT (source, player_lookup, team_abbr, season_year) DO UPDATE
                SET occurrences = nba_reference.unresolved_player_name.occurrences + 1, last_seen_at = now(),
                    example_object = excluded.example_object
            """
        )
        try await warn(unknown, of: Set(seen.map(\.lookup)).count, source: source, in: transaction)
    }

    /// Names of a payload of which so many are unknown that the source rather than the players has changed.
    static let unknownShare = 0.2
    static let unknownNames = 10

    /// One incident a source; the planner's watch resolves it after a day without another such payload.
    private static func warn(_ unknown: Int, of names: Int, source: String, in transaction: FinishTransaction)
        async throws
    {
        let signature = "unknown_names:\(source)"
        guard unknown >= unknownNames, Double(unknown) >= unknownShare * Double(names) else { return }
        // Where the league's own names are only being loaded, everybody is unknown.
        let since = transaction.task.gameDate.adding(days: -7)
        let rows = try await transaction.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_raw.nbac_player_boxscores WHERE game_date <= \(since.postgres)) AS is_loaded
            """
        )
        guard try rows.one().decode("is_loaded", as: Bool.self) else { return }
        try await transaction.execute(
            Alerts.raise(
                .warning,
                signature: signature,
                title: "\(unknown) of \(names) names of \(source) are unknown",
                gameDate: transaction.task.gameDate,
                runID: transaction.task.run.runID,
                by: "raw"
            )
        )
    }
}
