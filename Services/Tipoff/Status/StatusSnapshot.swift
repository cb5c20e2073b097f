import Basketball
import Foundation
import Pipeline

/// Everything about one date's slate that `tipoff status` shows, read at one instant.
struct StatusSnapshot: Sendable, Hashable {
    /// What is being told about the slate, in one word.
    enum Verdict: String, Sendable, CaseIterable {
        case ready = "READY"
        case running = "RUNNING"
        case degraded = "DEGRADED"
        case failed = "FAILED"
        case late = "LATE"
        /// Somebody does not do what he could: the run goes on when he is started anew.
        case stuck = "STUCK"
        /// History: loaded as far as asked, publishing was not asked for.
        case suppressed = "SUPPRESSED"
        case nothingYet = "NOTHING YET"
        case noGames = "NO GAMES"

        /// Whether somebody has to look at it.
        var isProblem: Bool { [.degraded, .failed, .late, .stuck].contains(self) }
    }

    struct Missing: Sendable, Hashable {
        var processor: String
        /// Units that have not ended; `*` is the whole date.
        var units: [String]
        /// Of so many.
        var total: Int
        /// The word that is true of it: pending, running, late or stuck.
        var state: String
        var due: Date?
        /// Since when it is stuck.
        var since: Date?
    }

    struct PhaseStatus: Sendable, Hashable {
        var phase: Phase
        /// As `run_phase.state`.
        var state: String
        /// Processors that have ended, all their units.
        var done: Int
        /// Processors that are expected.
        var total: Int
        var deadline: Date
        var degradedReasons: [String] = []
        var missing: [Missing] = []
        /// Processors with a failed unit.
        var failed: [String] = []
        /// Who does not close the phase although all its tasks have ended; nil when nobody is to blame.
        var unclosedBy: String?

        /// The executable that stands still; nil when none does.
        var stuckService: String? {
            missing.contains { $0.state == "stuck" } ? phase.name : unclosedBy
        }
    }

    struct RunStatus: Sendable, Hashable {
        var runID: String
        var kind: RunKind
        var lane: Lane
        var state: String
        var isDegraded = false
        var reason: String?
        var correlationID: String
        var openedBy: String
        var openedAt: Date
        var finishedAt: Date?
        var untilPhase: Phase
        var phases: [PhaseStatus] = []

        var isOpen: Bool { state == "open" }
        /// The executable that stands still, of the earliest phase in which one does.
        var stuckService: String? { phases.compactMap(\.stuckService).first }
        var hasFailed: Bool { state == "failed" || state == "cancelled" }
    }

    struct Published: Sendable, Hashable {
        var kind: String
        /// Of its kind: a date, or a fixed name such as `all-players`.
        var key: String
        var path: String
        var version: Int
        /// good, degraded, empty, late, halted or quarantined.
        var state: String
        var reasons: [String] = []
        var at: Date
        var dataAsOf: Date?

        var name: String { "\(kind)/\(key)" }
    }

    var date: GameDate
    /// The word that the operator used for the date.
    var askedFor: String?
    var now: Date
    /// nil when the schedule of the season is not loaded.
    var games: Int?
    var firstTipoff: Date?
    /// nil on a date without games.
    var strip: SlateStrip?
    var players = 0
    var predictions = 0
    /// The commits of the builds that made the predictions.
    var builds: [String] = []
    var documents: [Published] = []
    /// Newest first.
    var runs: [RunStatus] = []
    /// What starts the executable anew that stands still.
    var restart: String?
    var openAlerts = 0
    var newDeadLetters = 0
}

extension StatusSnapshot {
    /// What readers see of the date: the predictions document, or else the tonight document.
    var published: Published? {
        documents.first { $0.kind == "predictions" } ?? documents.first { $0.name == "tonight/all-players" }
    }

    /// The run that decides the verdict: the newest one that is open, or else the newest that reaches furthest.
    var leading: RunStatus? {
        if let open = runs.first(where: \.isOpen) { return open }
        let slate = runs.filter { $0.kind != .delta }
        return slate.first { $0.untilPhase == .publishing } ?? slate.first ?? runs.first
    }

