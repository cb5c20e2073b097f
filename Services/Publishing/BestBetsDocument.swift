import Basketball
import Foundation
import Pipeline
import Postgres

/// `best-bets/{date}.json`: the sides of a date that readers were shown as picks, each locked as it was shown first; and
/// `best-bets/all.json`: the picks of the last days with the record of the season.
///
/// Reads: `nba_publishing.pick`, `nba_predictions.prediction_line_evaluation`, `nba_predictions.shown_prediction`,
/// `nba_predictions.prediction_accuracy`. Writes: `nba_publishing.pick_event` in the transaction that shows the version.
enum BestBetsDocument {
    static let kind = "best-bets"
    static let allKey = "all"
    static let schemaVersion = 1
    /// Dates with picks that `all` lists.
    static let listedDates = 14

    /// The drafts that go with a slate: the date's, and `all` where it says something new.
    ///
    /// - Parameters:
    ///   - today: by the league's clock; a slate to come does not move `all`.
    ///   - mayShow: whether sides may be shown that were not shown before.
    static func drafts(
        with slate: Slate,
        today: GameDate,
        mayShow: Bool,
        now: Date,
        _ reader: SnapshotReader
    ) async throws -> [DocumentDraft] {
        let known = try await Pick.all(slate.date...slate.date, reader)
        let candidates = try await PickCandidate.all(slate.date, alsoOf: Set(known.map(\.key.player)), reader)
        let events = PickRules(slate: slate, mayShow: mayShow, now: now).events(known, candidates)
        let picks = PickEvent.applied(events, to: known)
        var dated = draft(slate, picks, candidates)
        if !events.isEmpty {
            let date = slate.date
            dated.alsoWrite = { finish in for event in events { try await event.write(on: date, finish) } }
        }
        guard slate.date <= today else { return [dated] }
        let shown = try await newestOfAll(reader)
        // It tells of no line's movement: without an event it stands as it is.
        if events.isEmpty, let shown, shown >= slate.date { return [dated] }
        let until = max(slate.date, shown ?? slate.date)
        return [dated, try await all(until: until, with: picks, of: slate.date, asOf: slate.dataAsOf, reader)]
    }

    /// The drafts that go with the grading of a date; none where readers were shown no pick.
    static func graded(
        _ date: GameDate,
        at graded: Date?,
        _ reader: SnapshotReader,
        slate: () async throws -> Slate
    ) async throws -> [DocumentDraft] {
        let picks = try await Pick.all(date...date, reader)
        guard !picks.isEmpty else { return [] }
        let candidates = try await PickCandidate.all(date, alsoOf: Set(picks.map(\.key.player)), reader)
        let until = max(date, try await newestOfAll(reader) ?? date)
        return [
            draft(try await slate(), picks, candidates),
            try await all(until: until, with: picks, of: date, asOf: graded, reader),
        ]
    }

    // MARK: Drafts

    private static func draft(_ slate: Slate, _ picks: [Pick], _ candidates: [PickCandidate]) -> DocumentDraft {
        var draft = DocumentDraft(
            kind: kind,
            key: slate.date.description,
            schemaVersion: schemaVersion,
            slate: slate,
            checks: DocumentChecks(picks: picks),
            data: [
                "game_date": .string(slate.date.description),
                "rule": [
                    "minimum_edge": .rounded(PickRules.minimumEdge), "most_open": .count(PickRules.mostOpen),
                ],
                "active": .count(picks.count(where: \.isOpen)),
                "retracted": .count(picks.count { !$0.isOpen }),
                "picks": list(picks) { latest($0, slate, candidates) },
            ]
        )
        // There need be no pick at any hour.
        draft.canBeLate = false
        if !picks.isEmpty, picks.allSatisfy({ $0.result != nil }) { draft.slateState = "graded" }
        return draft
    }

    /// - Parameters:
    ///   - fresh: the picks of `day`, with what is not in the table yet.
    private static func all(
        until date: GameDate,
        with fresh: [Pick],
        of day: GameDate,
        asOf instant: Date?,
        _ reader: SnapshotReader
    ) async throws -> DocumentDraft {
        let season = try GameDate("\(Season(containing: date).startYear)-07-01")
        var picks = try await Pick.all(season...date, reader)
        picks = picks.filter { $0.gameDate != day } + fresh
        func record(days: Int) -> JSONValue {
            PickRecord(picks.filter { $0.isOpen && $0.gameDate > date.adding(days: -days) }).content
        }
        let byDate = Dictionary(grouping: picks, by: \.gameDate).sorted { $0.key > $1.key }
        return DocumentDraft(
            kind: kind,
            key: allKey,
            isCurrent: true,
            schemaVersion: schemaVersion,
            slateDate: date,
            state: "record",
            dataAsOf: instant,
            data: [
                "game_date": .string(date.description),
                "record": [
                    "season": PickRecord(picks.filter(\.isOpen)).content, "last_30_days": record(days: 30),
                    "last_7_days": record(days: 7),
                    // Judged like the others, and counted apart.
                    "retracted": PickRecord(picks.filter { !$0.isOpen }).content,
                ],
                "days": .array(
                    byDate.prefix(listedDates).map { day, picks in
                        ["game_date": .string(day.description), "picks": list(picks) { _ in nil }]
                    }
                ),
            ]
        )
    }

