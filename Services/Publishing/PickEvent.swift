import Basketball
import Foundation
import Pipeline
import Postgres

/// What happens to a pick; the log only grows.
struct PickEvent: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// It is locked as it stands here.
        case shown(Pick)
        case retracted(Pick.Retraction)
        /// What took it back is over.
        case reinstated
    }

    var key: Pick.Key
    var kind: Kind
    var at: Date

    /// The picks after the events, in their order, new ones last.
    static func applied(_ events: [PickEvent], to picks: [Pick]) -> [Pick] {
        var picks = picks
        for event in events {
            switch event.kind {
            case .shown(let pick): picks.append(pick)
            case .retracted(let retraction):
                for index in picks.indices where picks[index].key == event.key { picks[index].retraction = retraction }
            case .reinstated:
                for index in picks.indices where picks[index].key == event.key { picks[index].retraction = nil }
            }
        }
        return picks
    }

    /// Appends the event in the transaction that shows readers what it says.
    func write(on date: GameDate, _ finish: FinishTransaction) async throws {
        let (run, execution) = (finish.task.run.runID, finish.executionID)
        switch kind {
        case .shown(let pick):
            let offer = pick.offer
            try await finish.execute(
                """
                INSERT INTO nba_publishing.pick_event
                    (game_date, game_id, player_lookup, stat_type, side, event, occurred_at, player_name, team_abbr,
                     opponent_team_abbr, tipoff_at, bookmaker, points_line, price_american, win_probability, expected_value,
                     edge, predicted_points, system_id, model_version, reasons, run_id, execution_id)
                VALUES (\(date.postgresDate), \(key.gameID), \(key.player), 'points', \(key.side.rawValue), 'shown', \(at),
                        \(pick.name), \(pick.team), \(pick.opponent), \(pick.tipoffAt), \(offer.bookmaker), \(offer.line),
                        \(Int64(offer.price)), \(offer.winProbability), \(offer.expectedValue), \(offer.edge),
                        \(offer.predicted), \(offer.systemID), \(offer.modelVersion), \(offer.reasons), \(run),
                        \(execution))
                """
            )
        case .retracted(let retraction):
            try await write("retracted", retraction.reason.rawValue, retraction.detail, on: date, finish)
        case .reinstated:
            try await write("reinstated", nil, nil, on: date, finish)
        }
    }

    private func write(
        _ event: String,
        _ reason: String?,
        _ detail: String?,
        on date: GameDate,
        _ finish: FinishTransaction
    ) async throws {
        try await finish.execute(
            """
            INSERT INTO nba_publishing.pick_event
                (game_date, game_id, player_lookup, stat_type, side, event, reason, detail, occurred_at, run_id,
                 execution_id)
            VALUES (\(date.postgresDate), \(key.gameID), \(key.player), 'points', \(key.side.rawValue), \(event), \(reason),
                    \(detail), \(at), \(finish.task.run.runID), \(finish.executionID))
            """
        )
    }
}
