import Basketball
public import Pipeline
import Postgres
import Warehouse

/// Writes `nba_precompute.team_defense_zone_analysis`: what every team's defence has allowed by zone over its last
/// fifteen games before the date, beside the league.
///
/// Reads `team_defense_game_summary` of the season strictly before the date. The league's means are over the last thirty
/// days before it, so that any team's game concerns all thirty rows: a change computes them all, and writes those that
/// differ. A team without an earlier game in the season has no row; without play-by-play the zones are NULL, and the
/// rating, the pace and the points stand.
public struct TeamDefenseZoneAnalysisProcessor: Processor {
    public static let name = "team_defense_zone_analysis"

    public init() {}

    public func execute(_ execution: Execution) async throws -> Outcome {
        let date = execution.gameDate
        let scope = WriteScope.date(date, column: "analysis_date")
        let read = try await execution.snapshot { reader in
            let pending = try await reader.scope()
            guard !pending.isEmpty else { return Read(scope: pending) }
            var read = Read(scope: pending, games: try await reader.slate(on: date).filter { !$0.isPostponed })
            guard let season = read.games.first?.seasonYear else { return read }
            read.histories = try await reader.defenseHistories(season: season, before: date)
            // Teams of the slate that have played and are not there.
            for team in Set(read.games.flatMap(\.teams)).sorted() where read.histories[team]?.games.isEmpty ?? true {
                if try await reader.hasEarlierGames([team], season: season, before: date) { read.missing.append(team) }
            }
            return read
        }
        guard !read.scope.isEmpty else { return .nothingPending(read.scope) }
        guard let season = read.games.first?.seasonYear else {
            return .expectedEmpty(
                read.scope,
                reason: "no_games",
                removing: TableWrite([TeamDefenseZoneAnalysis](), scope: scope)
            )
        }
        let rows = Self.compute(read.histories, season: season, date: date)
        var outcome = Outcome(
            .success,
            scope: read.scope,
            writes: [TableWrite(rows, scope: scope)],
            inScope: read.histories.count,
            processed: rows.count
        )
        outcome.missingDependencies = read.missing.map { "team_defense_game_summary:\($0)" }
        if rows.isEmpty {
            outcome.status = .noData
            outcome.isExpectedEmpty = read.missing.isEmpty
        }
        outcome.metadata = ["with_zones": .int(Int64(rows.count { $0.defense.zoneGames > 0 }))]
        return outcome
    }

    private struct Read: Sendable {
        var scope: Scope
        var games: [SlateGame] = []
        var histories: [String: GamesBefore<DefenseGame>] = [:]
        /// Teams of the slate with a game before the date and no row of it.
        var missing: [String] = []
    }

    /// One row a team with a game before the date. Pure.
    static func compute(
        _ histories: [String: GamesBefore<DefenseGame>],
        season: Int,
        date: GameDate
    ) -> [TeamDefenseZoneAnalysis] {
        let league = LeagueZones(histories.sorted { $0.key < $1.key }.map(\.value))
        let first = histories.values.compactMap(\.games.first?.date).min() ?? date
        let expected = ZoneDefense.expectedGames(daysIntoSeason: date - first)
        return histories.sorted { $0.key < $1.key }.compactMap { team, history in
            guard let last = history.games.last?.date else { return nil }
            return TeamDefenseZoneAnalysis(
                date: date,
                seasonYear: season,
                team: team,
                defense: ZoneDefense(history, league: league),
                expectedGames: expected,
                historyLastGameDate: last
            )
        }
    }
}
