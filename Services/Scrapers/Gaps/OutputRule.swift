import Basketball
import Foundation
import Pipeline

/// What one processor should bring of a date with games, and when. The registry says who is asked in which kind of run,
/// and what Phases 3 and 4 are about; a row count says what is whole where one can.
struct OutputRule: Sendable, Hashable {
    /// The part of the day's plan that brings it.
    enum Moment: String, Sendable, Hashable {
        /// The run of the morning and what follows from it.
        case morning
        /// Asked again and again until the games begin.
        case polled
        /// The windows after the games.
        case afterGames
        /// The same, of sources that take half a day.
        case longAfterGames

        var isAfterGames: Bool { self == .afterGames || self == .longAfterGames }
    }

    /// The games of which there is something.
    enum Games: String, Sendable, Hashable {
        case all
        /// Of two teams that have played before in the season: nobody looks back on the first game.
        case withHistory
        /// Of those the league keeps statistics of.
        case played
        case playedWithHistory

        var needsHistory: Bool { self == .withHistory || self == .playedWithHistory }
        var isPlayed: Bool { self == .played || self == .playedWithHistory }
    }

    /// The rows of one game.
    struct Rows: Sendable, Hashable {
        var table: String
        var dateColumn = "game_date"
        /// Counted by team where the table names it, so that one side's surplus hides nothing of the other; nil where
        /// the game alone is named.
        var teamColumn: String?
        /// The least and the most of a team, or of the game where no team is named; more than the most are doubles.
        var range: ClosedRange<Int>
        /// Counts different values of this column instead of rows.
        var distinct: String?
        /// Only rows with this value count.
        var filter: ExpectedRows.Filter?
        var games: Games

        /// Sides of a game that are counted.
        private var sides: Int { teamColumn == nil ? 1 : 2 }
        var least: Int { sides * range.lowerBound }
        /// Nil where nothing says.
        var most: Int? { range.upperBound == .max ? nil : sides * range.upperBound }
    }

    var name: String
    var phase: Phase
    var level: Int
    var requirement: Requirement
    var moment: Moment
    /// Whether it can be brought after its date.
    var isRepairable: Bool
    /// Nil where only its tasks say what came: one output a date then, or one a game where its tasks are games.
    var rows: Rows?
    var isGameUnit: Bool

    var isPerGame: Bool { rows != nil || isGameUnit }
}

extension OutputRule.Rows {
    static func byTeam(
        _ table: String,
        _ range: ClosedRange<Int>,
        _ games: OutputRule.Games,
        team: String = "team_abbr",
        date: String = "game_date",
        distinct: String? = nil,
        only filter: ExpectedRows.Filter? = nil
    ) -> OutputRule.Rows {
        OutputRule.Rows(
            table: table,
            dateColumn: date,
            teamColumn: team,
            range: range,
            distinct: distinct,
            filter: filter,
            games: games
        )
    }

    static func byGame(_ table: String, _ range: ClosedRange<Int>, _ games: OutputRule.Games) -> OutputRule.Rows {
        OutputRule.Rows(table: table, range: range, games: games)
    }
}