    var verdict: Verdict {
        guard let run = leading else {
            if published != nil { return publishedVerdict }
            return games == 0 ? .noGames : .nothingYet
        }
        if run.isOpen {
            if run.phases.contains(where: { $0.state == "open" && $0.deadline <= now }) { return .late }
            return run.stuckService == nil ? .running : .stuck
        }
        if let published {
            if run.hasFailed || run.isDegraded && published.state == "good" { return .degraded }
            return publishedVerdict
        }
        if run.hasFailed { return .failed }
        if games == 0 { return .noGames }
        if run.untilPhase < .publishing { return run.isDegraded ? .degraded : .suppressed }
        // The run ended well and readers see nothing: nothing was to be said, or publishing lost it.
        return run.state == "unchanged" ? .nothingYet : .failed
    }

    private var publishedVerdict: Verdict {
        switch published?.state {
        case "good": .ready
        case "late": .late
        case "empty": games == 0 ? .noGames : .degraded
        default: .degraded
        }
    }

    var json: JSONValue {
        var object: [String: JSONValue] = [
            "date": .string(date.description), "verdict": .string(verdict.rawValue),
            "games": games.map { .int(Int64($0)) } ?? .null, "players": .int(Int64(players)),
            "predictions": .int(Int64(predictions)), "published": published.map { .string($0.path) } ?? .null,
            "published_at": published.map { .string(Instant.text($0.at)) } ?? .null,
            "as_of": .string(Instant.text(now)), "open_alerts": .int(Int64(openAlerts)),
            "builds": .array(builds.map { .string($0) }),
            "new_dead_letters": .int(Int64(newDeadLetters)), "runs": .array(runs.map(\.json)),
            "next": .string(StatusRenderer(snapshot: self).next),
            "documents": .array(
                documents.map { document in
                    [
                        "kind": .string(document.kind), "key": .string(document.key),
                        "path": .string(document.path),
                        "version": .int(Int64(document.version)), "state": .string(document.state),
                        "reasons": .array(document.reasons.map { .string($0) }),
                        "at": .string(Instant.text(document.at)),
                        "data_as_of": document.dataAsOf.map { .string(Instant.text($0)) } ?? .null,
                    ]
                }
            ),
        ]
        object["slate"] = strip?.json
        object["restart"] = restart.map { .string($0) }
        object["asked_for"] = askedFor.map { .string($0) }
        object["first_tipoff"] = firstTipoff.map { .string(Instant.text($0)) }
        return .dictionary(object)
    }
}

extension StatusSnapshot.RunStatus {
    var json: JSONValue {
        [
            "run_id": .string(runID), "kind": .string(kind.rawValue), "lane": .string(lane.rawValue),
            "state": .string(state), "degraded": .bool(isDegraded), "reason": reason.map { .string($0) } ?? .null,
            "correlation_id": .string(correlationID), "opened_by": .string(openedBy),
            "opened_at": .string(Instant.text(openedAt)),
            "finished_at": finishedAt.map { .string(Instant.text($0)) } ?? .null,
            "until_phase": .int(Int64(untilPhase.rawValue)),
            "phases": .array(
                phases.map { phase in
                    [
                        "phase": .int(Int64(phase.phase.rawValue)), "name": .string(phase.phase.name),
                        "state": .string(phase.state), "done": .int(Int64(phase.done)),
                        "total": .int(Int64(phase.total)), "deadline": .string(Instant.text(phase.deadline)),
                        "degraded_reasons": .array(phase.degradedReasons.map { .string($0) }),
                        "failed": .array(phase.failed.map { .string($0) }),
                        "unclosed_by": phase.unclosedBy.map { .string($0) } ?? .null,
                        "missing": .array(
                            phase.missing.map { missing in
                                [
                                    "processor": .string(missing.processor),
                                    "units": .array(missing.units.map { .string($0) }),
                                    "total": .int(Int64(missing.total)), "state": .string(missing.state),
                                    "due": missing.due.map { .string(Instant.text($0)) } ?? .null,
                                    "since": missing.since.map { .string(Instant.text($0)) } ?? .null,
                                ]
                            }
                        ),
                    ]
                }
            ),
        ]
    }
}
