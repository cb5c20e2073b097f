import Basketball
public import Pipeline
import Postgres
import Warehouse

/// Writes `nba_analytics.team_defense_game_summary`: what each team's defence allowed in a final game.
///
/// Reads `team_offense_game_summary` of the date, the opponent's row for what was allowed and the own one for steals,
/// rebounds and fouls, and a play-by-play of the game for the blocks by zone. Both teams' figures are therefore the same
/// from both sides. Without the opponent's row there is no row; a figure that no source tells is NULL, never 0.
public struct TeamDefenseGameSummaryProcessor: Processor {
    public static let name = "team_defense_game_summary"

    let order: SourceOrder

    public init(order: SourceOrder = .standard) { self.order = order }

    public func execute(_ execution: Execution) async throws -> Outcome {
        let date = execution.gameDate
        let read = try await execution.snapshot { try await Self.read($0, date, order) }
        guard !read.scope.isEmpty else { return .nothingPending(read.scope) }
        let finals = read.games.filter(\.isFinal)
        guard !finals.isEmpty else {
            return .expectedEmpty(
                read.scope,
                reason: read.games.isEmpty ? "no_games" : "no_final_games",
                removing: TableWrite([TeamDefenseGameSummary](), scope: .date(date))
            )
        }
        let slate = SlateScope(read.scope, games: read.games, reachesOpponent: true)
        // Whose shot a player blocks is known by his game alone, which a marker of him does not name.
        let teams = slate.isFull || !slate.players.isEmpty ? nil : slate.teams
        let wanted = finals.filter { game in teams.map { !$0.isDisjoint(with: game.teams) } ?? true }
        let (rows, missing) = Self.compute(wanted, read.offense, read.shots)
        let expected = wanted.count * 2
        var outcome = Outcome(
            .success,
            scope: read.scope,
            writes: [TableWrite(rows, date: .date(date), only: teams, column: "defending_team_abbr")],
            inScope: expected,
            processed: rows.count
        )
        if expected == 0 { outcome.skipReason = "no_final_game_in_scope" }
        outcome.recordsFailed = missing.count
        outcome.missingDependencies = missing.map { "team_offense_game_summary:\($0)" }
        return outcome
    }

    /// One row a team whose game has both teams' rows; `game/team` of the others. Pure.
    static func compute(
        _ games: [SlateGame],
        _ offense: [TeamBoxes.Key: TeamOffenseGameSummary],
        _ shots: PlayByPlayShots
    ) -> (rows: [TeamDefenseGameSummary], missing: [String]) {
        var rows: [TeamDefenseGameSummary] = []
        var missing: [String] = []
        for game in games {
            for team in game.teams {
                let key = TeamBoxes.Key(nbaGameID: game.nbaGameID, team: team)
                guard let opponent = game.opponent(of: team), let own = offense[key],
                    let other = offense[TeamBoxes.Key(nbaGameID: game.nbaGameID, team: opponent)]
                else {
                    missing.append("\(game.gameID)/\(team)")
                    continue
                }
                // Blocks are the other side of the shots: of the same play-by-play, and only where that one is whole.
                let isSame = other.zones != nil && other.shotZonesSource == shots.source(ofGame: game.nbaGameID)
                let blocks = isSame ? shots.team(key)?.blocks : nil
                rows.append(TeamDefenseGameSummary(own: own, opponent: other, blocks: blocks))
            }
        }
        return (rows, missing)
    }

    private struct Read: Sendable {
        var scope: Scope
        var games: [SlateGame] = []
        var offense: [TeamBoxes.Key: TeamOffenseGameSummary] = [:]
        var shots = PlayByPlayShots()
    }

    private static func read(_ reader: SnapshotReader, _ date: GameDate, _ order: SourceOrder) async throws -> Read {
        var read = Read(scope: try await reader.scope())
        guard !read.scope.isEmpty else { return read }
        read.games = try await reader.slate(on: date)
        guard read.games.contains(where: \.isFinal) else { return read }
        read.offense = Dictionary(
            try await reader.teamOffense(on: date).map {
                (TeamBoxes.Key(nbaGameID: $0.nbaGameID, team: $0.teamAbbr), $0)
            },
            uniquingKeysWith: { first, _ in first }
        )
        let box = read.offense.compactMapValues { row in
            row.fgAttempts.flatMap { attempts in row.fgMakes.map { ShotCount(attempts: attempts, makes: $0) } }
        }
        read.shots = try await reader.playByPlayShots(on: date, box: box, order: order)
        return read
    }
}
