public import Basketball
public import Foundation

/// The services' wall clock. `TIPOFF_CLOCK` lets all of them start at one moving instant, so that a past slate can be
/// run as if it were today. Leases use the database's clock and durations a monotonic one; this clock only names
/// instants for people and feeds the planner.
public struct PipelineClock: Sendable {
    private let read: @Sendable () -> Date

    /// The system's clock, or one that reads `start` now and moves on from there.
    public init(start: Date? = nil) {
        let offset = start.map { $0.timeIntervalSince(.now) } ?? 0
        read = { Date.now.addingTimeInterval(offset) }
    }

    /// A clock that somebody else moves, such as the virtual one of a simulation.
    public init(reading read: @escaping @Sendable () -> Date) { self.read = read }

    public var now: Date { read() }

    /// The league's calendar day at this moment. Only the planner, the operator's commands and the future-date guard
    /// may ask.
    public var leagueDay: GameDate { LeagueClock.gameDate(of: now) }
}
