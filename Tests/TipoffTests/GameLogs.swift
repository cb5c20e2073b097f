import Basketball
import Foundation
import Testing

/// A small league in the league's own files.
enum GameLogs {
    /// Four seasons of two teams as the league's files, and nothing left of them afterwards.
    static func with(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(UUID().uuidString)")
        let logs = folder.appending(path: "box_scores")
        try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(at: folder) } catch {
                Issue.record("\(folder.path) stays: \(error)")
            }
        }
        for year in 2018...2021 {
            let (players, teams) = try Self.season(year)
            let label = Season(startYear: year).label
            for (kind, text) in [("player", players), ("team", teams)] {
                let file = logs.appending(path: "\(kind)_game_logs_\(label).csv")
                try text.write(to: file, atomically: true, encoding: .utf8)
            }
        }
        try await body(folder)
    }

    static let statistics = [
        "FGM", "FGA", "FG3M", "FG3A", "FTM", "FTA", "OREB", "DREB", "REB", "AST", "STL", "BLK", "TOV", "PF", "PTS",
        "PLUS_MINUS",
    ]

    /// Points go up and down around what a player usually scores.
    static func season(_ year: Int) throws -> (players: String, teams: String) {
        let heading = [
            "PLAYER_ID", "PLAYER_NAME", "TEAM_ID", "TEAM_ABBREVIATION", "GAME_ID", "GAME_DATE", "MATCHUP", "MIN",
        ]
        var players = [(heading + statistics).joined(separator: ",")]
        var teams = [(heading.dropFirst(2) + statistics).joined(separator: ",")]
        let sides = [try Team(tricode: "BOS"), try Team(tricode: "DEN")]
        for day in 0..<20 {
            let date = try GameDate(year: year, month: 11, day: 1).adding(days: 2 * day)
            for (index, team) in sides.enumerated() {
                let other = sides[1 - index]
                let game = "002\(year % 100)\(String(10_000 + day).suffix(5))"
                let matchup = "\(team.tricode) \(index == 0 ? "vs." : "@") \(other.tricode)"
                let shared = [String(team.id), team.tricode, game, date.description, matchup]
                var sums = Array(repeating: 0, count: statistics.count)
                for place in 0..<8 {
                    let makes = 9 - place + (day * 7 + place * 5 + index) % 5
                    let line = [makes, makes + 6, 1, 3, 2, 3, 1, 3, 4, 3, 1, 0, 2, 2, 2 * makes + 3, 0]
                    for column in line.indices { sums[column] += line[column] }
                    let player = [String(100 * (index + 1) + place), "Player \(place)"]
                    players.append((player + shared + ["30"] + line.map(String.init)).joined(separator: ","))
                }
                teams.append((shared + ["240"] + sums.map(String.init)).joined(separator: ","))
            }
        }
        return (players.joined(separator: "\n") + "\n", teams.joined(separator: "\n") + "\n")
    }
}
