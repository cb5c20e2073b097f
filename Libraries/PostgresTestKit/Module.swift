// PostgresTestKit
