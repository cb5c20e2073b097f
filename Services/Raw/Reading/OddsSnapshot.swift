import Basketball
import Foundation
import Pipeline
import Upstream

/// What the two odds processors share: whose odds, and of which moment.
struct OddsSnapshot: Sendable {
    var payload: OddsPayload
    /// The envelope's moment of a historical payload; else the latest update of any bookmaker in the markets concerned.
    var timestamp: Date
    var gameID: String

    var isAfterTipoff: Bool { timestamp >= payload.event.commencesAt }

    /// Whole minutes from the snapshot to the tip-off; negative afterwards.
    var minutesBeforeTipoff: Int {
        Int((payload.event.commencesAt.timeIntervalSince(timestamp) / 60).rounded(.down))
    }

    var scope: WriteScope {
        .rows([
            ScopeCondition("odds_api_event_id", .text(payload.event.id.rawValue)),
            ScopeCondition("snapshot_timestamp", .instant(timestamp)),
        ])
    }

    /// Reads a task's payload. Returns nil when no bookmaker has one of the markets.
    static func read(_ body: [UInt8], _ subject: RawSubject, markets: Set<String>) throws -> OddsSnapshot? {
        guard let event = OddsEventID(subject.unit) else {
            throw TaskError(.permanent, type: "invalid_unit", "\"\(subject.unit.prefix(40))\" is no odds event id")
        }
        let payload = try OddsPayload.parse(body, event: event)
        let updates = payload.bookmakers.flatMap { book in
            book.markets.filter { markets.contains($0.key) && !$0.outcomes.isEmpty }
                .map { $0.lastUpdate ?? book.lastUpdate }
        }
        guard !updates.isEmpty else { return nil }
        guard let timestamp = payload.envelopeTimestamp ?? updates.compactMap({ $0 }).max() else {
            throw PayloadError(.structure, "no market says when it was updated")
        }
        let found = payload.event
        do {
            let gameID = try GameID(date: found.date, away: found.away, home: found.home)
            return OddsSnapshot(payload: payload, timestamp: timestamp, gameID: gameID.description)
        } catch {
            throw PayloadError(.structure, "\(found.away) at \(found.home) is no game")
        }
    }

    /// The beginning of the heads of an event's snapshots.
    static func headPrefix(_ subject: RawSubject) -> String? {
        OddsEventID(subject.unit).map { "odds_api_event_id=\($0)," }
    }
}
