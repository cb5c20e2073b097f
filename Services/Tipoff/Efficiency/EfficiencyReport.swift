import Basketball
import Foundation
import Pipeline

/// How much of the work of some runs was needed, from what each attempt has logged.
struct EfficiencyReport: Sendable, Hashable {
    enum Span: Sendable, Hashable {
        case run(UUID)
        /// Game dates.
        case dates(GameDate, GameDate)

        /// The length in weeks; nil for a run, which says nothing about a week.
        var weeks: Double? {
            if case .dates(let first, let last) = self { Double(last - first + 1) / 7 } else { nil }
        }
    }

    var span: Span
    /// In the order in which they began.
    var runs: [EfficiencyRun]

    /// By phase and name, summed over the runs.
    var processors: [EfficiencyWork] {
        var sums: [EfficiencyWork.Name: EfficiencyWork] = [:]
        for work in runs.flatMap(\.work) { sums[work.name, default: EfficiencyWork(work.name)].add(work) }
        return sums.values.sorted { $0.name < $1.name }
    }

    func verdict(on work: EfficiencyWork) -> EfficiencyVerdict? {
        guard let weeks = span.weeks else { return nil }
        return EfficiencyVerdict(work, weeks: weeks)
    }

    /// Processors on which the decision query says yes.
    var toBuild: [String] { processors.filter { verdict(on: $0) == .build }.map(\.name.processor) }
}

/// One run and what its processors did.
struct EfficiencyRun: Sendable, Hashable {
    var runID: UUID
    var kind: RunKind
    var lane: Lane
    var gameDate: GameDate
    var startedAt: Date
    /// From its opening to its end, or to the last attempt of a run that is open or not kept any more.
    var seconds: Double
    /// Whether some later phase looked at single entities only.
    var isIncremental: Bool
    var work: [EfficiencyWork]

    /// The phases whose work a change can spare; what Phases 1 and 2 read is decided by what is asked.
    static let sparing = Phase.analytics...Phase.publishing

    private var later: [EfficiencyWork] { work.filter { Self.sparing.contains($0.name.phase) } }

    var processed: Int { later.reduce(0) { $0 + $1.processed } }
    /// What the date's last full run had in scope; nil when it has had none.
    var population: Int? {
        let known = later.compactMap(\.population)
        return known.isEmpty ? nil : known.reduce(0, +)
    }
    var changed: Int { later.reduce(0) { $0 + $1.changed } }
    var wasteSeconds: Double { later.reduce(0) { $0 + $1.wasteSeconds } }

    var skippedPercent: Double? { EfficiencyWork.skippedPercent(processed, of: population) }
    var wastePercent: Double? {
        EfficiencyWork.wastePercent(
            later.reduce(0) { $0 + $1.compared },
            changed: later.reduce(0) { $0 + $1.comparedChanged }
        )
    }
}

/// The attempts of one processor.
struct EfficiencyWork: Sendable, Hashable {
    struct Name: Sendable, Hashable, Comparable {
        var phase: Phase
        var processor: String

        static func < (left: Name, right: Name) -> Bool {
            (left.phase, left.processor) < (right.phase, right.processor)
        }
    }

    var name: Name
    /// Runs in which it had work.
    var runs = 0
    /// Of these, the runs in which it compared rows and none had changed.
    var unchangedRuns = 0
    var attempts = 0
    var inScope = 0
    var processed = 0
    var changed = 0
    /// Entities in scope of the date's last full run up to then; nil without one.
    var population: Int?
    /// Processed and changed of the attempts that compared rows with what is stored; only these can be waste.
    var compared = 0
    var comparedChanged = 0
    /// Attempts that worked as one batch count its time once.
    var seconds = 0.0
    var wasteSeconds = 0.0
    /// How often each reason stood for a skip.
    var skips: [String: Int] = [:]

    init(_ name: Name) { self.name = name }

    /// (processed - changed) / processed × 100, spec/operations §6.4; nil when nothing was compared.
    var wastePercent: Double? { Self.wastePercent(compared, changed: comparedChanged) }
    /// skipped / total × 100, spec/operations §6.4; nil when the total is unknown.
    var skippedPercent: Double? { Self.skippedPercent(processed, of: population) }

    static func wastePercent(_ processed: Int, changed: Int) -> Double? {
        processed > 0 ? 100 * Double(max(processed - changed, 0)) / Double(processed) : nil
    }

    static func skippedPercent(_ processed: Int, of total: Int?) -> Double? {
        guard let total, total > 0 else { return nil }
        return 100 * Double(max(total - processed, 0)) / Double(total)
    }

    mutating func add(_ other: EfficiencyWork) {
        runs += other.runs
        unchangedRuns += other.unchangedRuns
        attempts += other.attempts
        inScope += other.inScope
        processed += other.processed
        changed += other.changed
        compared += other.compared
        comparedChanged += other.comparedChanged
        seconds += other.seconds
        wasteSeconds += other.wasteSeconds
        skips.merge(other.skips) { $0 + $1 }
        // Runs without a total would make the share of the others look better than it is.
        if runs == other.runs, population == nil {
            population = other.population
        } else if let sum = population, let more = other.population {
            population = sum + more
        } else {
            population = nil
        }
    }
}

/// What is to be done about a processor by the thresholds of spec/operations §6.4.
enum EfficiencyVerdict: String, Sendable, Hashable {
    case ok
    /// Waste above 20 % that costs more than an hour a week.
    case watch
    /// Waste above 30 %, whatever it costs.
    case red
    /// The decision query: more than 2 h a week at more than 30 % in more than 10 runs, and 15 h of effort come back
    /// within 8 weeks.
    case build

    /// Nil when nothing was compared, so that nothing can be said.
    init?(_ work: EfficiencyWork, weeks: Double) {
        guard let waste = work.wastePercent else { return nil }
        let hoursAWeek = work.wasteSeconds / 3600 / weeks
        if waste > 30 {
            let paysBack = hoursAWeek > 0 && 15 / hoursAWeek < 8
            self = hoursAWeek > 2 && work.runs > 10 && paysBack ? .build : .red
        } else {
            self = waste > 20 && hoursAWeek > 1 ? .watch : .ok
        }
    }
}
