import Pipeline
public import Postgres

/// Every migration of the product in order.
public enum WarehouseMigrations {
    public static let all: [PostgresMigration] = [
        OrchestrationSchema.migration, raw, analytics, precompute, predictions, publishing,
        OrchestrationSchema.operations, roles, hotPath, reference, comments, planner, nbacPlayByPlay,
        bigDataBallPlayByPlay, nbacScheduleListing, injuryReport, gamebook,
        officialsAndMovement, rosters, bdlBoxscores, bdlLeague, espnGames, bettingPros, availability, history,
        defenseAndZones, zonesAndFactors,
        headLookUp, rowChanges, guards, settledHistory, backfillJobs,
        audit, guardChecks, quarantine, quality, dependencyJudgement, sourceViews,
        comingHistory, models, grading, predictionRuns, predictionMoment, predictionClocks, taskLookUps,
        publishControl, changeEvents, readerRole, picks, sourceUse, alertDelivery, recovery, expectedOutputs,
        console,
    ]
}
