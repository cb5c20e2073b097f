public import Basketball
public import Foundation
public import Pipeline
import Postgres

/// Who is announced to miss the games of a date, as it was known before each of them began.
public struct PlayerAvailability: Sendable, Hashable {
    public enum Source: String, Sendable, Hashable {
        case report = "nbac_injury_report"
        case `operator`
    }

    /// A word on a player.
    public struct Word: Sendable, Hashable {
        public var status: InjuryStatus
        public var reason: String?
        public var source: Source

        public init(_ status: InjuryStatus, reason: String? = nil, source: Source = .report) {
            self.status = status
            self.reason = reason
            self.source = source
        }
    }

    /// What an operator entered; without a word he takes back what was entered before.
    private struct Entry: Sendable, Hashable {
        var enteredAt: Date
        var word: Word?
    }

    /// The reports' last words before tip-off by player.
    private var reported: [String: Word]
    /// What operators entered for the day, the newest first.
    private var entered: [String: [Entry]] = [:]
    /// Tricodes of the teams that have reported, be it that nobody is hurt.
    public private(set) var reportedTeams: Set<String>

    public init(reported: [String: Word] = [:], reportedTeams: Set<String> = []) {
        self.reported = reported
        self.reportedTeams = reportedTeams
    }

    /// The last word on a player before an instant; an operator's stands above a report.
    public func word(on player: String, before tipoff: Date?) -> Word? {
        let entry = entered[player]?.first { entry in tipoff.map { entry.enteredAt < $0 } ?? true }
        return entry?.word ?? reported[player]
    }

    /// Adds what an operator entered; nil takes back what was entered before.
    public mutating func enter(_ player: String, _ status: InjuryStatus?, reason: String? = nil, at instant: Date) {
        let entry = Entry(
            enteredAt: instant,
            word: status.map { Word($0, reason: reason, source: .operator) }
        )
        entered[player, default: []].append(entry)
        entered[player]?.sort { $0.enteredAt > $1.enteredAt }
    }

    /// Everybody about whom something was said.
    public var listed: Set<String> { Set(reported.keys).union(entered.keys) }

    /// The members of a team about whom something was said before an instant. Nil when neither a report nor an operator has
    /// said anything about the team: then nobody's absence is known.
    public func named(of team: String, before tipoff: Date?, isMember: (String) -> Bool) -> Set<String>? {
        let named = listed.filter { isMember($0) && word(on: $0, before: tipoff) != nil }
        return reportedTeams.contains(team) || !named.isEmpty ? named : nil
    }
}

extension SnapshotReader {
    /// What the league's reports said about the games, each before its tip-off, and what operators entered for the day.
    public func availability(on date: GameDate, games: [SlateGame]) async throws -> PlayerAvailability {
        let reports = try await query(
            """
            SELECT DISTINCT ON (r.team_abbr, r.listed_as) r.team_abbr, r.listed_as, r.is_listed, r.is_team_submitted,
                   r.injury_status, r.reason
            FROM nba_raw.nbac_injury_report AS r
            JOIN unnest(\(games.map(\.gameID))::text[], \(games.map(\.tipoffAt))::timestamptz[]) AS g(game_id, tipoff_at)
                ON g.game_id = r.game_id AND (g.tipoff_at IS NULL OR r.report_at < g.tipoff_at)
            WHERE r.game_date = \(PostgresDate(date)) AND r.removed_at IS NULL
            ORDER BY r.team_abbr, r.listed_as, r.report_at DESC
            """
        )
        var words: [String: PlayerAvailability.Word] = [:]
        var teams: Set<String> = []
        for row in reports {
            let isSubmitted = try row.decode("is_team_submitted", as: Bool?.self)
            if isSubmitted != false { teams.insert(try row.decode("team_abbr")) }
            guard try row.decode("is_listed", as: Bool.self), let status = try Self.status(row) else { continue }
            words[try row.decode("listed_as")] = .init(status, reason: try row.decode("reason"))
        }
        var result = PlayerAvailability(reported: words, reportedTeams: teams)
        let entries = try await query(
            """
            SELECT player_lookup, injury_status, reason, entered_at FROM nba_raw.operator_player_status
            WHERE game_date <= \(PostgresDate(date)) AND until_date >= \(PostgresDate(date)) AND removed_at IS NULL
            """
        )
        for row in entries {
            result.enter(
                try row.decode("player_lookup"),
                try Self.status(row),
                reason: try row.decode("reason"),
                at: try row.decode("entered_at")
            )
        }
        return result
    }

    private static func status(_ row: PostgresRow) throws -> InjuryStatus? {
        guard let word = try row.decode("injury_status", as: String?.self) else { return nil }
        guard let status = InjuryStatus(rawValue: word) else {
            throw TaskError(.permanent, type: "unknown_injury_status", word)
        }
        return status
    }
}
