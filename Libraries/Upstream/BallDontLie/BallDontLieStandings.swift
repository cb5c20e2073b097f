public import Basketball
import Pipeline

/// Games won and lost.
public struct WinLossRecord: Sendable, Hashable, CustomStringConvertible {
    public var wins: Int
    public var losses: Int

    public init(wins: Int, losses: Int) {
        self.wins = wins
        self.losses = losses
    }

    /// Reads `41-11`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let wins = parts[0], let losses = parts[1], wins >= 0, losses >= 0 else { return nil }
        self.init(wins: wins, losses: losses)
    }

    public var games: Int { wins + losses }
    /// Fraction 0 … 1; nil before the first game.
    public var winPercentage: Double? { games > 0 ? Double(wins) / Double(games) : nil }
    public var description: String { "\(wins)-\(losses)" }
}

/// A team's place in the standings.
public struct TeamStanding: Sendable, Hashable {
    public var team: Team
    public var season: Season
    public var conferenceRank: Int
    public var divisionRank: Int
    public var overall: WinLossRecord
    public var conference: WinLossRecord
    public var division: WinLossRecord
    public var home: WinLossRecord
    public var road: WinLossRecord
}

/// The standings of a season, `/v1/standings`: one entry for each of the thirty teams.
public struct BallDontLieStandings: Sendable, Hashable {
    public var season: Season
    public var standings: [TeamStanding]
    public var notes: PayloadNotes

    /// Reads a payload. Throws ``PayloadError``, also for any other number of entries than thirty.
    public static func parse(_ body: [UInt8]) throws -> BallDontLieStandings {
        let entries = try BallDontLie.entries(body)
        guard entries.count >= Team.all.count else {
            throw PayloadError(.tooFewRows, "\(entries.count) teams of \(Team.all.count)")
        }
        guard entries.count == Team.all.count else { throw PayloadError(.structure, "\(entries.count) teams") }
        let seasons = Set(entries.compactMap { $0["season"]?.intValue })
        guard seasons.count == 1, let year = seasons.first else {
            throw PayloadError(.structure, "the entries are of \(seasons.count) seasons")
        }
        var payload = BallDontLieStandings(
            season: Season(startYear: Int(year)),
            standings: [],
            notes: PayloadNotes()
        )
        for entry in entries {
            do throws(RowRejection) {
                let standing = try standing(Fields(entry, "standing"), payload.season)
                guard !payload.standings.contains(where: { $0.team == standing.team }) else {
                    throw RowRejection("listed_twice", "\(standing.team)")
                }
                payload.standings.append(standing)
            } catch {
                payload.notes.reject(error)
            }
        }
        return payload
    }

    private static func standing(_ row: Fields, _ season: Season) throws(RowRejection) -> TeamStanding {
        let about = try row.fields("team")
        guard let team = try BallDontLie.team(about) else {
            throw RowRejection("unknown_team", try about.text("abbreviation"))
        }
        func record(_ key: String) throws(RowRejection) -> WinLossRecord {
            let text = try row.text(key)
            guard let record = WinLossRecord(text) else {
                throw RowRejection("bad_record", "\(team): \(key) is \"\(text.prefix(20))\"")
            }
            return record
        }
        let standing = TeamStanding(
            team: team,
            season: season,
            conferenceRank: try row.integer("conference_rank"),
            divisionRank: try row.integer("division_rank"),
            overall: WinLossRecord(wins: try row.integer("wins"), losses: try row.integer("losses")),
            conference: try record("conference_record"),
            division: try record("division_record"),
            home: try record("home_record"),
            road: try record("road_record")
        )
        guard standing.overall.wins >= 0, standing.overall.losses >= 0,
            (1...15).contains(standing.conferenceRank), (1...5).contains(standing.divisionRank)
        else { throw RowRejection("rank_out_of_range", "\(team)") }
        // A game on neutral ground counts in neither.
        guard standing.home.wins + standing.road.wins <= standing.overall.wins,
            standing.home.losses + standing.road.losses <= standing.overall.losses
        else {
            throw RowRejection(
                "records_do_not_add_up",
                "\(team): \(standing.home) and \(standing.road) are more than \(standing.overall)"
            )
        }
        return standing
    }
}
