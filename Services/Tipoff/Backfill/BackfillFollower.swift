import Foundation
import Pipeline
import Synchronization

/// Watches a job until it ends, is paused, or the person at the terminal goes.
struct BackfillFollower: Sendable {
    enum End: Sendable, Hashable {
        /// The job is no longer running and has no dates open.
        case over
        case paused
        /// The job goes on by itself.
        case detached
    }

    let store: BackfillStore
    let printsProgress: Bool
    /// Lines are appended here as well.
    var file: FileHandle?
    /// Asks the person what an interruption means.
    var ask: @Sendable () async -> Interruption = Interruption.askTerminal
    /// Raised by a signal.
    let interrupted: StopFlag

    /// What the person wants.
    enum Interruption: Sendable, Hashable {
        case pause
        case detach

        static let question = "\nThe job goes on without this terminal. Pause it? [y = pause, anything else = detach] "

        /// Asks on the terminal; detaches without one.
        @Sendable static func askTerminal() async -> Interruption {
            FileHandle.standardError.write(Data(question.utf8))
            return readLine()?.lowercased().hasPrefix("y") == true ? .pause : .detach
        }
    }

    /// How often the rows are read, and how often a line is printed where nobody's line is rewritten.
    private let interval: Duration = .milliseconds(100)
    private let lineInterval: Duration = .seconds(1)
    /// Silence after which the likely reason is told.
    private let patience: Duration = .seconds(8)

    func follow(_ name: String) async throws -> End {
        let clock = ContinuousClock()
        let start = clock.now
        var told: ContinuousClock.Instant?
        var hasHinted = false
        defer { store.session.output.endTransient() }
        while true {
            let job = try await store.job(name)
            let progress = try await BackfillProgress.load(name, from: store.session.pool)
            if job.state != .running, progress[.open] == 0 { return job.state == .paused ? .paused : .over }
            if told.map({ clock.now - $0 >= lineInterval }) ?? true {
                told = clock.now
                try tell(job, progress, seconds: (clock.now - start).inSeconds)
            }
            if !hasHinted, clock.now - start > patience, progress.ended == 0, try await !store.isWorkedOff() {
                hasHinted = true
                store.session.output.endTransient()
                store.session.output.error(
                    "nobody works off backfills: is the service scrapers running? tipoff logs scrapers -n 20"
                )
            }
            if interrupted.isRaised { return try await leave(job) }
            try await clock.sleep(for: interval)
        }
    }

    private func leave(_ job: BackfillJob) async throws -> End {
        store.session.output.endTransient()
        guard store.session.output.isTerminal, await ask() == .pause else { return .detached }
        try await store.move(job.name, from: [.running], to: .paused, event: "paused", reason: "interrupted")
        return .paused
    }

    private func tell(_ job: BackfillJob, _ progress: BackfillProgress, seconds: Double) throws {
        let line = Self.line(job, progress)
        if printsProgress {
            if store.session.output.isTerminal {
                store.session.output.transient(line)
            } else {
                store.session.output.line(line)
            }
        }
        try file?.write(contentsOf: Data("\(EasternTime.precise(store.session.clock.now)) \(line)\n".utf8))
    }

    /// `31 of 77 dates, 8 open, at 2023-12-01, 1.6 dates/s, 29 s left`
    static func line(_ job: BackfillJob, _ progress: BackfillProgress) -> String {
        var parts = ["\(progress.ended) of \(progress.total) dates"]
        if job.nextSpan != nil { parts[0] += " so far" }
        parts.append("\(progress[.open]) open")
        if let at = progress.at { parts.append("at \(at)") }
        for state in [BackfillDateState.failed, .degraded] where progress[state] > 0 {
            parts.append("\(progress[state]) \(state.rawValue)")
        }
        if let rate = progress.datesPerSecond { parts.append("\(EasternTime.tenths(rate)) dates/s") }
        if let left = progress.remainingSeconds, left > 0 { parts.append("\(EasternTime.duration(left)) left") }
        return parts.joined(separator: ", ")
    }
}

/// Raised once, by a signal.
final class StopFlag: Sendable {
    private let raised = Mutex(false)
    var isRaised: Bool { raised.withLock { $0 } }
    func raise() { raised.withLock { $0 = true } }
}
