public import Foundation

/// What an execution found of a dependency.
public struct DependencyVerdict: Sendable, Hashable {
    /// From good to bad.
    public enum Verdict: String, Sendable, Hashable, CaseIterable, Comparable {
        case fresh
        /// Some of the expected rows are not there.
        case thin
        case late
        case stale
        /// None of the expected rows is there.
        case missing

        public static func < (left: Verdict, right: Verdict) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    public var table: String
    public var dependency: Dependency
    public var verdict: Verdict
    public var rowCount: Int
    public var expectedRows: Int
    /// Share of the expected rows that are there, 0 … 100; 100 when none is expected.
    public var completenessPercent: Double
    /// When the table's processor last ended well for the date; for a table of earlier dates, when a row last changed.
    public var lastUpdated: Date?
    public var age: Duration?
    var coverage: Coverage
    /// Whether some run of the date was to bring it.
    var isAsked: Bool
    /// A task that brings it has not ended.
    var isComing: Bool

    public var isCritical: Bool { dependency.isCritical }

    /// - Parameter agesMatter: false for a day that is over.
    init(_ table: String, _ dependency: Dependency, _ facts: DateFacts, _ registry: Registry, agesMatter: Bool) {
        let found = facts.found[table] ?? .init()
        let writers = registry.writers(of: table)
        let tasks = writers.compactMap { facts.writers[$0.name] }
        let isDerived = writers.contains { $0.phase > .raw }
        self.table = table
        self.dependency = dependency
        rowCount = found.count
        switch dependency.expected.measure {
        case .season:
            let rows = [DateFacts.all: facts.hasSeason ? 1 : 0]
            coverage = facts.coverage(dependency.expected, rows)
        default: coverage = facts.coverage(dependency.expected, found.rows)
        }
        expectedRows = coverage.expected
        completenessPercent = 100 * coverage.share
        isAsked = isDerived || !tasks.isEmpty
        isComing = tasks.contains(where: \.isComing)
        switch dependency.expected.measure {
        case .history: lastUpdated = found.changedAt
        // One payload holds the whole season and is read under any date, so the date's tasks do not tell its age.
        case .season: lastUpdated = tasks.compactMap(\.lastGood).max()
        default:
            lastUpdated = tasks.compactMap(\.lastGood).max()
            age = isDerived ? writers.compactMap { facts.waiting[$0.name] }.max() : tasks.compactMap(\.age).min()
        }
        let counted = agesMatter ? age ?? .zero : .zero
        verdict =
            switch counted {
            case _ where expectedRows > 0 && coverage.found == 0: .missing
            case _ where counted > dependency.staleAfter: .stale
            case _ where counted > dependency.lateAfter: .late
            case _ where coverage.found < expectedRows: .thin
            default: .fresh
            }
    }

    /// `late nba_raw.nbac_injury_report`, with the rows where some lack.
    var text: String {
        verdict == .late || verdict == .stale ? "\(verdict) \(table)" : "\(verdict) \(table): \(coverage.text)"
    }
}

/// Judges the dependencies of one execution: which of them forbid it to end well, and which mark it degraded.
struct DependencyJudgement: Sendable, Hashable {
    private(set) var verdicts: [DependencyVerdict]
    /// Why the task is degraded.
    private(set) var degradedReasons: [String] = []
    /// Critical tables, or chains of them, that hold nothing that can be used.
    private(set) var unmet: [[DependencyVerdict]] = []

    init(_ definition: ProcessorDefinition, _ facts: DateFacts, _ registry: Registry, agesMatter: Bool) {
        verdicts = definition.dependencies.map {
            DependencyVerdict($0.table, $0.dependency, facts, registry, agesMatter: agesMatter)
        }
        var chains: [String] = []
        var members: [String: [DependencyVerdict]] = [:]
        for verdict in verdicts {
            let chain = verdict.dependency.chain ?? verdict.table
            if members[chain] == nil { chains.append(chain) }
            members[chain, default: []].append(verdict)
        }
        for chain in chains { judge(members[chain] ?? []) }
    }

    /// A chain holds, game by game, what the best of its tables holds.
    private mutating func judge(_ chain: [DependencyVerdict]) {
        // A date that asks for nothing misses nothing.
        guard let first = chain.first, chain.contains(where: { $0.expectedRows > 0 }) else { return }
        func share(_ usable: (DependencyVerdict.Verdict) -> Bool) -> Double {
            let members = chain.filter { usable($0.verdict) }
            guard let one = members.first else { return 0 }
            return members.dropFirst().reduce(one.coverage) { $0.or($1.coverage) }.share
        }
        // A game without its rows withholds no other game: what is written of it is judged by the least rows.
        if first.isCritical, share({ $0 != .stale }) == 0 {
            unmet.append(chain)
            return
        }
        // A source that no run has asked for is not missed: a backfill leaves out what nothing needs.
        guard first.isCritical || chain.contains(where: \.isAsked) else { return }
        let least = first.isCritical ? 1 : first.dependency.minimumCoverage
        if share({ $0 != .stale && $0 != .late }) < least {
            degradedReasons.append(Self.text(chain))
        }
    }

    private static func text(_ chain: [DependencyVerdict]) -> String {
        chain.filter { $0.verdict != .fresh }.map(\.text).joined(separator: ", ")
    }

    /// Why the execution may not end well: to be tried again while a source may still come, else for good.
    var refusal: TaskError? {
        guard let chain = unmet.first else { return nil }
        let worst = chain.map(\.verdict).min() ?? .missing
        let isComing = unmet.allSatisfy { $0.contains(where: \.isComing) }
        return TaskError(
            isComing ? .transient : .permanent,
            type: "critical_dependency_\(worst)",
            unmet.map(Self.text).joined(separator: "; ")
        )
    }
}
