import Basketball
import Foundation

/// The league's injury reports, as PDF files. A team reports on the day of the game, at an hour of its own; what is not
/// out yet, and a day without games, is refused with 403.
enum InjuryReportFormat: SourceFormat {
    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        let pattern =
            /\/referee\/injury\/Injury-Report_(\d{4}-\d{2}-\d{2})_(\d{2})(?:_(00|15|30|45))?([AP])M\.pdf/
        guard let match = request.path.wholeMatch(of: pattern) else { return nil }
        let date = try date(String(match.1))
        let hasMinutes = match.3 != nil
        guard let twelve = Int(match.2), (1...12).contains(twelve), hasMinutes == (date.description >= "2025-12-23")
        else {
            return absent
        }
        let hour = twelve % 12 + (match.4 == "P" ? 12 : 0)
        // The hourly ones of old are of half past.
        let minute = match.3.flatMap { Int($0) } ?? 30
        let instant = LeagueClock.instant(date, hour: hour, minute: minute)
        if let now = league.now, now < instant { return absent }
        guard try !league.games(on: date).isEmpty else { return absent }
        var sheet = InjuryReportSheet(date: date, hour: hour, minute: minute)
        for day in [date, date.adding(days: 1)] {
            for game in try league.games(on: day).sorted(by: { ($0.tip, $0.id) < ($1.tip, $1.id) }) {
                try add(game, on: date, hour: hour, league, to: &sheet)
            }
        }
        return SimReply(contentType: "application/pdf", body: sheet.document.serialized())
    }

    private static let absent = SimReply(status: 403, contentType: "application/xml", body: Array("<Error/>".utf8))

    private static func date(_ text: String) throws -> GameDate {
        do { return try GameDate(text) } catch { throw BadParameter(reason: "\(text) is no date") }
    }

    private static func add(
        _ game: Game,
        on date: GameDate,
        hour: Int,
        _ league: SimLeague,
        to sheet: inout InjuryReportSheet
    ) throws {
        let playing = try league.participants(of: game)
        for side in [game.away, game.home] {
            let reports = 9 + Int(stableHash("report \(game.id) \(side.tricode)", salt: 22) % 4)
            guard game.date == date, hour >= reports else {
                sheet.add(game, side, nil)
                continue
            }
            let listed = try league.squad(of: side, on: date).compactMap { member -> InjuryReportSheet.Line? in
                let plays = playing.contains(member.playerID)
                let said = league.corrections.ailment(member.playerID, game, hour: hour)
                guard let ailment = said ?? Ailment(member.playerID, game, plays: plays, hour: hour) else { return nil }
                return .init(name: printed(member.name), status: ailment.status.rawValue, reason: ailment.reason)
            }
            sheet.add(game, side, listed.sorted { $0.name < $1.name })
        }
    }

    /// Last name first, the suffix with it.
    private static func printed(_ name: String) -> String {
        let words = name.split(separator: " ", maxSplits: 1)
        return words.count == 2 ? "\(words[1]), \(words[0])" : name
    }
}

/// A report laid out as the league does: cells of the leading columns where they change, and long reasons around the
/// middle of their row.
struct InjuryReportSheet {
    struct Line {
        var name: String
        var status: String
        var reason: String
    }

    private static let lefts = [24.0, 120.5, 201, 265, 426, 586.5, 667]
    private static let bottom = 520.0
    private static let lettersOfReason = 34

    private let title: String
    private var pages: [[PDFSheet.Text]] = []
    private var middle = 1000.0
    private var printed: [String] = ["", "", "", ""]

    init(date: GameDate, hour: Int, minute: Int) {
        let parts = date.description.split(separator: "-")
        let clock = "\(Self.two(hour % 12 == 0 ? 12 : hour % 12)):\(Self.two(minute)) \(hour < 12 ? "AM" : "PM")"
        title = "Injury Report: \(parts[1])/\(parts[2])/\(parts[0].suffix(2)) \(clock)"
        newPage()
        let heads = ["Game Date", "Game Time", "Matchup", "Team", "Player Name", "Current Status", "Reason"]
        for (left, head) in zip(Self.lefts, heads) { put(head, left - 1, 104) }
    }

    private static func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }

    /// Adds a team; nil for one that has not submitted.
    mutating func add(_ game: Game, _ side: Side, _ lines: [Line]?) {
        let parts = game.date.description.split(separator: "-")
        let clock = LeagueClock.formatWallClock(game.tip).dropFirst(11).prefix(5)
        let hour = (Int(clock.prefix(2)) ?? 0) % 12
        let cells = [
            "\(parts[1])/\(parts[2])/\(parts[0])", "\(Self.two(hour == 0 ? 12 : hour)):\(clock.suffix(2)) (ET)",
            "\(game.away.tricode)@\(game.home.tricode)", side.fullName,
        ]
        // A team that has nobody to name has submitted all the same, and is not printed.
        let rows = lines ?? [Line(name: "", status: "", reason: "NOT YET SUBMITTED")]
        for row in rows { add(cells, row) }
    }

    private mutating func add(_ cells: [String], _ row: Line) {
        let reason = Self.wrapped(row.reason)
        middle += 11 + 7 * Double(reason.count - 1)
        if middle > Self.bottom { newPage() }
        let changed = cells.indices.first { cells[$0] != printed[$0] } ?? cells.count
        for column in changed..<cells.count { put(cells[column], Self.lefts[column], middle) }
        printed = cells
        put(row.name, Self.lefts[4], middle)
        put(row.status, Self.lefts[5], middle)
        for (number, line) in reason.enumerated() {
            put(line, Self.lefts[6], middle + 14 * (Double(number) - Double(reason.count - 1) / 2))
        }
        middle += 11 + 7 * Double(reason.count - 1)
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let longer = lines[lines.count - 1] + (lines[lines.count - 1].isEmpty ? "" : " ") + word
            if longer.count <= lettersOfReason { lines[lines.count - 1] = longer } else { lines.append(String(word)) }
        }
        return lines
    }

    private mutating func newPage() {
        pages.append([PDFSheet.Text(left: 289, top: 40, size: 20, text: title)])
        middle = pages.count == 1 ? 126 : 80
    }

    private mutating func put(_ text: String, _ left: Double, _ middle: Double) {
        guard !text.isEmpty else { return }
        pages[pages.count - 1].append(PDFSheet.Text(left: left, top: middle - 4.5, text: text))
    }

    var document: PDFSheet {
        var sheet = PDFSheet(pages: pages)
        for number in sheet.pages.indices {
            let footer = "Page \(number + 1) of \(sheet.pages.count)"
            sheet.pages[number].append(PDFSheet.Text(left: 390, top: 560, text: footer))
        }
        return sheet
    }
}
