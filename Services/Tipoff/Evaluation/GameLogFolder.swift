import Basketball
import Foundation
import HTTPFetch
import Models
import Upstream

/// A folder of the league's game logs, one file of players and one of teams a season, such as
/// `player_game_logs_2023-24.csv.gz`: the columns of its `leaguegamelog`, packed or not.
struct GameLogFolder {
    private let folder: URL
    /// The seasons that have both files, in order.
    let seasons: [Season]

    /// The largest file that is read, unpacked.
    private static let maximumBytes = 256 << 20

    /// Looks into the folder, and into its `box_scores` where there is one. Throws ``CommandProblem``.
    init(_ path: String) throws {
        let given = URL(filePath: path)
        let inner = given.appending(path: "box_scores")
        folder = FileManager.default.fileExists(atPath: inner.path) ? inner : given
        let files: Set<String>
        do { files = Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) } catch {
            throw CommandProblem.usage("\(path) is no folder that can be read: \(error.localizedDescription)")
        }
        seasons = Set(
            try files.compactMap { name -> Season? in
                guard let label = name.wholeMatch(of: /player_game_logs_(.*?)\.csv(\.gz)?/)?.output.1 else {
                    return nil
                }
                let season: Season
                do { season = try Season(label: String(label)) } catch {
                    throw CommandProblem.usage("\(name) is of no season", next: "seasons are written as 2023-24")
                }
                return Self.fileNames("team", season).contains(where: files.contains) ? season : nil
            }
        ).sorted()
        guard !seasons.isEmpty else {
            throw CommandProblem.usage(
                "\(path) has no season's game logs",
                next: "files are called player_game_logs_2023-24.csv.gz and team_game_logs_2023-24.csv.gz"
            )
        }
    }

    private static func fileNames(_ kind: String, _ season: Season) -> [String] {
        ["\(kind)_game_logs_\(season.label).csv.gz", "\(kind)_game_logs_\(season.label).csv"]
    }

    /// The finished games of a season by date, in order. Throws ``CommandProblem`` that names file and line.
    func days(of season: Season) throws -> [GameDay] {
        var days: [GameDate: GameDay] = [:]
        try forEachRow("player", season) { row in
            let side = try row.side(season)
            days[side.date, default: GameDay(date: side.date, players: [], teams: [])].players.append(
                PlayerBox(
                    player: try row.integer("PLAYER_ID"),
                    side: side,
                    minutes: try row.number("MIN"),
                    points: try row.integer("PTS"),
                    fieldGoalsMade: try row.integer("FGM"),
                    fieldGoalsAttempted: try row.integer("FGA"),
                    threePointersMade: try row.integer("FG3M"),
                    threePointersAttempted: try row.integer("FG3A"),
                    freeThrowsMade: try row.integer("FTM"),
                    freeThrowsAttempted: try row.integer("FTA"),
                    offensiveRebounds: try row.integer("OREB"),
                    rebounds: try row.integer("REB"),
                    assists: try row.integer("AST"),
                    steals: try row.integer("STL"),
                    blocks: try row.integer("BLK"),
                    turnovers: try row.integer("TOV"),
                    personalFouls: try row.integer("PF"),
                    plusMinus: try row.integer("PLUS_MINUS")
                )
            )
        }
        try forEachRow("team", season) { row in
            let side = try row.side(season)
            days[side.date, default: GameDay(date: side.date, players: [], teams: [])].teams.append(
                TeamBox(
                    side: side,
                    minutes: try row.number("MIN"),
                    points: try row.integer("PTS"),
                    fieldGoalsAttempted: try row.integer("FGA"),
                    threePointersAttempted: try row.integer("FG3A"),
                    freeThrowsAttempted: try row.integer("FTA"),
                    offensiveRebounds: try row.integer("OREB"),
                    steals: try row.integer("STL"),
                    blocks: try row.integer("BLK"),
                    turnovers: try row.integer("TOV")
                )
            )
        }
        return days.values.sorted { $0.date < $1.date }
    }

    private func forEachRow(_ kind: String, _ season: Season, _ body: (Row) throws -> Void) throws {
        guard
            let name = Self.fileNames(kind, season).first(where: {
                FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
            })
        else { throw CommandProblem.problem("\(Self.fileNames(kind, season)[0]) is missing in \(folder.path)") }
        var line = 1
        do {
            var bytes = Array(try Data(contentsOf: folder.appending(path: name)))
            if name.hasSuffix(".gz") { bytes = try GzipBody.unpack(bytes, maximumBytes: Self.maximumBytes) }
            var records = CSVRecords(bytes)
            guard let header = try records.next() else { throw RowError("the file is empty") }
            let columns = Dictionary(header.enumerated().map { ($1, $0) }) { first, _ in first }
            while let cells = try records.next() {
                line += 1
                guard cells.count == header.count else {
                    throw RowError("\(cells.count) cells for \(header.count) columns")
                }
                try body(Row(cells: cells, columns: columns))
            }
        } catch let problem as CommandProblem {
            throw problem
        } catch {
            throw CommandProblem.problem("\(name), line \(line): \(error)")
        }
    }

    private struct RowError: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    private struct Row {
        let cells: [String]
        let columns: [String: Int]

        func text(_ name: String) throws -> String {
            guard let index = columns[name] else { throw RowError("the file has no column \(name)") }
            return cells[index]
        }

        /// A number; a blank is none.
        func number(_ name: String) throws -> Double {
            let text = try text(name)
            guard let value = Double(text), value.isFinite else { throw RowError("\(name) '\(text)' is no number") }
            return value
        }

        /// A whole number, also as "12.0".
        func integer(_ name: String) throws -> Int {
            let value = try number(name)
            guard let whole = Int(exactly: value) else { throw RowError("\(name) \(value) is no whole number") }
            return whole
        }

        /// The game from the side of the row's team, such as `DET @ NYK` or `BOS vs. PHI`.
        func side(_ season: Season) throws -> GameSide {
            let matchup = try text("MATCHUP")
            let names = matchup.split(separator: " ")
            guard names.count == 3, names[1] == "@" || names[1] == "vs." else {
                throw RowError("MATCHUP '\(matchup)' is none")
            }
            return GameSide(
                game: try NBAGameID(try text("GAME_ID")),
                date: try GameDate(try text("GAME_DATE")),
                season: season,
                team: try Team(id: try integer("TEAM_ID")),
                opponent: try Team(tricode: String(names[2])),
                isHome: names[1] == "vs."
            )
        }
    }
}
