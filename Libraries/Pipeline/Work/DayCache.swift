public import Basketball
import Foundation
import Postgres
import Synchronization

/// What a service has read of the days of a table, kept while their heads stand where they stood.
///
/// Every write moves its day's head in its own transaction, so that a head that stands still means the same rows. An
/// entry is therefore never wrong, only useless once the head has moved; a service that starts reads everything once.
package final class DayCache: Sendable {
    /// Where a day's head stood. The instant tells apart heads that reach one version twice, as after a restored backup.
    struct Mark: Hashable, Sendable {
        var version: Int64
        var updatedAt: Date
    }

    /// A table's season, as one type of value.
    struct Key: Hashable, Sendable {
        var table: String
        var season: Season
        var value: ObjectIdentifier
    }

    private struct Entry {
        var mark: Mark
        /// Nil for a day whose rows are all gone.
        var value: (any Sendable)?
    }

    /// A season that is loaded and the one that is played.
    private static let seasonsKept = 2

    /// The seasons of all tables with the one last used at the end.
    private let seasons = Mutex<[(key: Key, days: [GameDate: Entry])]>([])

    package init() {}

    /// The kept values of the days whose heads have not moved.
    func kept(_ key: Key, at marks: [GameDate: Mark]) -> [GameDate: (any Sendable)?] {
        seasons.withLock { seasons in
            guard let place = seasons.firstIndex(where: { $0.key == key }) else { return [:] }
            let season = seasons.remove(at: place)
            seasons.append(season)
            var values: [GameDate: (any Sendable)?] = Dictionary(minimumCapacity: marks.count)
            for (day, mark) in marks {
                guard let entry = season.days[day], entry.mark == mark else { continue }
                values.updateValue(entry.value, forKey: day)
            }
            return values
        }
    }

    func keep(_ values: [GameDate: (any Sendable)?], _ key: Key, at marks: [GameDate: Mark]) {
        seasons.withLock { seasons in
            let place = seasons.firstIndex { $0.key == key }
            var days = place.map { seasons.remove(at: $0).days } ?? [:]
            for (day, value) in values {
                guard let mark = marks[day] else { continue }
                days[day] = Entry(mark: mark, value: value)
            }
            seasons.append((key, days))
            let own = seasons.indices.filter { seasons[$0].key.table == key.table }
            if own.count > Self.seasonsKept { seasons.remove(at: own[0]) }
        }
    }
}

extension SnapshotReader {
    /// The days of a season strictly before a date on which a table has rows, oldest first. `read` makes the values of
    /// the days that it is handed: those that have been written since they were read, of `table` and of this season
    /// only. The table must be written by ``WriteScope/date(_:column:)`` and keep its rows on their day.
    public func days<Day: Sendable>(
        of table: String,
        season: Season,
        before date: GameDate,
        read: (_ days: [GameDate]) async throws -> [GameDate: Day]
    ) async throws -> [Day] {
        let key = DayCache.Key(table: table, season: season, value: ObjectIdentifier(Day.self))
        let marks = try await marks(of: key, before: date)
        var values = cache.kept(key, at: marks)
        let stale = marks.keys.filter { values[$0] == nil }.sorted()
        if !stale.isEmpty {
            let found = try await read(stale)
            let fresh = Dictionary(uniqueKeysWithValues: stale.map { ($0, found[$0] as (any Sendable)?) })
            cache.keep(fresh, key, at: marks)
            values.merge(fresh) { _, new in new }
        }
        return values.sorted { $0.key < $1.key }.compactMap { $0.value as? Day }
    }

    private func marks(of key: DayCache.Key, before date: GameDate) async throws -> [GameDate: DayCache.Mark] {
        let first = key.season.firstDay
        guard first < date else { return [:] }
        let rows = try await query(
            """
            SELECT scope, version, updated_at FROM nba_orchestration.snapshot_head
            WHERE table_name = \(key.table) AND scope >= \(WriteScope.date(first).headKey)
                AND scope < \(WriteScope.date(date).headKey)
            """
        )
        let scopes = try rows.column("scope", as: String.self)
        let versions = try rows.column("version", as: Int64.self)
        let instants = try rows.column("updated_at", as: Date.self)
        var marks: [GameDate: DayCache.Mark] = Dictionary(minimumCapacity: scopes.count)
        for row in scopes.indices {
            let day = try GameDate(String(scopes[row].drop { $0 != "=" }.dropFirst()))
            marks[day] = DayCache.Mark(version: versions[row], updatedAt: instants[row])
        }
        return marks
    }
}
