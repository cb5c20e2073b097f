public import Pipeline

extension WarehouseTables {
    /// The raw tables.
    public static let raw: [TableDefinition] = [
        NbacSchedule.table, NbacPlayerBoxscore.table, NbacTeamBoxscore.table, OddsAPIPlayerPointsProp.table,
        OddsAPIGameLine.table, NbacPlayerListCurrent.table,
        BdlPlayerBoxscore.table, BdlInjury.table, BdlStanding.table, BdlActivePlayer.table,
        EspnScoreboardGame.table, EspnBoxscore.table, BettingProsPlayerProp.table,
    ]
}
