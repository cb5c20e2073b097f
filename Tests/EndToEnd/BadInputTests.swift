import Foundation
import Kafka
import Pipeline
import Postgres
import Testing

/// Whatever arrives on the wire.
@Suite("Bad input on the wire", .serialized)
struct BadInputTests {
    private struct Bad {
        var name: String
        var topic: Topic = .phase2RawComplete
        var payload: [UInt8]
        var reason: String
    }

    private static let good = [
        "processor_name": "\"nbac_schedule\"", "phase": "\"phase_2_raw\"", "game_date": "\"2023-10-30\"",
        "status": "\"success\"", "skip_downstream_trigger": "true",
    ]

    /// A message that would be accepted but for these fields, as JSON texts; nil leaves a field out.
    private static func message(_ changes: [String: String?] = [:]) -> [UInt8] {
        var fields = good
        for (name, value) in changes { fields[name] = value }
        let text = fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
        return Array("{\(text)}".utf8)
    }

    private static var scrape: [String: String] {
        ["processor_name": "\"nbac_schedule_api\"", "phase": "\"phase_1_scrapers\""]
    }

    private static let bad: [Bad] = [
        Bad(name: "cut off", payload: Array(message().dropLast(9)), reason: "not_json"),
        Bad(name: "no text", payload: [0xFF, 0xFE, 0x00, 0x80], reason: "not_json"),
        Bad(name: "wrong UTF-8", payload: message() + [0xC3, 0x28], reason: "not_json"),
        Bad(name: "a list", payload: Array("[1,2]".utf8), reason: "not_json"),
        Bad(name: "deep", payload: [UInt8](repeating: UInt8(ascii: "["), count: 100_000), reason: "not_json"),
        Bad(name: "not a number", payload: message(["duration_seconds": "NaN"]), reason: "not_json"),
        Bad(name: "an infinite number", payload: message(["duration_seconds": "1e999"]), reason: "not_json"),
        Bad(
            name: "2 to the power of 63",
            payload: message(["record_count": "9223372036854775808"]),
            reason: "invalid_field"
        ),
        Bad(name: "a negative count", payload: message(["record_count": "-1"]), reason: "invalid_field"),
        Bad(name: "U+0000", payload: message(["processor_name": #""a\u0000b""#]), reason: "not_json"),
        Bad(
            name: "an injection",
            payload: message(["processor_name": #""'; DROP TABLE nba_orchestration.run; --""#]),
            reason: "unknown_processor"
        ),
        Bad(name: "no status", payload: message(["status": nil]), reason: "missing_field"),
        Bad(name: "another version", payload: message(["schema_version": "2"]), reason: "unsupported_version"),
        Bad(
            name: "an unknown processor",
            payload: message(["processor_name": "\"nobody\""]),
            reason: "unknown_processor"
        ),
        Bad(name: "no such day", payload: message(["game_date": "\"2023-02-30\""]), reason: "invalid_field"),
        Bad(name: "a day far ahead", payload: message(["game_date": "\"2031-01-01\""]), reason: "invalid_field"),
        Bad(
            name: "an unknown run",
            payload: message(["run_id": "\"5d6c27f0-0000-4000-8000-000000000000\""]),
            reason: "unknown_run"
        ),
        Bad(
            name: "a path out of the store",
            topic: .phase1ScrapersComplete,
            payload: message(scrape.merging(["metadata": #"{"object_path":"../../etc/passwd"}"#]) { $1 }),
            reason: "invalid_field"
        ),
        Bad(
            name: "an absolute path",
            topic: .phase1ScrapersComplete,
            payload: message(scrape.merging(["metadata": #"{"object_path":"/etc/passwd"}"#]) { $1 }),
            reason: "invalid_field"
        ),
        Bad(name: "a misspelt status", payload: message(["status": "\"sucess\""]), reason: "invalid_field"),
    ]

    @Test("Every bad message is one dead letter with its reason, and its partition goes on; corrected, it counts once")
    func badInput() async throws {
        let calm = try await Undisturbed.shared
        let stack = try await Stack.start(base: calm.base)
        try await Wire.with(stack) { wire in
            let key = Array("2023-10-30".utf8)
            for bad in Self.bad {
                // Headers and keys are bytes as well.
                try await wire.send(
                    bad.topic,
                    key: key,
                    bad.payload,
                    [
                        KafkaHeader(name: "odd", value: [0x00, 0xFF]),
                        KafkaHeader(name: "case", value: Array(bad.name.utf8)),
                    ]
                )
            }
            let tooLarge = Self.message(["error_message": "\"\(String(repeating: "x", count: 2_000_000))\""])
            let tooLargeArrived = try await offer(tooLarge, wire, key)
            // Behind them on the same partitions: what must not be held up.
            try await wire.send(.phase2RawComplete, key: key, Self.message(["correlation_id": "\"behind\""]))
            try await stack.until(
                """
                SELECT count(*) FROM nba_orchestration.run
                WHERE correlation_id = 'behind' AND kind = 'manual' AND state <> 'open'
                """
            )
            try await wire.drain([
                WireMessage(topic: Topic.phase1ScrapersComplete.rawValue, key: "2023-10-30", payload: []),
                WireMessage(topic: Topic.phase2RawComplete.rawValue, key: "2023-10-30", payload: []),
            ])

            for bad in Self.bad {
                let reasons = try await stack.pool.query(
                    """
                    SELECT reason FROM nba_orchestration.dead_letter
                    WHERE payload = \(bad.payload) AND topic = \(bad.topic.rawValue)
                    """
                ).column("reason", as: String.self)
                #expect(reasons == [bad.reason], "\(bad.name)")
            }
            let large = try await stack.count(
                "SELECT count(*) FROM nba_orchestration.dead_letter WHERE reason = 'too_large' AND payload = \(tooLarge)"
            )
            #expect(large == (tooLargeArrived ? 1 : 0))
            #expect(try await stack.deadLetters().count == Self.bad.count + Int(large))
            #expect(stack.restarted == [])

            try await replay(stack)
        }
        try await stack.stop()
    }

    /// Offers a message beyond the limit; a broker that refuses it, as Kafka does by default, has done our work.
    private func offer(_ payload: [UInt8], _ wire: Wire, _ key: [UInt8]) async throws -> Bool {
        do {
            try await wire.send(.phase2RawComplete, key: key, payload)
            return true
        } catch let error as KafkaError {
            guard error.isMessageTooLarge else { throw error }
            return false
        }
    }

    /// Two operators correct the same dead letter at the same moment.
    private func replay(_ stack: Stack) async throws {
        let misspelt = try #require(Self.bad.last)
        let letter = try await stack.pool.query(
            "SELECT dead_letter_id FROM nba_orchestration.dead_letter WHERE payload = \(misspelt.payload)"
        ).one().decode("dead_letter_id", as: Int64.self)
        let file = stack.directory.appending(path: "corrected.json").path
        try Data(Self.message()).write(to: URL(fileURLWithPath: file))

        let uncorrected = try await stack.tipoff("dlq", "replay", String(letter), "--reason", "test", "--yes")
        #expect(uncorrected.code == 1 && uncorrected.output.contains("status"), "\(uncorrected.output)")
        async let first = stack.tipoff("dlq", "replay", String(letter), "--payload", file, "--reason", "test", "--yes")
        async let second = stack.tipoff("dlq", "replay", String(letter), "--payload", file, "--reason", "test", "--yes")
        let codes = [try await first.code, try await second.code].sorted()
        #expect(codes == [0, 1])
        #expect(try await stack.waitForReplay(of: letter) != "failed")
        #expect(
            try await stack.count(
                "SELECT count(*) FROM nba_orchestration.run WHERE correlation_id <> 'behind' AND kind = 'manual'"
            ) == 1
        )
    }
}
