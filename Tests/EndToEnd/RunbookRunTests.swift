import Basketball
import Foundation
import KafkaTestKit
import Pipeline
import Postgres
import Testing

/// The commands of the runbooks on the real executables, in the order in which a page gives them, after a slate that was
/// published.
@Suite struct RunbookRunTests {
    static let pages = [
        "runbooks/morning.md", "runbooks/alerts.md", "runbooks/dlq.md", "runbooks/replay.md", "runbooks/bad-publish.md",
        "runbooks/quarantine.md", "runbooks/manual-replay.md", "runbooks/broker-lost.md", "runbooks/database-lost.md",
        "runbooks/stuck.md", "runbooks/new-season.md", "runbooks/adding-a-processor.md", "runbooks/backfill.md",
        "runbooks/predictions-missing.md", "runbooks/models.md",
    ]

    @Test("What the runbooks say is what happens")
    func everyCommandRuns() async throws {
        let calm = try await Undisturbed.shared
        let logs = FileManager.default.temporaryDirectory.appending(path: "tipoff-runbooks-\(UUID())")
        try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
        let own = Dictionary(
            uniqueKeysWithValues: Stack.services.map {
                ($0, ["TIPOFF_LOG_FILE": logs.appending(path: "\($0).jsonl").path])
            }
        )
        let stack = try await Stack.start(
            own: own,
            settings: ["TIPOFF_LOG_DIR": logs.path],
            base: calm.base
        )
        let night = try await PublishedNight(stack)
        var ran = 0
        for page in Self.pages {
            // Nobody loads what is scraped while somebody reads how to find that out.
            let isStuck = page == "runbooks/stuck.md"
            if isStuck { stack.signal("raw", SIGSTOP) }
            defer { if isStuck { stack.signal("raw", SIGCONT) } }
            for command in try PageCommands.all(on: page) where command.isFenced {
                guard Self.hasItsState(command) else { continue }
                let words = try await night.filled(command)
                let result = try await stack.tipoff(words)
                #expect(
                    command.exits.contains(result.code),
                    "\(command)\n  ran as \(words) and ended with \(result.code): \(result.output.suffix(800))"
                )
                ran += 1
            }
        }
        #expect(ran >= 60)
        let named = try await runNamed(stack, night)
        #expect(named >= 30)
        print("  \(ran) commands of runbooks ran, and \(named) of those that their texts name")
        try await stack.stop()
        try FileManager.default.removeItem(at: logs)
    }

    /// What a page's text names in passing: each that is whole is asked, and answers; what needs more says so.
    private func runNamed(_ stack: Stack, _ night: PublishedNight) async throws -> Int {
        var seen: Set<[String]> = []
        var ran = 0
        for page in Self.pages {
            for command in try PageCommands.all(on: page) where !command.isFenced {
                // What follows a log ends when its reader ends it.
                guard Self.hasItsState(command), !command.words.contains("-f") else { continue }
                let words = try await night.filled(command)
                guard seen.insert(words).inserted else { continue }
                let result = try await stack.tipoff(words)
                if result.code == 2 { continue }
                #expect(result.code <= 1, "\(command)\n  ran as \(words): \(result.output.suffix(800))")
                ran += 1
            }
        }
        return ran
    }

    /// The embedded broker makes its topics itself, with the partitions that a test gives it.
    private static func hasItsState(_ command: PageCommand) -> Bool {
        command.words.first != "topics" || Stack.usesGivenBroker
    }
}

/// A slate that was published, and what the pages speak of: a version to go back to, a row in quarantine, dead letters, a
/// run that does not go on.
private struct PublishedNight {
    private let stack: Stack
    private let run: RunRecord
    private let player: String
    private let corrected: String

    private static let slate = Undisturbed.slate
    private static let day = "2023-10-29"

    init(_ stack: Stack) async throws {
        self.stack = stack
        run = try await stack.open(.full, Self.slate)
        guard try await stack.wait(run) == "complete" else { throw StackError(description: "the slate failed") }
        player = try await stack.pool.query(
            """
            SELECT min(player_lookup) FROM nba_analytics.player_game_summary
            WHERE game_date = \(try GameDate(Self.day).postgres)
            """
        ).scalar()
        corrected = stack.directory.appending(path: "corrected.json").path
        try Data(Self.message.utf8).write(to: URL(fileURLWithPath: corrected))
        // A second version of the slate, which was refused.
        try await stack.pool.execute(
            """
            INSERT INTO nba_publishing.document
            SELECT (jsonb_populate_record(d, jsonb_build_object('document_id', gen_random_uuid(), 'version', d.version + 1,
                                                                'state', 'quarantined'))).*
            FROM nba_publishing.document AS d WHERE d.kind = 'tonight' AND d.key = \(Self.slate) AND d.version = 1
            """
        )
    }

