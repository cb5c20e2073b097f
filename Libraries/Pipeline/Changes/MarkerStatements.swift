public import Basketball
public import Foundation
public import Postgres

extension MarkerSet {
    /// Inserts the markers. A marker that is already there takes a new id, so that the task which has read the older
    /// one cannot delete it; where a `full` marker stands, another `full` marker stands for the new entities.
    ///
    /// A marker on another date than `originDate`, one of a processor in `wanting`, or any when `wantRun` is set, asks
    /// for a run of its own, unless `isQuiet`: what a replay changes for others is carried on when somebody asks for it.
    public func insertStatements(
        originDate: GameDate,
        runID: UUID?,
        wantRun: Bool = false,
        wanting: Set<String> = [],
        isQuiet: Bool = false
    ) -> [SQL] {
        [ReadWindow.sameDate, .laterDatesOfSeason, .wholeSeason].compactMap { window in
            let chosen = markers.filter { $0.window == window }
            guard !chosen.isEmpty else { return nil }
            return statement(
                chosen,
                window: window,
                originDate: originDate,
                runID: runID,
                wanting: wantRun ? Set(chosen.map(\.processor)) : wanting,
                isQuiet: isQuiet
            )
        }
    }

    private func statement(
        _ markers: [Marker],
        window: ReadWindow,
        originDate: GameDate,
        runID: UUID?,
        wanting: Set<String>,
        isQuiet: Bool
    ) -> SQL {
        let given: SQL = """
            SELECT * FROM unnest(\(markers.map(\.processor))::text[], \(markers.map { Int16($0.phase.rawValue) })::int2[],
                                 \(markers.map { PostgresDate(daysSince1970: $0.date.daysSince1970) })::date[],
                                 \(markers.map { Season(containing: $0.date).firstDay.postgres })::date[],
                                 \(markers.map { Season(containing: $0.date).lastDay.postgres })::date[],
                                 \(markers.map { $0.kind?.rawValue ?? "full" })::text[], \(markers.map(\.entity))::text[])
                AS g(processor, phase, game_date, season_start, season_end, kind, entity)
            """
        // Another date is marked when some run has reached for it: a date without a run reads the row when it is run.
        let incoming: SQL =
            switch window {
            case .sameDate: "SELECT DISTINCT processor, phase, game_date, kind, entity FROM given"
            case .laterDatesOfSeason:
                """
                SELECT DISTINCT g.processor, g.phase, later.game_date, g.kind, g.entity FROM given AS g
                JOIN (SELECT DISTINCT game_date, until_phase FROM nba_orchestration.run) AS later
                    ON later.game_date > g.game_date AND later.game_date <= g.season_end
                    AND later.until_phase >= g.phase
                """
            case .wholeSeason:
                """
                SELECT processor, phase, game_date, kind, entity FROM given
                UNION
                SELECT g.processor, g.phase, other.game_date, g.kind, g.entity FROM given AS g
                JOIN (SELECT DISTINCT game_date, until_phase FROM nba_orchestration.run) AS other
                    ON other.game_date BETWEEN g.season_start AND g.season_end AND other.until_phase >= g.phase
                """
            }
        // A `full` marker stands for its date's entities; what changes under it is one more `full` marker. Each connection
        // has a marker of its own then: many transactions that change one date at once would queue for a common one.
        return """
            WITH given AS (\(sql: given)), incoming AS (\(sql: incoming)), chosen AS (
                SELECT DISTINCT i.processor, i.phase, i.game_date,
                       CASE WHEN f.is_full THEN 'full' ELSE i.kind END AS kind,
                       CASE WHEN f.is_full THEN '*' || pg_backend_pid() % 32 ELSE i.entity END AS entity
                FROM incoming AS i
                CROSS JOIN LATERAL (
                    SELECT i.kind = 'full' OR EXISTS (
                        SELECT 1 FROM nba_orchestration.change_marker AS m
                        WHERE m.processor = i.processor AND m.game_date = i.game_date AND m.kind = 'full') AS is_full
                ) AS f
            )
            INSERT INTO nba_orchestration.change_marker AS m
                (processor, phase, game_date, kind, entity, origin_date, origin_run, wants_run)
            SELECT c.processor, c.phase, c.game_date, c.kind, c.entity, \(originDate.postgres), \(runID),
                   NOT \(isQuiet)
                       AND (c.processor = ANY(\(wanting.sorted())) OR c.game_date <> \(originDate.postgres))
            FROM chosen AS c
            ORDER BY c.game_date, c.phase, c.processor, c.kind, c.entity
            ON CONFLICT (processor, game_date, kind, entity) DO UPDATE SET
                marker_id = nextval('nba_orchestration.change_marker_id'), marked_at = now(),
                origin_date = excluded.origin_date, origin_run = excluded.origin_run,
                wants_run = m.wants_run OR excluded.wants_run
            """
    }
}

extension GameDate {
    /// The day as a parameter.
    public var postgres: PostgresDate { PostgresDate(daysSince1970: daysSince1970) }
}
