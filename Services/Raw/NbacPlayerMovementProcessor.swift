import Pipeline
import Upstream
import Warehouse

/// `nba_raw.nbac_player_movement`: signings, waivers and trades. The payload is the whole list, always.
struct NbacPlayerMovementProcessor: RawReader {
    static let name = "nbac_player_movement"
    static let needs: RawNeeds = .names
    private static let scope = WriteScope.rows([ScopeCondition("league_id", .text(NbacPlayerMovement.leagueID))])

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? { Self.scope.headKey }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<NbacPlayerMovement> {
        let payload = try PlayerMovementPayload.parse(body)
        return RawContent(
            rows: payload.transactions.map { NbacPlayerMovement($0, lookup: $0.playerName.map(subject.names.lookup)) },
            scope: Self.scope,
            minimumShareOfHead: 0.95,
            notes: payload.notes,
            listedCount: payload.listedCount
        )
    }
}