    private static let message = """
        {"processor_name":"player_game_summary","phase":"phase_3_analytics","game_date":"\(slate)","status":"success"}
        """

    /// The words with what the database holds in the places of what the page speaks of.
    func filled(_ command: PageCommand) async throws -> [String] {
        var words: [String] = []
        for word in command.words { words.append(try await value(word, in: command)) }
        return words
    }

    private func value(_ word: String, in command: PageCommand) async throws -> String {
        switch word {
        case "2024-01-15", "2025-11-29", "DATE", "today", "tonight", "yesterday": Self.slate
        // A backfill of one date is enough to see its commands work.
        case "2024-01-14", "2023-12-01": "2023-10-24"
        case "tonight/2024-01-15": "tonight/\(Self.slate)"
        case "2024-01-15/joelembiid": "\(Self.day)/\(player)"
        case "6" where command.words.first == "publish": "1"
        case "7" where command.words.first == "publish": "2"
        case "RUN" where ["force", "cancel", "retry"].contains(command.words[1]): try await stuckRun()
        case "RUN", "<run>": run.runID.uuidString.lowercased()
        case "CORRELATION", "replay-nov-29": run.correlationID
        case "17" where command.words.first == "alerts": try await alert()
        case "3" where command.words.starts(with: ["alerts", "unmute"]): try await mute()
        case "ID" where command.words.first == "dlq", "17" where command.words.first == "dlq": try await letter()
        case "17": try await quarantinedRow()
        case "corrected.json": corrected
        case "PROCESSOR": "nbac_schedule"
        case "JOB": "winter"
        default: word
        }
    }

    /// A run whose payload nobody loads.
    private func stuckRun() async throws -> String {
        let stuck = try await stack.open(
            .delta,
            Self.day,
            until: .raw,
            only: [(scraper: "nbac_schedule_api", unit: UnitKind.wholeDate, input: nil)]
        )
        try await stack.until(
            """
            SELECT count(*) FROM nba_orchestration.task
            WHERE run_id = \(stuck.runID) AND phase = 2 AND processor = 'nbac_schedule'
            """
        )
        return stuck.runID.uuidString.lowercased()
    }

    /// A message that nobody could take, because its status is misspelt.
    private func letter() async throws -> String {
        let payload = Self.message.replacing("success", with: "sucess")
        let topic = (stack.topics?.prefix ?? "") + Topic.phase3Trigger.rawValue
        return try await stack.pool.query(
            """
            INSERT INTO nba_orchestration.dead_letter (cluster, topic, partition, "offset", consumer, payload, reason, detail)
            SELECT 'default', \(topic), 0, 1000000 + count(*), 'analytics', \(Array(payload.utf8)), 'invalid_field',
                   'status is sucess'
            FROM nba_orchestration.dead_letter RETURNING dead_letter_id::text
            """
        ).scalar()
    }

    private func alert() async throws -> String {
        try await stack.pool.query(
            """
            INSERT INTO nba_orchestration.alert (level, signature, title, raised_by)
            VALUES ('warning', 'source:silent:oddsa_events', 'a source is silent', 'test') RETURNING alert_id::text
            """
        ).scalar()
    }

    /// The last one: the page mutes before it takes a mute back.
    private func mute() async throws -> String {
        try await stack.pool.query(
            "SELECT max(silence_id)::text FROM nba_orchestration.alert_silence WHERE kind = 'mute'"
        ).scalar()
    }

    private func quarantinedRow() async throws -> String {
        try await stack.pool.query(
            """
            INSERT INTO nba_orchestration.quarantined_row
                (table_name, row_key, scope, game_date, processor, unit, run_id, execution_id, rule, violations, row_values)
            SELECT 'nba_analytics.player_game_summary', \("[\"\(Self.slate)\",\"\(player)\"]"), \("game_date=\(Self.slate)"),
                   \(try GameDate(Self.slate).postgres), 'player_game_summary', '*', \(run.runID), gen_random_uuid(),
                   'usage_rate_range',
                   '[{"rule":"usage_rate_range","demand":"usage_rate within 0…100 percent","values":{"usage_rate":412}}]',
                   '{"usage_rate":412}'
            RETURNING quarantine_id::text
            """
        ).scalar()
    }
}
