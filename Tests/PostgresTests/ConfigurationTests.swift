import Logging
import Postgres
import PostgresTestKit
import Testing

@Suite struct ConfigurationTests {
    @Test(arguments: [
        "postgres://ann:s3cret@db.example:6432/tipoff?sslmode=require",
        "postgresql://ann:s3cret@db.example:6432/tipoff?sslmode=require",
        "host=db.example port=6432 user=ann password=s3cret dbname=tipoff sslmode=require",
    ])
    func bothFormsAreUnderstoodAndThePasswordIsNeverShown(_ url: String) throws {
        let configuration = try PostgresConfiguration(url: url)
        #expect(configuration.host == "db.example")
        #expect(configuration.port == "6432")
        #expect(configuration.database == "tipoff")
        #expect(configuration.user == "ann")
        #expect(!"\(configuration)".contains("s3cret"))
        #expect(!String(reflecting: configuration).contains("s3cret"))
        let again = try PostgresConfiguration(url: configuration.connectionURL)
        #expect(again.description == configuration.description)
        #expect(again.connectionURL.contains("s3cret"))
    }

    @Test(arguments: [
        "postgres://u:hunter2@[::1", "host=a password='hunter2", "nonsense hunter2", "port=1 \0",
        "postgres://u:%zzhunter2@h/d",
    ])
    func aBadStringIsRefusedWithoutRepeatingIt(_ url: String) throws {
        let error = try #require(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
        #expect(error.kind == .configuration)
        #expect(!"\(error)".contains("hunter2"))
    }

    @Test(.superuser) func sessionsGetTheirSettings() async throws {
        try await TestDatabase.with("settings") { database in
            var configuration = database.configuration
            configuration.applicationName = "tipoff it's"
            configuration.statementTimeout = .seconds(7)
            configuration.lockTimeout = .milliseconds(1500)
            configuration.idleInTransactionTimeout = .seconds(9)
            configuration.role = "pg_monitor"
            let connection = try await PostgresConnection.connect(configuration, logger: quiet)
            let row = try await connection.query(
                """
                SELECT current_setting('application_name'), current_setting('statement_timeout'),
                    current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout'),
                    current_setting('TimeZone'), current_setting('client_encoding'), current_user::text
                """
            ).one()
            #expect(
                try (0..<7).map { try row.decode(at: $0, as: String.self) }
                    == ["tipoff it's", "7s", "1500ms", "9s", "UTC", "UTF8", "pg_monitor"]
            )
            await connection.close()
        }
    }

    @Test(arguments: [("database", "3D000"), ("user", "28"), ("role", "22023")])
    func refusalsAtConnectCarryTheirSQLSTATE(_ what: String, _ sqlState: String) async throws {
        var configuration = try await TestCluster.shared().configuration()
        switch what {
        case "database": configuration = configuration.with(database: "no such database")
        case "user":
            let user = try #require(configuration.user)
            configuration = try PostgresConfiguration(
                url: configuration.connectionURL.replacing("//\(user)", with: "//nobody")
            )
        default: configuration.role = "nobody"
        }
        let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: quiet)
        let error = try await postgresError { try await pool.query("SELECT 1") }
        // How a user is refused depends on whether the server asks for passwords; the class does not.
        #expect(error.sqlState?.hasPrefix(sqlState) == true)
        #expect(!error.isInfrastructure)
        #expect(pool.statistics.open == 0)
        await pool.close()
    }

    @Test func nobodyThereIsInfrastructure() async throws {
        let silent = try Proxy.closedPort()
        let configuration = try PostgresConfiguration(url: "postgres://127.0.0.1:\(silent)/x")
        let pool = PostgresPool(
            configuration: configuration,
            maximumConnections: 1,
            logger: quiet,
            connectRetryWindow: .milliseconds(50)
        )
        let error = try await postgresError { try await pool.query("SELECT 1") }
        #expect(error.kind == .connection)
        #expect(error.isInfrastructure)
        await pool.close()
    }
}
