import Basketball
import Foundation
import Postgres
import Synchronization

@testable import Pipeline

/// The sources as the scrapers meet them.
final class Sources: Sendable {
    private let world: Mutex<UpstreamWorld>
    init(_ world: UpstreamWorld) { self.world = Mutex(world) }

    func read<R: Sendable>(_ body: (UpstreamWorld) -> R) -> R { world.withLock { body($0) } }
    func change(_ random: inout SeededGenerator) { world.withLock { $0.change(&random) } }
}

/// Finds the games of a date.
struct ScheduleScraper: Processor {
    static let name = "sim_schedule"
    let sources: Sources

    func execute(_ execution: Execution) async throws -> Outcome {
        var outcome = Outcome(.success)
        outcome.discovered = sources.read { $0.games(execution.gameDate) }
            .map { DiscoveredUnit(scraper: "sim_boxscore", unit: $0) }
        return outcome
    }
}

/// Captures one box score, or the lines of a date.
struct CaptureScraper: Processor {
    static let name = "capture"
    let sources: Sources

    func execute(_ execution: Execution) async throws -> Outcome {
        let date = execution.gameDate
        let unit = execution.task.unit
        let lines = sources.read { world in
            unit == UnitKind.wholeDate ? world.lines[date] ?? [] : world.boxes[date]?[unit] ?? []
        }
        let captured = execution.clock.now
        var outcome = Outcome(.success)
        outcome.rawInput = [
            "captured_at": .string(Instant.text(captured)),
            "object_path": .string("\(execution.task.processor)/\(date)/\(unit)/\(captured.timeIntervalSince1970)"),
            "lines": .array(lines.map(\.json)),
        ]
        return outcome
    }
}

/// Takes a capture over into its raw table.
struct RawProcessor: Processor {
    static let name = "raw"

    func execute(_ execution: Execution) async throws -> Outcome {
        guard let capture = Capture(execution.task) else {
            throw TaskError(.permanent, type: "scrape_failed", "the scrape brought nothing")
        }
        let source = SnapshotSource(objectPath: capture.path, sha256: nil, capturedAt: capture.capturedAt)
        let date = execution.gameDate
        let write: TableWrite
        if execution.task.processor == "sim_points" {
            let unit = execution.task.unit
            let scope = WriteScope.rows([
                ScopeCondition("game_date", .date(date)), ScopeCondition("game_id", .text(unit)),
            ])
            write = TableWrite(capture.points(date, unit), scope: scope, source: source)
        } else {
            write = TableWrite(capture.odds(date), scope: .date(date), source: source)
        }
        return Outcome(.success, writes: [write])
    }
}

/// What a scrape handed over to its raw task.
struct Capture {
    var capturedAt: Date
    var path: String
    var lines: [UpstreamWorld.Line]

    init?(_ task: ClaimedTask) {
        guard let input = task.input, let path = input["object_path"]?.stringValue,
            let captured = input["captured_at"]?.stringValue.flatMap(Instant.parse),
            let lines = input["lines"]?.arrayValue
        else { return nil }
        capturedAt = captured
        self.path = path
        self.lines = lines.compactMap(UpstreamWorld.Line.init)
    }

    func points(_ date: GameDate, _ game: String) -> [PointsRow] {
        lines.map { PointsRow(date: date, game: game, player: $0.player, team: $0.team, points: $0.value) }
    }

    func odds(_ date: GameDate) -> [LineRow] {
        lines.map { LineRow(date: date, player: $0.player, team: $0.team, line: $0.value) }
    }
}

/// The four processors of the derived tables. Each computes its date and writes what its scope asks for.
struct DerivedProcessor: Processor {
    static let name = "derived"

    func execute(_ execution: Execution) async throws -> Outcome {
        let date = execution.gameDate
        switch execution.task.processor {
        case "sim_player":
            return try await derive(execution, by: "player_lookup", \.players) { reader, _ in
                let day: SQL = "game_date = \(date.postgres)"
                return LeagueFormulas.players(try await reader.rows(where: day), try await reader.rows(where: day))
            }
        case "sim_team":
            return try await derive(execution, by: "team_abbr", \.teams) { reader, _ in
                LeagueFormulas.teams(try await reader.rows(where: "game_date = \(date.postgres)"))
            }
        case "sim_cache":
            return try await derive(execution, by: "player_lookup", \.players) { reader, scope in
                let all: [PlayerRow] = try await reader.rows(where: "game_date <= \(date.postgres)")
                let roster = all.filter { $0.date == date }
                scope.players.formUnion(roster.filter { scope.teams.contains($0.team) }.map(\.player))
                let teams: [TeamRow] = try await reader.rows(where: "game_date < \(date.postgres)")
                return LeagueFormulas.cache(roster, players: all, teams: teams)
            }
        default:
            return try await derive(execution, by: "player_lookup", \.players) { reader, _ in
                let day: SQL = "game_date = \(date.postgres)"
                return LeagueFormulas.features(try await reader.rows(where: day), try await reader.rows(where: day))
            }
        }
    }

    private func derive<Row: ReadableRow>(
        _ execution: Execution,
        by column: String,
        _ entities: @Sendable (Scope) -> Set<String>,
        _ compute: @Sendable (SnapshotReader, inout Scope) async throws -> [Row]
    ) async throws -> Outcome {
        let (scope, rows) = try await execution.snapshot { reader in
            var scope = try await reader.scope()
            let rows = scope.isEmpty ? [] : try await compute(reader, &scope)
            return (scope, rows)
        }
        guard !scope.isEmpty else { return Outcome(.success, scope: scope) }
        let day = ScopeCondition("game_date", .date(execution.gameDate))
        guard !scope.isFull else {
            return Outcome(.success, scope: scope, writes: [TableWrite(rows, scope: .rows([day]))])
        }
        let names = entities(scope)
        let index = Row.table.index(of: column)
        let chosen = rows.filter { row in
            if case .text(let name) = row.cells[index] { names.contains(name) } else { false }
        }
        let write = TableWrite(chosen, scope: .entities([day], column: column, values: names))
        return Outcome(.success, scope: scope, writes: [write], inScope: names.count, processed: names.count)
    }
}

extension SnapshotReader {
    fileprivate func rows<Row: ReadableRow>(where condition: SQL) async throws -> [Row] {
        try await query(Row.select(where: condition)).map { try Row($0) }
    }
}
