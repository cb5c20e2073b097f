import HTTPFetch
import Pipeline
import Postgres
import Synchronization

/// How many of a key's requests are used up, as the source says with each answer.
struct Credits: Sendable, Hashable {
    var used: Int
    var remaining: Int

    /// From this share on people are told: what is left has to do until the credits are renewed.
    static let warningShare = 0.8
    static let signature = "odds_api_credits"

    init(used: Int, remaining: Int) {
        self.used = used
        self.remaining = remaining
    }

    /// Reads an answer's headers; nil where they do not say.
    init?(_ headers: HTTPHeaders) {
        func count(_ name: String) -> Int? { headers[name].flatMap(Double.init).flatMap { Int(exactly: $0.rounded()) } }
        guard let used = count("x-requests-used"), let remaining = count("x-requests-remaining"), used >= 0,
            remaining >= 0, used + remaining > 0
        else { return nil }
        self.init(used: used, remaining: remaining)
    }

    /// What an answer cost, as its headers say; nil where they do not.
    static func cost(_ headers: HTTPHeaders) -> Int? {
        guard let cost = headers["x-requests-last"].flatMap({ Int($0) }), cost >= 0 else { return nil }
        return cost
    }

    /// The used share, 0 … 1.
    var usedShare: Double { Double(used) / Double(used + remaining) }
    var areLow: Bool { usedShare >= Self.warningShare }

    /// Raises the alert once when the credits are low, and resolves it when they are renewed.
    func report(in transaction: FinishTransaction) async throws {
        let rows = try await transaction.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_orchestration.alert
                           WHERE signature = \(Self.signature) AND resolved_at IS NULL) AS is_open
            """
        )
        let isOpen = try rows.first?.decode("is_open", as: Bool.self) ?? false
        if areLow, !isOpen {
            try await transaction.execute(
                Alerts.raise(
                    .warning,
                    signature: Self.signature,
                    title: "\(Int(usedShare * 100)) % of the odds source's credits are used",
                    detail: ["used": .int(Int64(used)), "remaining": .int(Int64(remaining))],
                    gameDate: nil,
                    runID: transaction.task.run.runID,
                    by: "scrapers"
                )
            )
        } else if !areLow, isOpen {
            try await transaction.execute(Alerts.resolve(signature: Self.signature))
        }
    }
}

/// The last count that a source gave.
final class CreditMeter: Sendable {
    private let last = Mutex<Credits?>(nil)

    var latest: Credits? { last.withLock { $0 } }

    /// Takes an answer's headers; those without a count say nothing.
    func read(_ headers: HTTPHeaders) {
        guard let credits = Credits(headers) else { return }
        last.withLock { $0 = credits }
    }
}
