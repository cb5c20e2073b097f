import Logging
import Postgres
import PostgresTestKit
import Testing

@Suite struct PlanTests {
    @Test func aConnectionPlansOnceUnlessItsTransactionReadsByValue() async throws {
        try await TestDatabase.with("plans") { database in
            var configuration = database.configuration
            configuration.plansOnce = true
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: Logger(label: "test"))
            let mode: SQL = "SELECT current_setting('plan_cache_mode')"
            func read(byValue: Bool) async throws -> String {
                try await pool.transaction(readOnly: true, plansByValue: byValue) {
                    try await $0.query(mode).scalar(as: String.self)
                }
            }
            var modes: [String] = []
            for byValue in [false, true, false] { modes.append(try await read(byValue: byValue)) }
            #expect(modes == ["force_generic_plan", "auto", "force_generic_plan"])
            await pool.close()
        }
    }
}
