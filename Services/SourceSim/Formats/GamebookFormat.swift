import Basketball
import Foundation

/// The league's gamebooks, as PDF files, once a game is over.
enum GamebookFormat: SourceFormat {
    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        guard let match = request.path.wholeMatch(of: /\/pdfs\/(\d{8})\/(\d{8})_([A-Z]{6})\.pdf/) else { return nil }
        guard match.1 == match.2, let date = date(String(match.1)),
            let game = try league.games(on: date).first(where: { $0.away.tricode + $0.home.tricode == match.3 }),
            league.phase(of: game) == .final, let players = try league.store.players(game.id.season)
        else { return .refusal(404, "Not Found") }
        let rows = players.rows[game.id] ?? []
        let absentees = try league.store.source.absentees(game: game, season: game.id.season)
        func side(_ side: Side, isHome: Bool) throws -> GamebookSheet.Side {
            let own = rows.filter { $0.isHome == isHome }.sorted {
                ($1.line.minutes, $0.playerID) < ($0.line.minutes, $1.playerID)
            }
            let appeared = Set(own.map(\.playerID))
            let squad =
                try league.squad(of: side, on: date).map { ($0.playerID, $0.name) }
                + absentees.filter { $0.isHome == isHome }.map { ($0.playerID, $0.name) }
            let away = Dictionary(squad) { first, _ in first }.filter { !appeared.contains($0.key) }.sorted {
                $0.key < $1.key
            }
            var sheet = GamebookSheet.Side(name: side.fullName, nickname: side.name)
            sheet.players = own.enumerated().map { place, row in
                .init(
                    name: row.name,
                    position: place < 5 ? ["F", "F", "C", "G", "G"][place] : nil,
                    played: .init(row, league.corrections.line(row, game: game.id))
                )
            }
            for (id, name) in away {
                // Who is announced as out is inactive; the others sat on the bench.
                if let ailment = Ailment(id, game, plays: false, hour: 18) {
                    let last = name.split(separator: " ", maxSplits: 1).last.map(String.init) ?? name
                    sheet.inactive.append((last, ailment.reason))
                } else {
                    sheet.players.append(.init(name: name, absence: "DNP - Coach's Decision"))
                }
            }
            return sheet
        }
        let sheet = GamebookSheet(
            date: game.date,
            place: "\(game.arenaName), \(game.arenaCity)",
            visitor: try side(game.away, isHome: false),
            home: try side(game.home, isHome: true)
        )
        return SimReply(contentType: "application/pdf", body: sheet.document.serialized())
    }

    private static func date(_ text: String) -> GameDate? {
        do { return try GameDate(compact: text) } catch { return nil }
    }
}

/// A gamebook's page `Box Score`.
struct GamebookSheet {
    struct Side {
        var name: String
        var nickname: String
        var record = "0-0"
        var players: [Player] = []
        /// Last names and reasons.
        var inactive: [(name: String, reason: String)] = []
    }

    struct Player {
        var name: String
        var position: String?
        var played: Line?
        /// Such as `DNP - Coach's Decision`; nil and without a line for a gamebook before its statistics.
        var absence: String?
    }

    struct Line {
        var minutes: String
        /// FG FGA 3P 3PA FT FTA OR DR TOT A PF ST TO BS +/- PTS
        var numbers: [Int]

        init(minutes: String, numbers: [Int]) {
            self.minutes = minutes
            self.numbers = numbers
        }

        init(_ row: PlayerRow, _ line: StatLine) {
            minutes = "\(line.minutes < 10 ? "0" : "")\(line.minutes):00"
            numbers = [
                line.fieldGoalsMade, line.fieldGoalsAttempted, line.threesMade, line.threesAttempted,
                line.freeThrowsMade, line.freeThrowsAttempted, line.offensiveRebounds, line.defensiveRebounds,
                line.rebounds, line.assists, line.fouls, line.steals, line.turnovers, line.blocks,
                line.plusMinusTenths / 10, line.points,
            ].map(Int.init)
        }
    }

    var date: GameDate
    /// Arena and city.
    var place: String
    var visitor: Side
    var home: Side

    private static let heads = [
        "MIN", "FG", "FGA", "3P", "3PA", "FT", "FTA", "OR", "DR", "TOT", "A", "PF", "ST", "TO", "BS", "+/-", "PTS",
    ]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let firstColumn = 190.0
    private static let columnWidth = 22.0
    private static let lettersOfLine = 110

    /// One upright page.
    var document: PDFSheet {
        var texts: [PDFSheet.Text] = []
        var top = 30.0
        func line(_ text: String, _ left: Double = 30) {
            texts.append(.init(left: left, top: top, size: 8, text: text))
        }
        func next() { top += 11 }
        line("NATIONAL BASKETBALL ASSOCIATION OFFICIAL SCORER'S REPORT")
        next()
        line("\(date.weekday.rawValue.capitalized), \(Self.months[date.month - 1]) \(date.day), \(date.year) \(place)")
        next()
        line("Officials: #24 First Official, #36 Second Official, #41 Third Official")
        next()
        line("Game Duration: 2:10")
        next()
        for (label, side) in [("VISITOR", visitor), ("HOME", home)] {
            next()
            line("\(label): \(side.name) (\(side.record))")
            next()
            line("POS", 150)
            for (number, head) in Self.heads.enumerated() {
                line(head, Self.firstColumn + Self.columnWidth * Double(number))
            }
            for (number, player) in side.players.enumerated() {
                next()
                line("\(number)", 30)
                line(player.name, 45)
                if let position = player.position { line(position, 150) }
                if let played = player.played {
                    for (place, text) in ([played.minutes] + played.numbers.map { "\($0)" }).enumerated() {
                        line(text, Self.firstColumn + Self.columnWidth * Double(place))
                    }
                } else if let absence = player.absence {
                    line(absence, Self.firstColumn)
                }
            }
            next()
            line("TOTALS:", 45)
        }
        next()
        for side in [visitor, home] {
            let entries = side.inactive.map { "\($0.name) (\($0.reason))" }
            for text in Self.wrapped(
                "Inactive: \(side.nickname) - " + (entries.isEmpty ? "None" : entries.joined(separator: ", "))
            ) {
                next()
                line(text)
            }
        }
        next()
        line("Points in the Paint: \(visitor.nickname) 0, \(home.nickname) 0")
        return PDFSheet(width: 595, height: 842, pages: [texts])
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let longer = lines[lines.count - 1] + (lines[lines.count - 1].isEmpty ? "" : " ") + word
            if longer.count <= lettersOfLine { lines[lines.count - 1] = longer } else { lines.append(String(word)) }
        }
        return lines
    }
}
