import Basketball
public import Pipeline
import Postgres
import Warehouse

/// Writes `nba_analytics.upcoming_team_game_context`: both teams of every game that is to be played on the date.
///
/// Reads `nbac_schedule`, the game lines of the date and what injury reports and operators said, all as they were before
/// tip-off, and, strictly before the date, `team_offense_game_summary` of the season (rest, results, travel between the
/// places of the games) and `player_game_summary` of the last thirty days (who plays for whom, and how much).
/// `days_rest` is 1 on a back-to-back; the spread is the own team's. A team always has its row, be its history empty.
public struct UpcomingTeamGameContextProcessor: Processor {
    public static let name = "upcoming_team_game_context"

    /// Days before the date in which a player must have appeared to belong to his team.
    static let recentDays = 30

    public init() {}

    public func execute(_ execution: Execution) async throws -> Outcome {
        let date = execution.gameDate
        let read = try await execution.snapshot { try await Self.read($0, date) }
        guard !read.scope.isEmpty else { return .nothingPending(read.scope) }
        guard !read.inputs.games.isEmpty else {
            return .expectedEmpty(
                read.scope,
                reason: "no_games",
                removing: TableWrite([UpcomingTeamGameContext](), scope: .date(date))
            )
        }
        let rows = try Self.compute(read.inputs)
        return Outcome(
            .success,
            scope: read.scope,
            writes: [TableWrite(rows, date: .date(date), only: read.teams, column: "team_abbr")],
            inScope: read.teams?.count ?? rows.count,
            processed: read.teams?.count ?? rows.count
        )
    }

    /// A player as his team knows him.
    struct Member: Sendable, Hashable {
        /// The team of his last game.
        var team: String
        /// Minutes a game in the last thirty days.
        var minutes: Double
    }

    struct Inputs: Sendable {
        var date: GameDate
        /// Games of the date that are to be played or were.
        var games: [SlateGame] = []
        /// By tricode; of both teams of every game.
        var teams: [String: TeamHistory] = [:]
        var gameLines = GameLineQuotes()
        var availability = PlayerAvailability()
        /// By lookup.
        var members: [String: Member] = [:]
    }

    private struct Read: Sendable {
        var scope: Scope
        /// Nil for the whole date.
        var teams: Set<String>?
        var inputs: Inputs
    }

    private static func read(_ reader: SnapshotReader, _ date: GameDate) async throws -> Read {
        var read = Read(scope: try await reader.scope(), inputs: Inputs(date: date))
        guard !read.scope.isEmpty else { return read }
        let games = try await reader.slate(on: date).filter { !$0.isPostponed }
        guard let season = games.first?.seasonYear else { return read }
        let slate = SlateScope(read.scope, games: games, reachesOpponent: true)
        // For whom a player plays is not known before he is looked up; two teams a game are few.
        let teams = slate.isFull || !slate.players.isEmpty ? nil : slate.teams
        read.teams = teams
        read.inputs.games = games.filter { game in teams.map { !$0.isDisjoint(with: game.teams) } ?? true }
        let wanted = Set(read.inputs.games.flatMap(\.teams))
        read.inputs.teams = try await reader.teamHistories(wanted, season: season, before: date)
        read.inputs.gameLines = try await reader.gameLines(on: date)
        read.inputs.availability = try await reader.availability(on: date, games: games)
        // Who belongs to a team matters for those of whom something was said.
        if !read.inputs.availability.listed.isEmpty {
            read.inputs.members = try await members(reader, wanted, season: season, before: date)
        }
        return read
    }

    private static func members(
        _ reader: SnapshotReader,
        _ teams: Set<String>,
        season: Int,
        before date: GameDate
    ) async throws -> [String: Member] {
        let first = date.adding(days: -recentDays)
        let histories = try await reader.playerHistories(season: season, before: date, players: nil)
        var members: [String: Member] = [:]
        for (player, record) in histories.records {
            let recent = record.history.games.filter { $0.date >= first }
            guard let last = recent.last, teams.contains(last.team) else { continue }
            members[player] = Member(
                team: last.team,
                minutes: recent.reduce(0) { $0 + $1.minutes } / Double(recent.count)
            )
        }
        return members
    }

    /// Two rows a game. Pure; throws for a tricode that is no team's.
    static func compute(_ inputs: Inputs) throws -> [UpcomingTeamGameContext] {
        try inputs.games.flatMap { game in try game.teams.map { try row(game, $0, inputs) } }
    }

    private static func row(_ game: SlateGame, _ team: String, _ inputs: Inputs) throws -> UpcomingTeamGameContext {
        let history = inputs.teams[team] ?? TeamHistory([], before: inputs.date)
        let opponent = game.opponent(of: team).flatMap { inputs.teams[$0] }
        return UpcomingTeamGameContext(
            game: game,
            team: team,
            form: TeamForm(history),
            travel: try TeamTravel(history, team: Team(tricode: team), home: Team(tricode: game.home), at: game.site()),
            lines: inputs.gameLines.lines(of: team, in: game),
            absences: absences(of: team, in: game, inputs),
            opponentDaysRest: opponent?.daysRest,
            historyLastGameDate: history.games.last?.date
        )
    }

    /// Starters are the five who play most. Nil when nobody has said anything about the team.
    static func absences(of team: String, in game: SlateGame, _ inputs: Inputs) -> UpcomingTeamGameContext.Absences? {
        let own = inputs.members.filter { $0.value.team == team }
        let named = inputs.availability.named(of: team, before: game.tipoffAt) { own[$0] != nil }
        guard let named else { return nil }
        let starters = own.sorted { ($1.value.minutes, $0.key) < ($0.value.minutes, $1.key) }.prefix(5).map(\.key)
        var absences = UpcomingTeamGameContext.Absences()
        for player in named {
            switch inputs.availability.word(on: player, before: game.tipoffAt)?.status {
            case .out?, .doubtful?:
                absences.out += 1
                if starters.contains(player) { absences.startersOut += 1 }
            case .questionable?: absences.questionable += 1
            case .probable?, .available?, nil: break
            }
        }
        return absences
    }
}
