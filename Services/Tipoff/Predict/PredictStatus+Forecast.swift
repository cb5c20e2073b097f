import Foundation
import Pipeline
import Serving

/// When the predictions will be there, and what the clocks have done about them.
extension PredictStatus {
    /// Nil when they are there.
    var forecastLine: String? {
        switch forecast {
        case .arrived: return nil
        case .unknown(let reason): return "forecast  unknown: \(reason)"
        case .coming(_, let secondsLeft):
            let at = EasternTime.short(now.addingTimeInterval(secondsLeft), on: date)
            guard let minutes = forecast.minutesLate(at: now, deadline: deadline) else {
                return "forecast  \(at), before the deadline"
            }
            return "forecast  \(at), \(minutes) min after the deadline"
        }
    }

    var forecastJSON: JSONValue {
        switch forecast {
        case .arrived: ["state": "arrived"]
        case .unknown(let reason): ["state": "unknown", "reason": .string(reason)]
        case .coming(let runID, let secondsLeft):
            [
                "state": "coming", "run_id": .string(runID.uuidString.lowercased()),
                "expected_at": .string(Instant.text(now.addingTimeInterval(secondsLeft))),
                "minutes_late": .int(Int64(forecast.minutesLate(at: now, deadline: deadline) ?? 0)),
            ]
        }
    }

    var clockLines: [String] {
        clocks.map { clock in
            let (name, reason) = (SafeText.escaped(clock.name), SafeText.cut(SafeText.escaped(clock.reason), to: 200))
            let at = EasternTime.short(clock.decidedAt, on: date)
            return name == "verdict"
                ? "verdict   \(at): \(reason)"
                : "clock     \(name) at \(at): \(SafeText.escaped(clock.verdict)), \(reason)"
        }
    }
}

extension PredictStatus.Clock {
    var json: JSONValue {
        [
            "clock": .string(name), "verdict": .string(verdict), "reason": .string(reason),
            "decided_at": .string(Instant.text(decidedAt)),
        ]
    }
}
