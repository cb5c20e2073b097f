import Basketball
import Foundation
import HTTPFetch

@testable import Models

/// The box scores of the real data beside the checkout, when they are there.
enum ReferenceBoxes {
    /// `../shared/data` beside the package, or where `TIPOFF_TEST_DATA` says.
    private static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["TIPOFF_TEST_DATA"] { return URL(fileURLWithPath: path) }
        return URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "../shared/data").standardizedFileURL
    }()

    /// The finished games of seasons such as `2018-19`, by date; nil, with a notice, without the files.
    static func dates(_ seasons: [String]) throws -> [LeagueDate]? {
        var players: [PlayerBox] = []
        var teams: [TeamBox] = []
        for season in seasons {
            guard let playerRows = try Table("player_game_logs_\(season)"),
                let teamRows = try Table("team_game_logs_\(season)")
            else { return nil }
            players += try playerRows.rows.map { try player($0, playerRows) }
            teams += try teamRows.rows.map { try team($0, teamRows) }
        }
        let playersOf = Dictionary(grouping: players, by: \.side.date)
        return Dictionary(grouping: teams, by: \.side.date).sorted { $0.key < $1.key }.map { date, teams in
            LeagueDate(date: date, players: playersOf[date] ?? [], teams: teams)
        }
    }

    /// A file of comma-separated values without quotes.
    private struct Table {
        var columns: [String: Int]
        var rows: [[Substring]]

        init?(_ name: String) throws {
            let file = root.appending(path: "box_scores/\(name).csv.gz")
            guard FileManager.default.fileExists(atPath: file.path) else {
                print("notice: skipped, no ../shared/data/box_scores/\(name).csv.gz")
                return nil
            }
            let bytes = try GzipBody.unpack([UInt8](Data(contentsOf: file)), maximumBytes: 64 << 20)
            let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
            columns = Dictionary(uniqueKeysWithValues: (lines.first ?? []).enumerated().map { (String($1), $0) })
            rows = Array(lines.dropFirst())
        }

        func text(_ row: [Substring], _ column: String) -> String { columns[column].map { String(row[$0]) } ?? "" }

        func count(_ row: [Substring], _ column: String) throws -> Int {
            guard let count = Int(text(row, column)) else { throw BadCell(column: column, text: text(row, column)) }
            return count
        }
    }

    struct BadCell: Error {
        var column: String
        var text: String
    }

    private static func side(_ row: [Substring], _ table: Table) throws -> GameSide {
        let matchup = table.text(row, "MATCHUP").split(separator: " ")
        return GameSide(
            game: try NBAGameID(table.text(row, "GAME_ID")),
            date: try GameDate(table.text(row, "GAME_DATE")),
            season: try Season(label: table.text(row, "SEASON")),
            team: try Team(id: table.count(row, "TEAM_ID")),
            opponent: try Team(tricode: String(matchup.last ?? "")),
            isHome: matchup.contains("vs.")
        )
    }

    private static func player(_ row: [Substring], _ table: Table) throws -> PlayerBox {
        func count(_ column: String) throws -> Int { try table.count(row, column) }
        return PlayerBox(
            player: try count("PLAYER_ID"),
            side: try side(row, table),
            minutes: Double(try count("MIN")),
            points: try count("PTS"),
            fieldGoalsMade: try count("FGM"),
            fieldGoalsAttempted: try count("FGA"),
            threePointersMade: try count("FG3M"),
            threePointersAttempted: try count("FG3A"),
            freeThrowsMade: try count("FTM"),
            freeThrowsAttempted: try count("FTA"),
            offensiveRebounds: try count("OREB"),
            rebounds: try count("REB"),
            assists: try count("AST"),
            steals: try count("STL"),
            blocks: try count("BLK"),
            turnovers: try count("TOV"),
            personalFouls: try count("PF"),
            plusMinus: try count("PLUS_MINUS")
        )
    }

    private static func team(_ row: [Substring], _ table: Table) throws -> TeamBox {
        func count(_ column: String) throws -> Int { try table.count(row, column) }
        return TeamBox(
            side: try side(row, table),
            minutes: Double(try count("MIN")),
            points: try count("PTS"),
            fieldGoalsAttempted: try count("FGA"),
            threePointersAttempted: try count("FG3A"),
            freeThrowsAttempted: try count("FTA"),
            offensiveRebounds: try count("OREB"),
            steals: try count("STL"),
            blocks: try count("BLK"),
            turnovers: try count("TOV")
        )
    }
}
