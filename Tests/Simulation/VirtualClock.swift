import Foundation
import Pipeline
import Postgres
import Synchronization

/// One instant for the database and for the services. Inside the simulation's databases `now()` is a function of the
/// schema `sim`, which stands before `pg_catalog` on the search path, so that production statements run unchanged.
final class VirtualClock: Sendable {
    static let start = Date(timeIntervalSince1970: 1_704_880_800)

    /// To be run before the migrations, so that column defaults bind to the virtual clock as well.
    static let schema = """
        CREATE SCHEMA sim;
        CREATE TABLE sim.clock (instant timestamptz NOT NULL);
        INSERT INTO sim.clock VALUES (to_timestamp(\(Int(start.timeIntervalSince1970))));
        CREATE FUNCTION sim.now() RETURNS timestamptz LANGUAGE plpgsql STABLE AS
            'BEGIN RETURN (SELECT instant FROM sim.clock); END';
        """
    static let searchPath = "sim, pg_catalog, public"

    private let instant = Mutex(start)

    var now: Date { instant.withLock { $0 } }
    var pipeline: PipelineClock { PipelineClock { self.now } }

    /// Moves both clocks; a whole number of seconds is exact in either.
    func advance(seconds: Int, _ pool: PostgresPool) async throws {
        let moved = instant.withLock { instant in
            instant.addTimeInterval(Double(seconds))
            return instant
        }
        try await pool.execute("UPDATE sim.clock SET instant = \(moved)")
    }

    func reset(_ pool: PostgresPool) async throws {
        instant.withLock { $0 = Self.start }
        try await pool.execute("UPDATE sim.clock SET instant = \(Self.start)")
    }
}
