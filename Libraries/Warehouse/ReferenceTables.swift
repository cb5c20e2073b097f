import Basketball
public import Postgres

/// What the code knows of teams and arenas, as tables for those who work in SQL.
public enum ReferenceTables {
    /// Brings the tables to what this build knows.
    public static func write(in transaction: PostgresTransaction) async throws {
        let teams = Team.all
        try await transaction.execute(
            """
            INSERT INTO nba_reference.team (tricode, nba_team_id, city, nickname, full_name)
            SELECT * FROM unnest(\(teams.map(\.tricode))::text[], \(teams.map { Int64($0.id) })::bigint[],
                \(teams.map(\.city))::text[], \(teams.map(\.nickname))::text[], \(teams.map(\.fullName))::text[])
            ON CONFLICT (tricode) DO UPDATE SET nba_team_id = excluded.nba_team_id, city = excluded.city,
                nickname = excluded.nickname, full_name = excluded.full_name
            """
        )
        let arenas = Arena.all
        try await transaction.execute(
            """
            INSERT INTO nba_reference.arena
                (team_abbr, arena_name, latitude_degrees, longitude_degrees, elevation_meters, time_zone)
            SELECT * FROM unnest(\(arenas.map(\.team.tricode))::text[], \(arenas.map(\.name))::text[],
                \(arenas.map(\.latitude))::double precision[], \(arenas.map(\.longitude))::double precision[],
                \(arenas.map { Int64($0.elevationMeters) })::bigint[], \(arenas.map(\.timeZoneIdentifier))::text[])
            ON CONFLICT (team_abbr) DO UPDATE SET arena_name = excluded.arena_name,
                latitude_degrees = excluded.latitude_degrees, longitude_degrees = excluded.longitude_degrees,
                elevation_meters = excluded.elevation_meters, time_zone = excluded.time_zone
            """
        )
    }
}
