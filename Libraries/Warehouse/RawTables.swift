public import Pipeline

extension WarehouseTables {
    /// The raw tables.
    public static let raw: [TableDefinition] = [
        NbacSchedule.table, NbacPlayerBoxscore.table, NbacTeamBoxscore.table, OddsAPIPlayerPointsProp.table,
        OddsAPIGameLine.table, NbacPlayerListCurrent.table,
        NbacPlayByPlay.table,
        BigDataBallPlayByPlay.table,
        NbacInjuryReport.table, NbacGamebookPlayerStats.table, NbacRefereeGameAssignment.table,
        NbacRefereeReplayOfficial.table, NbacPlayerMovement.table, BrRosterCurrent.table, EspnTeamRoster.table,
        BdlPlayerBoxscore.table, BdlInjury.table, BdlStanding.table, BdlActivePlayer.table,
        EspnScoreboardGame.table, EspnBoxscore.table, BettingProsPlayerProp.table, OperatorPlayerStatus.table,
    ]
}
