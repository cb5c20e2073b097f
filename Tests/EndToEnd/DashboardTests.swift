import Foundation
import FoundationNetworking
import Pipeline
import Testing

/// Every query of every panel, asked of a live stack.
@Suite("Dashboards, alerts and commands on a live stack", .serialized)
struct DashboardTests {
    struct Panel: Sendable {
        var place: String
        var isSQL: Bool
        var query: String
    }

    static let grafana = Stack.root.appending(path: "deploy/grafana/dashboards")
    static let prometheus = "/usr/bin/prometheus"

    static func panels() throws -> [Panel] {
        let files = try FileManager.default.contentsOfDirectory(atPath: grafana.path).filter { $0.hasSuffix(".json") }
        return try files.sorted().flatMap { file -> [Panel] in
            let text = try String(contentsOf: grafana.appending(path: file), encoding: .utf8)
            let panels = try JSONValue(parsing: text).objectValue?["panels"]?.arrayValue ?? []
            return panels.flatMap { panel -> [Panel] in
                let title = panel["title"]?.stringValue ?? "?"
                return (panel["targets"]?.arrayValue ?? []).map { target in
                    let sql = target["rawSql"]?.stringValue
                    return Panel(
                        place: "\(file): \(title)",
                        isSQL: sql != nil,
                        query: sql ?? target["expr"]?.stringValue ?? ""
                    )
                }
            }
        }
    }

    /// Tables that must say something after a slate; the others say that something is wrong.
    static let speaking = [
        "Runs", "Nothing starts twice", "Phases", "Phases against what they may take", "Coverage per game",
        "Coverage per date", "Documents", "The decision query: build where it says build",
    ]

    @Test("Each table's SQL answers the role that may only read")
    func tables() async throws {
        let slate = try await MonitoredSlate.shared
        let tables = try Self.panels().filter(\.isSQL)
        #expect(tables.count >= 15)
        for table in tables {
            // As Grafana fills them in.
            var sql = table.query.replacing("$hours", with: "24")
            for end in ["from", "to"] { sql = sql.replacing("${__\(end):date:YYYY-MM-DD}", with: MonitoredSlate.date) }
            #expect(!sql.contains("$__") && !sql.contains(/:'\w+'/), "\(table.place)")
            let rows = try await slate.rows(
                ofScript: "BEGIN;\nSET LOCAL ROLE tipoff_readonly;\n\(sql);\nROLLBACK;",
                name: table.place
            )
            if Self.speaking.contains(where: { table.place.hasSuffix(": \($0)") }) {
                #expect(!rows.isEmpty, "\(table.place) is empty")
            }
        }
    }

    @Test(
        "Prometheus scrapes the stack; each panel's expression and each rule answers",
        .enabled(if: FileManager.default.isExecutableFile(atPath: prometheus), "prometheus is not installed")
    )
    func expressions() async throws {
        let slate = try await MonitoredSlate.shared
        let server = try await PrometheusServer.start(for: slate)
        defer { server.stop() }
        try await server.until("count(up{job=\"tipoff\"} == 1) == 9 and on () count(tipoff_slate_games) > 0")
        // A rate needs two scrapes.
        try await server.until("count(rate(process_cpu_seconds_total{job=\"tipoff\"}[5m])) == 9")

        let panels = try Self.panels().filter { !$0.isSQL }
        #expect(panels.count >= 30)
        // The embedded broker lists no groups; the generated slate has no refused and no quarantined rows, and no pauses.
        let mayBeEmpty = ["tipoff_group_members", "messages_rejected", "tipoff_kafka_round_trip"]
        for panel in panels {
            let count = try await server.count(panel.query, for: panel.place)
            if !mayBeEmpty.contains(where: { panel.query.contains($0) }) {
                #expect(count > 0, "\(panel.place): \(panel.query) has no value")
            }
        }
        let rules = try await server.ask("/api/v1/rules", [:])
        let groups = rules["data"]?["groups"]?.arrayValue ?? []
        let all = groups.flatMap { $0["rules"]?.arrayValue ?? [] }
        #expect(all.count >= 25)
        for rule in all {
            #expect(rule["health"]?.stringValue != "err", "\(rule["name"]?.stringValue ?? "?"): \(rule)")
        }
        let firing = all.filter { $0["state"]?.stringValue == "firing" }.compactMap { $0["name"]?.stringValue }
        #expect(firing == [], "a calm stack alarms")
    }

    @Test("The commands say of the slate what the queries say, and end with 0")
    func commands() async throws {
        let slate = try await MonitoredSlate.shared
        let coverage = try await slate.stack.tipoff("coverage", MonitoredSlate.date)
        #expect(coverage.code == 0 && coverage.output.contains("BOTTLENECK") && coverage.output.contains(slate.game))
        let weeks = try await slate.stack.tipoff("coverage", MonitoredSlate.date, "--weeks", "1", "--json")
        #expect(try JSONValue(parsing: weeks.output).objectValue?["dates"]?.arrayValue?.isEmpty == false)
        let freshness = try await slate.stack.tipoff("freshness")
        #expect(freshness.code == 0, "\(freshness.output)")
        #expect(freshness.output.contains("tonight/\(MonitoredSlate.date)") && freshness.output.contains("on request"))
        let runs = try await slate.stack.tipoff("runs", "--date", MonitoredSlate.date, "--kind", "full")
        let listed = try await slate.stack.tipoff("run", "ls", "--date", MonitoredSlate.date, "--kind", "full")
        let id = slate.run.runID.uuidString.lowercased().prefix(8)
        #expect(runs.code == 0 && runs.output == listed.output && runs.output.contains(id), "\(runs.output)")
        let lag = try await slate.stack.tipoff("lag", "--partitions")
        #expect(lag.output.contains("phase4-to-phase5") && lag.output.contains("[0]"), "\(lag.output)")
        let efficiency = try await slate.stack.tipoff("efficiency", "--date", MonitoredSlate.date)
        #expect(efficiency.code == 0 && efficiency.output.contains("verdict"), "\(efficiency.output)")
    }
}
