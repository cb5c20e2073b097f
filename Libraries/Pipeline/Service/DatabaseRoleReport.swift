import Logging
import Postgres
import ServiceLifecycle

/// Says once which role of the database the service runs as, and warns when nothing restricts it.
struct DatabaseRoleReport: Service {
    let pool: PostgresPool
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { await tell() }
        try await gracefulShutdown()
    }

    private func tell() async {
        while !Task.isCancelled {
            do {
                let role = try await Self.read(pool)
                let metadata: Logger.Metadata = ["role": "\(role.current)", "login": "\(role.login)"]
                if role.isRestricted {
                    logger.notice("database role", metadata: metadata)
                } else {
                    logger.warning(
                        "no database grants restrict this service: set TIPOFF_DATABASE_ROLE",
                        metadata: metadata
                    )
                }
                return
            } catch {
                logger.debug("database role not known yet", metadata: ["error": "\(error)"])
            }
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
        }
    }

    struct Role: Sendable, Hashable {
        var current: String
        var login: String
        /// False for a superuser and for the owner of the tables.
        var isRestricted: Bool
    }

    static func read(_ pool: PostgresPool) async throws -> Role {
        let row = try await pool.query(
            """
            SELECT current_user::text AS role, session_user::text AS login,
                   NOT pg_has_role(current_user, c.relowner, 'USAGE') AS is_restricted
            FROM pg_class AS c WHERE c.oid = 'nba_orchestration.run_phase'::regclass
            """
        ).one()
        return Role(
            current: try row.decode("role"),
            login: try row.decode("login"),
            isRestricted: try row.decode("is_restricted")
        )
    }
}
