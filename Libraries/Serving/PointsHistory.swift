public import Basketball
import Foundation
public import Models
import Pipeline
public import Postgres
import Synchronization
import Warehouse

/// What is known before a date.
public struct PointsPast: Sendable {
    public var state: PointsFeatureState
    /// Games left out because their rows are not complete, `YYYYMMDD_AWAY_HOME`.
    public var incomplete: [String]
}

/// The state of league, teams and players before a date, from every finished game of the warehouse.
///
/// States are kept with the heads of the days that they were made from. Every write moves its day's head in its own
/// transaction, so that a state whose heads stand still is the one that reading everything anew would give; a corrected
/// day makes the states after it useless, and the work begins again at the last one before it.
public final class PointsHistory: Sendable {
    /// Where a day's head of one table stood.
    private struct Head: Hashable {
        var day: GameDate
        var table: String
        var version: Int64
        /// Tells apart heads that reach one version twice, as after a restored backup.
        var updatedAt: Date
    }

    private struct Checkpoint {
        /// In the order of days; the last one is the last day of the state.
        var heads: [Head]
        var past: PointsPast
        var isAnchor = false
    }

    /// The last day of each kept state, the one last used at the end.
    var keptDays: [GameDate?] { checkpoints.withLock { $0.map(\.past.state.lastDate) } }

    /// Days taken up so far: what all states have cost.
    var daysTakenUp: Int { daysTaken.withLock { $0 } }

    /// The coming date and two of a backfill that are worked on side by side. States of neighbouring days share most of their
    /// memory.
    private static let checkpointsKept = 3
    /// Days read at once: bounds memory while years are read.
    private static let daysAtOnce = 40

    /// One at a time makes a state: the others find it made.
    private let gate = AsyncGate(limit: 1)
    /// The one last used at the end.
    private let checkpoints = Mutex<[Checkpoint]>([])
    private let daysTaken = Mutex(0)

    /// A state that took up more days than this leaves one behind that is so many days earlier, its anchor. The dates of a
    /// backfill come in any order within its window; those before the ones that were first would begin at nothing without it.
    private let anchorDistance: Int

    public convenience init() { self.init(anchorDistance: 16) }

    init(anchorDistance: Int) { self.anchorDistance = anchorDistance }

    /// Makes the state before the date beforehand. Whoever waits for another's reading of years waits here, without a
    /// transaction.
    public func prepare(before date: GameDate, _ pool: PostgresPool) async throws {
        await gate.enter()
        let result: Result<Void, any Error>
        do {
            _ = try await pool.transaction(.repeatableRead, readOnly: true) { try await make(before: date, in: $0) }
            result = .success(())
        } catch { result = .failure(error) }
        await gate.leave()
        try result.get()
    }

    /// Everything before the date. Reads only what no kept state holds; the transaction must be one snapshot.
    ///
    /// Throws ``PointsStateError`` for rows that contradict each other, and what reading throws.
    public func past(before date: GameDate, in transaction: PostgresTransaction) async throws -> PointsPast {
        await gate.enter()
        let result: Result<PointsPast, any Error>
        do { result = .success(try await make(before: date, in: transaction)) } catch { result = .failure(error) }
        await gate.leave()
        return try result.get()
    }

    private func make(before date: GameDate, in transaction: PostgresTransaction) async throws -> PointsPast {
        let heads = try await Self.heads(before: date, in: transaction)
        let known = longest(of: heads)
        var past = known?.past ?? PointsPast(state: PointsFeatureState(), incomplete: [])
        let seen = known?.heads.count ?? 0
        guard seen < heads.count else { return past }
        var days: [GameDate] = []
        for head in heads[seen...] where days.last != head.day { days.append(head.day) }
        let rest = days.suffix(anchorDistance)
        if rest.count < days.count {
            try await takeUp(days.dropLast(anchorDistance), to: &past, in: transaction)
            let before = Array(heads.prefix { $0.day < rest[rest.startIndex] })
            keep(Checkpoint(heads: before, past: past, isAnchor: true))
        }
        try await takeUp(rest, to: &past, in: transaction)
        keep(Checkpoint(heads: heads, past: past))
        return past
    }

    private func takeUp(
        _ days: ArraySlice<GameDate>,
        to past: inout PointsPast,
        in transaction: PostgresTransaction
    ) async throws {
        var next = days.startIndex
        while next < days.endIndex {
            let season = Season(containing: days[next])
            let chunk = days[next...].prefix(Self.daysAtOnce).prefix { Season(containing: $0) == season }
            let games = try await transaction.finishedGames(on: Array(chunk))
            for day in games.days { try past.state.absorb(players: day.players, teams: day.teams) }
            past.incomplete += games.incomplete
            next += chunk.count
        }
        daysTaken.withLock { $0 += days.count }
    }

    /// The kept state from which the fewest days are left to take up.
    private func longest(of heads: [Head]) -> Checkpoint? {
        checkpoints.withLock { checkpoints in
            let usable = checkpoints.indices.filter { Self.isBeginning(checkpoints[$0].heads, of: heads) }
            guard let best = usable.max(by: { checkpoints[$0].heads.count < checkpoints[$1].heads.count }) else {
                return nil
            }
            let checkpoint = checkpoints.remove(at: best)
            checkpoints.append(checkpoint)
            return checkpoint
        }
    }

    private func keep(_ checkpoint: Checkpoint) {
        checkpoints.withLock { checkpoints in
            if checkpoint.isAnchor { checkpoints.removeAll(where: \.isAnchor) }
            checkpoints.append(checkpoint)
            guard checkpoints.count(where: { !$0.isAnchor }) > Self.checkpointsKept else { return }
            // Never the one that knows most: it is where the coming dates begin, and a backfill must not cost it.
            let most = checkpoints.map(\.heads.count).max()
            checkpoints.remove(at: checkpoints.firstIndex { !$0.isAnchor && $0.heads.count != most } ?? 0)
        }
    }

    private static func isBeginning(_ some: [Head], of heads: [Head]) -> Bool {
        guard some.count <= heads.count, some[...] == heads[..<some.count] else { return false }
        // A day's two heads belong together.
        return some.count == heads.count || heads[some.count].day != some.last?.day
    }

    private static func heads(before date: GameDate, in transaction: PostgresTransaction) async throws -> [Head] {
        let tables = [PlayerGameSummary.table.name, TeamOffenseGameSummary.table.name]
        let rows = try await transaction.query(
            """
            SELECT scope, table_name, version, updated_at FROM nba_orchestration.snapshot_head
            WHERE table_name = ANY(\(tables)) AND scope >= 'game_date=' AND scope < \(WriteScope.date(date).headKey)
            ORDER BY scope, table_name
            """
        )
        return try rows.map { row in
            Head(
                day: try GameDate(String(row.decode("scope", as: String.self).drop { $0 != "=" }.dropFirst())),
                table: try row.decode("table_name"),
                version: try row.decode("version"),
                updatedAt: try row.decode("updated_at")
            )
        }
    }
}
