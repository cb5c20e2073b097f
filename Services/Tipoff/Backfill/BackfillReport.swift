import Basketball
import Foundation
import Pipeline

/// What came of a job so far, for people and programs.
struct BackfillReport: Sendable {
    var job: BackfillJob
    var dates: [BackfillStore.DateRow]
    var tasks: Int
    /// Over the job's dates when it ended; nil while it has not.
    var digest: String?
    /// Nil for a job that does not reach Phase 5.
    var predictions: BackfillPredictions?

    private func count(_ state: BackfillDateState) -> Int { dates.count { $0.state == state } }

    /// From the first date's opening to the end, by the database's clock; nil before it.
    var seconds: Double? {
        job.finishedAt.map { $0.timeIntervalSince(job.createdAt) }
    }

    /// Dates that are less than complete and that nobody has accepted.
    var wanting: [BackfillStore.DateRow] { dates.filter { $0.state == .failed || $0.state == .degraded } }

    var line: String {
        var parts = ["job \(job.name) is \(job.state.rawValue): \(count(.complete)) of \(dates.count) dates complete"]
        for state in [BackfillDateState.degraded, .accepted, .failed, .open, .waiting] where count(state) > 0 {
            parts.append("\(count(state)) \(state.rawValue)")
        }
        if let seconds {
            let ended = dates.count - count(.waiting) - count(.open)
            parts.append(
                "in \(EasternTime.duration(seconds)) (\(EasternTime.tenths(Double(ended) / max(seconds, 0.001))) dates/s, "
                    + "\(Int((Double(tasks) / max(seconds, 0.001)).rounded())) tasks/s)"
            )
        }
        return parts.joined(separator: ", ")
    }

    /// What is wanting, a line a date and at most `limit` of them.
    func wantingLines(limit: Int = 20) -> [String] {
        let lines = wanting.prefix(limit).map { row in
            "  \(row.date) \(row.state.rawValue): \(SafeText.escaped(row.reason ?? "no reason was given"))"
        }
        return wanting.count > limit ? lines + ["  and \(wanting.count - limit) more"] : Array(lines)
    }

    var json: JSONValue {
        [
            "job": .string(job.name), "state": .string(job.state.rawValue),
            "state_reason": job.stateReason.map { .string($0) } ?? .null,
            "from": .string(job.firstDate.description), "to": .string(job.lastDate.description),
            "first_phase": .int(Int64(job.firstPhase.rawValue)), "until_phase": .int(Int64(job.untilPhase.rawValue)),
            "dates": .int(Int64(dates.count)), "complete": .int(Int64(count(.complete))),
            "degraded": .int(Int64(count(.degraded))), "accepted": .int(Int64(count(.accepted))),
            "failed": .int(Int64(count(.failed))), "open": .int(Int64(count(.open))),
            "waiting": .int(Int64(count(.waiting))), "tasks": .int(Int64(tasks)),
            "seconds": seconds.map { .double($0) } ?? .null, "digest": digest.map { .string($0) } ?? .null,
            "predictions": predictions?.json ?? .null,
            "wanting": .array(
                wanting.map { row in
                    [
                        "date": .string(row.date.description), "state": .string(row.state.rawValue),
                        "attempt": .int(Int64(row.attempt)), "reason": row.reason.map { .string($0) } ?? .null,
                        "run_id": row.runID.map { .string($0.uuidString.lowercased()) } ?? .null,
                    ]
                }
            ),
        ]
    }
}

extension BackfillStore {
    /// Reads the report of a job.
    func report(_ name: String, digest: String? = nil) async throws -> BackfillReport {
        let job = try await job(name)
        return BackfillReport(
            job: job,
            dates: try await dates(of: name),
            tasks: try await finishedTasks(of: name),
            digest: digest,
            predictions: job.untilPhase >= .predictions
                ? try await BackfillPredictions.read(of: name, from: session.pool) : nil
        )
    }
}