    private static func newestOfAll(_ reader: SnapshotReader) async throws -> GameDate? {
        try await reader.query(
            "SELECT game_date FROM nba_publishing.document_pointer WHERE kind = \(kind) AND key = \(allKey)"
        ).first?.gameDate("game_date")
    }

    // MARK: Picks

    /// What stands, the most valuable first; then what was taken back, the newest first.
    private static func list(_ picks: [Pick], latest: (Pick) -> JSONValue?) -> JSONValue {
        let open = picks.filter(\.isOpen).sorted {
            ($1.offer.expectedValue, $0.key.player) < ($0.offer.expectedValue, $1.key.player)
        }
        let rest = picks.filter { !$0.isOpen }.sorted {
            ($1.retraction?.at ?? .distantPast, $0.key.player) < ($0.retraction?.at ?? .distantPast, $1.key.player)
        }
        return .array(
            open.enumerated().map { content($1, rank: $0 + 1, latest: latest($1)) }
                + rest.map { content($0, rank: nil, latest: latest($0)) }
        )
    }

    private static func content(_ pick: Pick, rank: Int?, latest: JSONValue?) -> JSONValue {
        let offer = pick.offer
        var object: JSONObject = [
            "rank": .maybe(rank), "player_lookup": .string(pick.key.player), "name": .maybe(pick.name),
            "team": .string(pick.team), "opponent": .string(pick.opponent), "game_id": .string(pick.key.gameID),
            "starts_at": .maybe(pick.tipoffAt), "stat_type": "points", "side": .string(pick.key.side.rawValue),
            "state": .string(pick.isOpen ? "active" : "retracted"), "retraction": .null,
            "shown_at": .maybe(pick.shownAt), "bookmaker": .string(offer.bookmaker), "line": .rounded(offer.line, 2),
            "price": .count(offer.price), "win_probability": .rounded(offer.winProbability, 3),
            "break_even_probability": .rounded(Odds.impliedProbability(american: offer.price), 3),
            "expected_value": .rounded(offer.expectedValue, 3), "edge": .rounded(offer.edge),
            "predicted": .rounded(offer.predicted), "system_id": .string(offer.systemID),
            "model_version": .string(offer.modelVersion), "reasons": .list(offer.reasons),
            "result": .maybe(pick.result?.rawValue), "actual": .maybe(pick.outcome?.points),
            "void_reason": .maybe(pick.result == .void ? voidReason(pick) : nil), "profit": .rounded(pick.profit, 2),
        ]
        if let retraction = pick.retraction {
            object["retraction"] = [
                "reason": .string(retraction.reason.rawValue), "detail": .maybe(retraction.detail),
                "at": .maybe(retraction.at),
            ]
        }
        if let latest { object["latest"] = latest }
        return .object(object)
    }

    private static func voidReason(_ pick: Pick) -> String? {
        pick.retraction.flatMap { $0.reason == .gamePostponed ? $0.reason.rawValue : nil } ?? pick.outcome?.voidReason
    }

    /// The last offer of the same bookmaker before the game, and what the shown system says of it; null where there is none.
    private static func latest(_ pick: Pick, _ slate: Slate, _ candidates: [PickCandidate]) -> JSONValue {
        let player = slate.players.first { $0.lookup == pick.key.player }
        guard let offer = player?.offers.first(where: { $0.bookmaker == pick.offer.bookmaker && !$0.isSynthetic })
        else { return .null }
        let said = candidates.first {
            $0.player == pick.key.player && $0.bookmaker == offer.bookmaker && $0.line == offer.line
        }
        return [
            "line": .rounded(offer.line, 2),
            "price": .maybe(pick.key.side == .over ? offer.overOdds : offer.underOdds),
            "win_probability": .rounded(said?.winProbability(of: pick.key.side), 3),
            "edge": .rounded(said?.edge),
        ]
    }
}
