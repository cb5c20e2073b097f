public import Basketball
public import Documents
public import Foundation

/// The league's official injury report of one moment.
public struct InjuryReportPayload: Sendable, Hashable {
    /// What a report says about a team for a game.
    public struct TeamReport: Sendable, Hashable {
        public var game: GameID
        public var team: Team
        /// As printed: `07:30`, Eastern, without the half of the day.
        public var gameTime: String?
        /// False for a team of which the report says that it has not submitted yet.
        public var isSubmitted: Bool
    }

    /// What a report says about a player for a game.
    public struct Listing: Sendable, Hashable {
        public var game: GameID
        public var team: Team
        public var gameTime: String?
        /// Last name first, as printed.
        public var printedName: String
        /// First name first.
        public var name: String
        public var status: InjuryStatus
        public var reason: String?
    }

    /// The Eastern day of the title.
    public var date: GameDate
    /// The Eastern time of the title, `1230`.
    public var time: String
    public var reportedAt: Date
    public var teams: [TeamReport]
    public var listings: [Listing]
    public var notes: PayloadNotes

    /// Everything that the report lists.
    public var listedCount: Int { teams.count + listings.count + notes.droppedCount + notes.rejectedCount }

    /// Reads a report. Throws ``PayloadError``.
    public static func parse(_ body: [UInt8]) async throws -> InjuryReportPayload {
        try parse(pages: try await Payload.pdf(body))
    }

    /// Reads the words of a report. A table's column is told by where its words begin, as the first page's header
    /// shows it; cells of the leading columns are printed when they change and hold until then. Throws ``PayloadError``.
    public static func parse(pages: [PDFPage]) throws -> InjuryReportPayload {
        var title: InjuryReportTitle?
        var columns: InjuryReportColumns?
        var reading = InjuryReportReading()
        for page in pages {
            var words: [PDFWord] = []
            for line in page.lines {
                let text = line.map(\.text).joined(separator: " ")
                if let found = try InjuryReportTitle(text) {
                    guard title == nil || title == found else {
                        throw PayloadError(.structure, "pages of two reports: \(text.prefix(60))")
                    }
                    title = found
                } else if let header = InjuryReportColumns(header: line) {
                    columns = header
                } else if text.wholeMatch(of: /Page \d+ of \d+/) == nil {
                    words += line
                }
            }
            guard !words.isEmpty else { continue }
            guard let columns else { throw PayloadError(.structure, "the header of the table is missing") }
            for row in columns.rows(of: words, &reading.notes) { reading.add(row) }
        }
        guard let title else { throw PayloadError(.structure, "the title with the report's time is missing") }
        return InjuryReportPayload(
            date: title.date,
            time: title.time,
            reportedAt: title.instant,
            teams: reading.teams,
            listings: reading.listings,
            notes: reading.notes
        )
    }
}

/// `Injury Report: 01/04/24 12:30 PM`
private struct InjuryReportTitle: Hashable {
    let date: GameDate
    let time: String
    let instant: Date

    /// Nil for another line.
    init?(_ text: String) throws(PayloadError) {
        let pattern = /Injury Report: (\d{1,2})\/(\d{1,2})\/(\d{2}|\d{4}) (\d{1,2}):(\d{2}) ?([AP])M/
        guard let match = text.firstMatch(of: pattern) else { return nil }
        let numbers = [match.1, match.2, match.3, match.4, match.5].compactMap { Int($0) }
        let (year, hour, minute) = (numbers[2], numbers[3] % 12 + (match.6 == "P" ? 12 : 0), numbers[4])
        let day = known { try GameDate(year: year < 100 ? 2000 + year : year, month: numbers[0], day: numbers[1]) }
        guard let day, (1...12).contains(numbers[3]), minute < 60 else {
            throw PayloadError(.structure, "no time of a report: \(text.prefix(60))")
        }
        date = day
        time = (hour < 10 ? "0" : "") + String(hour) + (minute < 10 ? "0" : "") + String(minute)
        instant = LeagueClock.instant(day, hour: hour, minute: minute)
    }
}

