import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.operator_player_status`: what operators know about a player before the sources do.
struct OperatorPlayerStatusProcessor: RawReader {
    static let name = "operator_player_status"

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? { nil }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<OperatorPlayerStatus> {
        let payload = try OperatorStatusPayload.parse(body)
        guard payload.playerLookup == subject.unit else {
            throw PayloadError(.wrongSubject, "\(payload.playerLookup) instead of \(subject.unit.prefix(40))")
        }
        return RawContent(
            rows: [
                OperatorPlayerStatus(
                    playerLookup: payload.playerLookup,
                    playerFullName: payload.playerName,
                    team: payload.team,
                    days: payload.days,
                    status: payload.status,
                    reason: payload.reason,
                    enteredBy: payload.actor,
                    enteredAt: payload.enteredAt
                )
            ],
            scope: .rows([
                ScopeCondition("game_date", .date(payload.days.lowerBound)),
                ScopeCondition("player_lookup", .text(payload.playerLookup)),
                ScopeCondition("entered_at", .instant(payload.enteredAt)),
            ]),
            minimumShareOfHead: 0,
            notes: PayloadNotes(),
            listedCount: 1
        )
    }
}
