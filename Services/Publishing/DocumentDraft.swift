import Basketball
import Foundation
import Pipeline

/// A document before it has a version.
struct DocumentDraft: Sendable {
    var kind: String
    var key: String
    /// True for the document that readers follow from day to day; its pointer never goes back to an earlier slate.
    var isCurrent = false
    var schemaVersion: Int
    var slateDate: GameDate
    /// Where the slate stands.
    var slateState: String
    /// Why what led here is incomplete.
    var reasons: [String]
    var checks: DocumentChecks
    var dataAsOf: Date?
    var data: JSONValue
    /// Whether its first version of a day is late when it comes after the deadline of the predictions.
    var canBeLate = true
    /// What is written in the transaction that shows the version to readers; not at all when it is not shown.
    var alsoWrite: (@Sendable (FinishTransaction) async throws -> Void)?

    /// A document that is not made of one slate: nothing of it is thin or late.
    ///
    /// - Parameter slateDate: the newest date that it tells of; the pointer never goes back to an earlier one.
    init(
        kind: String,
        key: String,
        isCurrent: Bool = false,
        schemaVersion: Int,
        slateDate: GameDate,
        state: String,
        dataAsOf: Date?,
        playerCount: Int = 0,
        data: JSONValue
    ) {
        self.kind = kind
        self.key = key
        self.isCurrent = isCurrent
        self.schemaVersion = schemaVersion
        self.slateDate = slateDate
        slateState = state
        reasons = []
        checks = DocumentChecks(playerCount: playerCount)
        self.dataAsOf = dataAsOf
        self.data = data
        canBeLate = false
    }

    init(kind: String, key: String, schemaVersion: Int, slate: Slate, checks: DocumentChecks, data: JSONValue) {
        self.kind = kind
        self.key = key
        self.schemaVersion = schemaVersion
        slateDate = slate.date
        slateState = slate.state
        reasons = slate.reasons
        self.checks = checks
        dataAsOf = slate.dataAsOf
        self.data = data
    }

    var isPartOfSlate: Bool { Registry.document(kind)?.isPartOfSlate == true }

    /// What readers see of a document now.
    struct Shown: Sendable, Hashable {
        var version: Int
        var slateDate: GameDate
        var playerCount: Int
        var contentHash: String
    }

    /// The words for the reader, and whether he gets the document at all.
    func judged(shown: Shown?, at instant: Date, deadline: PredictionDeadline) -> Judgement {
        let sameSlate = shown.flatMap { $0.slateDate == slateDate ? $0 : nil }
        switch checks.verdict(shownPlayers: sameSlate?.playerCount) {
        case .quarantine(let why): return Judgement(status: .quarantined, reasons: reasons + why)
        case .promote(let gaps):
            if slateState == "no_games" {
                return Judgement(status: .empty, reasons: ["no games on \(slateDate)"] + reasons)
            }
            var reasons = reasons + gaps.filter { !self.reasons.contains($0) }
            var status: DocumentStatus = reasons.isEmpty ? .good : .degraded
            if canBeLate, sameSlate == nil, Self.isLate(instant, for: slateDate, deadline) {
                reasons.append("first version after \(deadline)")
                if status == .good { status = .late }
            }
            return Judgement(status: status, reasons: reasons)
        }
    }

    struct Judgement: Sendable, Hashable {
        var status: DocumentStatus
        var reasons: [String]
    }

    /// A slate of another day is a replay and never late.
    static func isLate(_ instant: Date, for slate: GameDate, _ deadline: PredictionDeadline) -> Bool {
        LeagueClock.gameDate(of: instant) == slate && instant > deadline.instant(of: slate)
    }

    /// SHA-256 over what the reader is told, without version, times and run.
    func contentHash(_ judgement: Judgement) throws -> String {
        let told: JSONValue = [
            "data": data, "state": .string(slateState), "status": .string(judgement.status.rawValue),
            "reasons": .list(judgement.reasons), "slate_date": .string(slateDate.description),
            "schema_version": .count(schemaVersion),
        ]
        return SHA256.hash(try told.utf8(.canonical)).hex
    }

    /// The document as readers get it.
    func envelope(version: Int, _ judgement: Judgement, generatedAt: Date, run: RunRecord) -> JSONValue {
        [
            "kind": .string(kind), "key": .string(key), "schema_version": .count(schemaVersion),
            "version": .count(version), "slate_date": .string(slateDate.description),
            "generated_at": .maybe(generatedAt), "data_as_of": .maybe(dataAsOf), "state": .string(slateState),
            "status": .string(judgement.status.rawValue), "status_reasons": .list(judgement.reasons),
            "run_id": .string(run.runID.uuidString.lowercased()), "correlation_id": .string(run.correlationID),
            "data": data,
        ]
    }
}

/// What a document says about itself.
enum DocumentStatus: String, Sendable, Hashable, CaseIterable {
    case good, degraded, empty, late
    /// Refused by the checks; readers never see it.
    case quarantined
}
