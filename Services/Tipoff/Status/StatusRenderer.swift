import Basketball
import Foundation
import Pipeline

/// The status of a slate as lines: the verdict first, the next command to type last.
struct StatusRenderer: Sendable {
    let snapshot: StatusSnapshot

    var lines: [String] {
        var lines = [headline]
        // Later phases and documents inherit the reasons of earlier phases; each is told once.
        var told: Set<String> = []
        if let askedFor = snapshot.askedFor { lines.append("\(askedFor) is \(snapshot.date)") }
        if let strip = snapshot.strip { lines.append(slate(strip)) }
        if let run = snapshot.leading { lines += detail(of: run, &told) }
        for document in snapshot.documents {
            lines.append(
                "\(SafeText.escaped(document.name)) v\(document.version) \(document.state) "
                    + "\(time(document.at))  \(SafeText.escaped(document.path))"
            )
            for reason in document.reasons where told.insert(reason).inserted {
                lines.append("    \(document.state): \(shown(reason))")
            }
        }
        if !snapshot.builds.isEmpty {
            lines.append("predicted by build \(snapshot.builds.map(SafeText.escaped).joined(separator: ", "))")
        }
        let others = snapshot.runs.filter { $0.runID != snapshot.leading?.runID }
        if !others.isEmpty { lines.append("other runs: " + summary(of: others)) }
        if snapshot.openAlerts > 0 { lines.append("open alerts: \(snapshot.openAlerts)  (tipoff alerts)") }
        if snapshot.newDeadLetters > 0 {
            lines.append("new dead letters: \(snapshot.newDeadLetters)  (tipoff dlq ls)")
        }
        lines.append("next: \(next)")
        return lines
    }

    /// `2024-01-15 · READY · 11 games · 231 players · 231 predictions · published 06:12 ET`.
    var headline: String {
        var parts = [snapshot.date.description, snapshot.verdict.rawValue]
        if let games = snapshot.games {
            if games > 0 { parts.append(count(games, "game")) }
        } else {
            parts.append("schedule not loaded")
        }
        if snapshot.players > 0 { parts.append(count(snapshot.players, "player")) }
        if snapshot.predictions > 0 { parts.append(count(snapshot.predictions, "prediction")) }
        if let published = snapshot.published {
            parts.append("published \(time(published.at))")
        } else if snapshot.verdict == .suppressed, let run = snapshot.leading {
            parts.append("through phase \(run.untilPhase.rawValue), publishing suppressed")
        }
        if snapshot.verdict == .nothingYet, let tipoff = snapshot.firstTipoff {
            parts.append("first tip \(time(tipoff)) (\(EasternTime.relative(tipoff, to: snapshot.now)))")
        }
        return parts.joined(separator: " · ")
    }

    /// `Tonight: 9 games · lines 9/9 · features 9/9 · predictions 8/9 (without TOR@POR) · published v14, 3 min old`.
    private func slate(_ strip: SlateStrip) -> String {
        let day = snapshot.date == LeagueClock.gameDate(of: snapshot.now) ? "Tonight" : snapshot.date.description
        let published =
            snapshot.published.map {
                "published v\($0.version), \(EasternTime.magnitude(max(snapshot.now.timeIntervalSince($0.at), 0))) old"
            } ?? "not published"
        return
            "\(day): \(([count(strip.games, "game")] + strip.parts.map(\.text) + [published]).joined(separator: " · "))"
    }

    private func shown(_ reason: String) -> String { SafeText.cut(SafeText.escaped(reason), to: 300) }

    private func detail(of run: StatusSnapshot.RunStatus, _ told: inout Set<String>) -> [String] {
        let state = run.isOpen ? "open" : run.state
        var lines = [
            "\(run.kind.rawValue) run \(run.runID) \(state)\(run.isDegraded ? " degraded" : ""), opened \(time(run.openedAt)) "
                + "by \(SafeText.escaped(run.openedBy))"
        ]
        if let reason = run.reason, run.hasFailed { lines.append("    \(shown(reason))") }
        for phase in run.phases { lines += self.lines(of: phase, &told) }
        return lines
    }

    private func lines(of phase: StatusSnapshot.PhaseStatus, _ told: inout Set<String>) -> [String] {
        let name = "  phase \(phase.phase.rawValue) \(phase.phase.name.padded(12))"
        let processors = "\(phase.done) of \(phase.total)"
        let isOpen = phase.state == "open"
        var lines: [String]
        switch phase.state {
        case "open":
            let deadline =
                "deadline \(time(phase.deadline)) (\(EasternTime.relative(phase.deadline, to: snapshot.now)))"
            lines = ["\(name) \(processors.padded(9)) \(deadline)"]
        case "waiting": lines = ["\(name) waiting"]
        case "suppressed": lines = ["\(name) suppressed"]
        case "unchanged": lines = ["\(name) nothing to do"]
        default:
            lines = ["\(name) \(phase.total > 0 ? processors.padded(9) : "".padded(9)) \(phase.state)"]
        }
        if isOpen { lines += phase.missing.map(line) }
        if let owner = phase.unclosedBy { lines.append("      stuck: \(owner) does not close the phase") }
        if !phase.failed.isEmpty {
            lines.append("      failed: \(phase.failed.map(SafeText.escaped).joined(separator: ", "))")
        }
        for reason in phase.degradedReasons where told.insert(reason).inserted {
            lines.append("      degraded: \(shown(reason))")
        }
        return lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }
    }

    private func line(_ missing: StatusSnapshot.Missing) -> String {
        var text = "      \(missing.state): \(SafeText.escaped(missing.processor))"
        if missing.units != [UnitKind.wholeDate] {
            let shown = missing.units.prefix(3).map(SafeText.escaped).joined(separator: ", ")
            text += " (\(missing.units.count) of \(missing.total): \(shown)\(missing.units.count > 3 ? ", …" : ""))"
        }
        if let since = missing.since {
            text += ", since \(time(since)) (\(EasternTime.relative(since, to: snapshot.now)))"
        } else if let due = missing.due {
            text += ", due \(time(due)) (\(EasternTime.relative(due, to: snapshot.now)))"
        }
        return text
    }

    private func summary(of runs: [StatusSnapshot.RunStatus]) -> String {
        var counts: [String: Int] = [:]
        for run in runs { counts["\(run.kind.rawValue) \(run.isOpen ? "open" : run.state)", default: 0] += 1 }
        return counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }

    /// The command that helps most now.
    var next: String {
        let run = snapshot.leading
        let date = snapshot.date
        switch snapshot.verdict {
        case .ready: return "tipoff object cat \(snapshot.published?.path ?? "tonight/all-players.json")"
        case .running: return "tipoff trace \(run?.runID ?? date.description)"
        case .stuck where snapshot.restart != nil, .late where snapshot.restart != nil: return snapshot.restart ?? ""
        case .stuck: return "tipoff logs \(run?.stuckService ?? "raw") -n 50"
        case .late:
            guard let run, let phase = run.phases.last(where: { $0.state == "open" }) else {
                return "tipoff run open --kind full --date \(date) --wait"
            }
            return phase.phase <= .precompute
                ? "tipoff run force --run \(run.runID) --phase \(phase.phase.rawValue) --reason \"…\""
                : "tipoff logs \(phase.phase.name) -n 50"
        case .failed, .degraded: return "tipoff trace \(run?.runID ?? date.description)"
        case .suppressed, .nothingYet: return "tipoff run open --kind full --date \(date) --wait"
        case .noGames: return "tipoff status \(date.adding(days: 1))"
        }
    }

    private func time(_ instant: Date) -> String { EasternTime.short(instant, on: snapshot.date) }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
