public import Basketball
import Pipeline

/// A game as balldontlie knows it.
public struct BallDontLieGame: Sendable, Hashable {
    /// balldontlie's own number; its box scores do not give it.
    public var id: Int?
    public var date: GameDate
    public var season: Season
    /// `Final`, a period, or a time before the tip-off.
    public var status: String
    public var period: Int?
    public var isPostseason: Bool
    public var home: Team
    public var away: Team
    /// Nil until the game is over.
    public var homeScore: Int?
    public var awayScore: Int?

    public var isFinal: Bool { status == "Final" }

    /// Throws ``RowRejection``, or ``RowDropped`` for a side that is none of the thirty teams.
    init(_ fields: Fields, home: Team?, away: Team?) throws {
        guard let home, let away else { throw RowDropped(reason: "unknown_team") }
        guard home != away else { throw RowRejection("same_team", "\(home)") }
        id = try fields.optionalInteger("id")
        date = try BallDontLie.date(fields)
        season = Season(startYear: try fields.integer("season"))
        status = try fields.text("status")
        period = try fields.optionalInteger("period").flatMap { $0 > 0 ? $0 : nil }
        isPostseason = try fields.optionalBoolean("postseason") ?? false
        self.home = home
        self.away = away
        // Before the end the scores are zeros or the score of the moment.
        let isFinal = status == "Final"
        homeScore = isFinal ? try fields.integer("home_team_score") : nil
        awayScore = isFinal ? try fields.integer("visitor_team_score") : nil
    }
}

/// The games of some dates, `/v1/games`.
public struct BallDontLieGames: Sendable, Hashable {
    public var games: [BallDontLieGame]
    public var notes: PayloadNotes
    public var listedCount: Int

    /// Reads a payload of one or more pages. Throws ``PayloadError``.
    public static func parse(_ body: [UInt8]) throws -> BallDontLieGames {
        let entries = try BallDontLie.entries(body)
        var list = BallDontLieGames(games: [], notes: PayloadNotes(), listedCount: entries.count)
        var seen: Set<Int> = []
        for entry in entries {
            do {
                let fields = try Fields(entry, "game")
                let game = try BallDontLieGame(
                    fields,
                    home: try BallDontLie.team(try fields.fields("home_team")),
                    away: try BallDontLie.team(try fields.fields("visitor_team"))
                )
                guard let id = game.id else { throw RowRejection("missing_value", "game.id") }
                guard seen.insert(id).inserted else { throw RowRejection("listed_twice", "game \(id)") }
                list.games.append(game)
            } catch {
                list.notes.file(error)
            }
        }
        return list
    }
}
