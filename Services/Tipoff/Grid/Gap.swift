import Basketball
import Foundation
import Pipeline

/// What one processor owes: of one date, or of dates that follow each other.
struct Gap: Sendable, Hashable {
    /// Overdue outputs of one phase and processor, in the order of their dates.
    var outputs: [ExpectedOutput]
    /// What these wait for: something earlier that is missing of the same date.
    var waitsFor: String?

    /// Never empty.
    private var first: ExpectedOutput { outputs[0] }
    var phase: Phase { first.phase }
    var processor: String { first.processor }
    var requirement: Requirement { first.requirement }
    var firstDate: GameDate { first.date }
    var lastDate: GameDate { outputs[outputs.count - 1].date }
    var dueAt: Date { outputs.map(\.dueAt).min() ?? first.dueAt }
    var isRunning: Bool { outputs.contains(where: \.isRunning) }
    var isRepairable: Bool { first.isRepairable }
    var dates: [GameDate] { Set(outputs.map(\.date)).sorted() }
    var games: [String] { outputs.map(\.gameID).filter { $0 != UnitKind.wholeDate } }

    /// The gaps of some days, the most overdue first. Dates with games that follow each other go together where the same
    /// processor is missing on each.
    static func all(_ days: [OutputReader.Day]) -> [Gap] {
        struct Key: Hashable {
            var phase: Phase
            var processor: String
        }
        var open: [Key: Gap] = [:]
        var closed: [Gap] = []
        for day in days where !day.outputs.isEmpty {
            let overdue = day.outputs.filter(\.isOverdue)
            let groups = Dictionary(grouping: overdue) { Key(phase: $0.phase, processor: $0.processor) }
            // A day off between two dates with games says nothing about those who have nothing to do on it.
            for (key, gap) in open where groups[key] == nil && day.state == .gameDay {
                closed.append(gap)
                open[key] = nil
            }
            for (key, outputs) in groups {
                let waitsFor = Self.cause(of: outputs[0], among: overdue)
                open[key, default: Gap(outputs: [], waitsFor: waitsFor)].outputs += outputs
            }
        }
        return (closed + open.values).sorted {
            ($0.dueAt, $0.phase, $0.processor) < ($1.dueAt, $1.phase, $1.processor)
        }
    }

    /// The first thing of the date that is needed, missing and comes before.
    private static func cause(of output: ExpectedOutput, among overdue: [ExpectedOutput]) -> String? {
        let before = overdue.filter {
            $0.requirement != .optional && $0.phase < output.phase
                && ($0.gameID == output.gameID || $0.gameID == UnitKind.wholeDate
                    || output.gameID == UnitKind.wholeDate)
        }
        return before.min { ($0.phase, $0.level, $0.processor) < ($1.phase, $1.level, $1.processor) }?.processor
    }

    // MARK: - Words

    var place: String {
        let when = firstDate == lastDate ? "\(firstDate)" : "\(firstDate) … \(lastDate)"
        return "\(when)  phase \(phase.rawValue) \(processor)\(requirement == .optional ? " (optional)" : "")"
    }

    /// `data 26 h old, allowed 4 h, because …`.
    func words(at now: Date) -> String {
        let age = now.timeIntervalSince(first.beginsAt)
        let allowed = first.dueAt.timeIntervalSince(first.beginsAt)
        return "data \(EasternTime.magnitude(age)) old, allowed \(EasternTime.magnitude(allowed)), because \(because)"
    }

    private var because: String {
        var parts: [String] = []
        if dates.count > 1 {
            parts.append("\(dates.count) dates\(games.isEmpty ? "" : " with \(Set(games).count) games") lack it")
        } else if let text = first.rowsText {
            let names = games.prefix(3).joined(separator: ", ") + (games.count > 3 ? ", … (\(games.count) games)" : "")
            parts.append("\(names): \(text)")
        }
        if let waitsFor {
            parts.append("\(processor) waits for \(waitsFor)")
        } else if let error = outputs.compactMap(\.error).last {
            parts.append("the last task failed: \(SafeText.cut(SafeText.escaped(error), to: 160))")
        } else if outputs.allSatisfy({ $0.outcome == nil }) {
            parts.append("no task of it has ended")
        } else if outputs.allSatisfy({ $0.outcome == "no_data" }) {
            parts.append("its source had nothing and the schedule has games")
        } else if parts.isEmpty {
            parts.append("its tasks ended \(first.outcome ?? "without a word")")
        }
        let attempts = outputs.map(\.attempts).max() ?? 0
        if outputs.contains(where: { $0.state == .failed }), attempts > 0 {
            parts.append("given up after \(attempts) attempts")
        } else if attempts > 0 {
            parts.append("asked for again \(attempts) time\(attempts == 1 ? "" : "s")")
        }
        if isRunning { parts.append("a run works on it") }
        return parts.joined(separator: "; ")
    }

    /// The command that brings it, or that accepts what nothing can bring any more.
    func command(today: GameDate, _ registry: Registry) -> String {
        let range = "--from \(firstDate) --to \(lastDate)"
        let accept = "tipoff gaps accept --date \(firstDate) --processor \(processor) --reason \"…\""
        guard firstDate < today || isRepairable else {
            return phase == .predictions
                ? "tipoff predict retry --date \(firstDate) --reason \"…\""
                : "tipoff run open --kind pregame --date \(firstDate) --wait"
        }
        switch phase {
        case .scrapers, .raw:
            guard isRepairable else { return accept }
            guard firstDate == lastDate else { return "tipoff backfill run \(range) --phases 1-4 --wait" }
            let name = phase == .scrapers ? processor : registry.processor(processor, in: .raw)?.scraper ?? processor
            // Where a finder knows the units it is asked, and by hand all that it finds is fetched.
            let scraper = registry.processor(name, in: .scrapers)?.discoveredBy ?? name
            return "tipoff scrape \(scraper) --date \(firstDate) --wait"
        case .analytics, .precompute: return "tipoff backfill run \(range) --phases 3-4 --wait"
        case .predictions: return "tipoff backfill run \(range) --phases 5 --wait"
        case .publishing:
            return isRepairable ? "tipoff run open --kind postgame --date \(firstDate) --wait" : accept
        }
    }

    func json(at now: Date, today: GameDate, _ registry: Registry) -> JSONValue {
        [
            "from": .string(firstDate.description), "to": .string(lastDate.description),
            "phase": .int(Int64(phase.rawValue)), "processor": .string(processor),
            "requirement": .string(requirement.rawValue), "dates": .int(Int64(dates.count)),
            "games": .array(games.map { .string($0) }), "due_at": .string(Instant.text(dueAt)),
            "waits_for": waitsFor.map { .string($0) } ?? .null, "words": .string(words(at: now)),
            "command": .string(command(today: today, registry)), "outputs": .array(outputs.map(\.json)),
        ]
    }
}