/// Takes the rows in order, with what holds from the rows before.
private struct InjuryReportReading {
    var teams: [InjuryReportPayload.TeamReport] = []
    var listings: [InjuryReportPayload.Listing] = []
    var notes = PayloadNotes()
    private var date = ""
    private var gameTime: String?
    private var matchup = ""
    private var team = ""
    private var seenTeams: Set<String> = []
    private var seenPlayers: Set<String> = []

    mutating func add(_ row: InjuryReportRow) {
        if let date = row[.date] { (self.date, gameTime, matchup, team) = (date, nil, "", "") }
        if let time = row[.time] {
            (gameTime, matchup, team) = (time.firstMatch(of: /\d{1,2}:\d{2}/).map { String($0.0) }, "", "")
        }
        if let matchup = row[.matchup] { (self.matchup, team) = (matchup, "") }
        if let team = row[.team] { self.team = team }
        do { try read(row) } catch { notes.file(error) }
    }

    private mutating func read(_ row: InjuryReportRow) throws {
        let (game, team) = try subject()
        let isMissing = row[.reason]?.uppercased() == "NOT YET SUBMITTED"
        if seenTeams.insert("\(game) \(team)").inserted {
            teams.append(.init(game: game, team: team, gameTime: gameTime, isSubmitted: !isMissing))
        }
        guard let printed = row[.player] else {
            // A team without a player says that it has not submitted, or that it has nobody to name.
            guard isMissing || row[.status] == nil else { throw RowRejection("no_name", "\(game) \(team)") }
            return
        }
        let name = Self.displayName(printed)
        guard !PlayerLookup.normalize(name).isEmpty else {
            throw RowRejection("no_name", "\(game): \(printed.prefix(40))")
        }
        guard let word = row[.status], let status = InjuryStatus(rawValue: word.lowercased()) else {
            throw RowRejection("unknown_status", "\(printed): \(row[.status]?.prefix(40) ?? "none")")
        }
        guard seenPlayers.insert("\(game) \(team) \(name)").inserted else {
            throw RowRejection("listed_twice", "\(game) \(printed)")
        }
        listings.append(
            .init(
                game: game,
                team: team,
                gameTime: gameTime,
                printedName: printed,
                name: name,
                status: status,
                reason: row[.reason]
            )
        )
    }

    private func subject() throws -> (GameID, Team) {
        let sides = matchup.split(separator: "@").map(String.init)
        guard sides.count == 2 else { throw RowRejection("bad_matchup", "\"\(matchup.prefix(20))\" on \(date)") }
        let parts = date.split(separator: "/").compactMap { Int($0) }
        guard parts.count == 3, let day = known({ try GameDate(year: parts[2], month: parts[0], day: parts[1]) }) else {
            throw RowRejection("bad_date", "\"\(date.prefix(20))\"")
        }
        // Guests from other leagues are on the report before the season.
        guard let away = known({ try Team(tricode: sides[0]) }), let home = known({ try Team(tricode: sides[1]) }),
            let game = known({ try GameID(date: day, away: away, home: home) })
        else { throw RowDropped(reason: "exhibition") }
        guard let side = known({ try Team(named: team) }) else {
            throw RowRejection("unknown_team", "\(game): \"\(team.prefix(40))\"")
        }
        guard side == away || side == home else { throw RowRejection("team_not_in_game", "\(side) in \(game)") }
        return (game, side)
    }

    /// `Duke Jr., David` is David Duke Jr.; a name without a comma stands as it is.
    private static func displayName(_ printed: String) -> String {
        guard let comma = printed.firstIndex(of: ",") else { return printed.trimmed }
        let name = "\(printed[printed.index(after: comma)...]) \(printed[..<comma])"
        return name.split(separator: " ").joined(separator: " ")
    }
}
