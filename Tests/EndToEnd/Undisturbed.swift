import KafkaTestKit
import Pipeline
import Postgres
import PostgresTestKit
import Testing

/// A database with a week of history, and what the slate's run leaves there when nothing goes wrong.
struct Undisturbed: Sendable {
    static let slate = "2023-10-30"
    /// Runs with this key have the same id in every stack.
    static let planKey = "test:slate"
    static let history = ["2023-10-24", "2023-10-25", "2023-10-26", "2023-10-27", "2023-10-28", "2023-10-29"]

    /// The database to copy.
    var base: String
    var digests: [String: String]
    /// Units of the slate, in order.
    var events: [String]
    var players: [String]
    /// Every message of the slate's run.
    var messages: [WireMessage]
    var predictions: Int64
    var documents: Int64
    var deadLetters: [String]
    /// What came of comparing the slate and a date of its history with a full computation.
    var audits: [(code: Int32, output: String)]

    /// Made once in a test process.
    static var shared: Undisturbed {
        get async throws { try await made.value }
    }

    private static let made = Task<Undisturbed, any Error> {
        let stack = try await Stack.start()
        for day in history {
            let run = try await stack.open(.full, day, until: .precompute)
            guard try await stack.wait(run) == "complete" else { throw StackError(description: "history failed") }
        }
        await stack.end()
        let calm = try await Stack.start(base: stack.database.name)
        let run = try await calm.open(.full, slate, key: planKey)
        guard try await calm.wait(run) == "complete" else {
            throw StackError(description: "the undisturbed run failed")
        }
        let undisturbed = Undisturbed(
            base: stack.database.name,
            digests: try await calm.digests(),
            events: try await calm.units(of: "odds_api_player_points_props", run),
            players: try await calm.units(of: "player_predictions", run),
            messages: try await calm.messages(of: run),
            predictions: try await calm.count("SELECT count(*) FROM nba_predictions.player_prop_predictions"),
            documents: try await calm.count("SELECT count(*) FROM nba_publishing.document_pointer"),
            deadLetters: try await calm.deadLetters(),
            audits: [
                try await calm.tipoff("audit", "run", "--date", slate, "--wait", "--timeout", "120"),
                try await calm.tipoff("audit", "run", "--date", history[3], "--wait", "--timeout", "120"),
            ]
        )
        try await stack.topics?.remove()
        try await calm.stop()
        return undisturbed
    }

    /// Every table is as it was left by the undisturbed run.
    func expectSameTables(_ stack: Stack, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let now = try await stack.digests()
        for (table, digest) in digests {
            #expect(now[table] == digest, "\(table) differs", sourceLocation: sourceLocation)
        }
    }
}

extension Stack {
    func units(of processor: String, _ run: RunRecord) async throws -> [String] {
        try await pool.query(
            """
            SELECT unit FROM nba_orchestration.task WHERE run_id = \(run.runID) AND processor = \(processor) ORDER BY unit
            """
        ).column("unit", as: String.self)
    }

    /// No phase or level of a run was started by two messages, however often each was sent.
    func expectOneTriggerEach(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let twice = try await count(
            """
            SELECT count(*) FROM (SELECT 1 FROM nba_orchestration.outbox
                                  WHERE topic IN ('nba-phase3-trigger', 'nba-phase4-trigger',
                                                  'nba-phase4-precompute-complete', 'nba-phase5-predictions-complete')
                                  GROUP BY run_id, topic, payload #>> '{metadata,level}' HAVING count(*) <> 1) AS t
            """
        )
        #expect(twice == 0, "a phase was triggered twice", sourceLocation: sourceLocation)
    }

    /// The dead letters as `reason processor/unit attempts`, or `reason topic` for messages; those of state `new`.
    func deadLetters() async throws -> [String] {
        try await pool.query(
            """
            SELECT reason || ' ' || COALESCE(processor || '/' || unit || ' ' || attempts, topic) AS line
            FROM nba_orchestration.dead_letter WHERE state = 'new' ORDER BY line
            """
        ).column("line", as: String.self)
    }
}
