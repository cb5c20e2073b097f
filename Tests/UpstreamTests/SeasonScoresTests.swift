import Basketball
import PipelineTestKit
import Testing
import Upstream

/// Whole seasons of the league's own rows, read day by day as the source sends them.
@Suite struct SeasonScoresTests {
    /// The records of a table as cells; nil when it is absent. Nothing that is read here is quoted.
    static func records(_ path: String) throws -> [[Substring]]? {
        guard let bytes = try ReferencePayload.bytes(path) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    }

    struct Side: Hashable {
        var game: NBAGameID
        var team: Team
        var isHome: Bool
    }

    /// The final scores of the games that count, by the schedule.
    static func scores(_ season: String) throws -> [Side: Int]? {
        guard let rows = try records("schedules/schedule_\(season).csv.gz") else { return nil }
        var scores: [Side: Int] = [:]
        for row in rows {
            // An arena's name may hold a comma: what matters is counted from the end.
            let end = Array(row.suffix(9))
            guard end[0] == "3" else { continue }
            let game = try NBAGameID(String(repeating: "0", count: 10 - row[0].count) + row[0])
            guard game.seasonType == .regular else { continue }
            let (home, away) = (try Team(tricode: String(end[4])), try Team(tricode: String(end[5])))
            scores[Side(game: game, team: home, isHome: true)] = Int(end[6])
            scores[Side(game: game, team: away, isHome: false)] = Int(end[7])
        }
        return scores
    }

    @Test(arguments: [
        ("2018-19", 1230, 1230), ("2019-20", 1059, 1059), ("2020-21", 1080, 1080), ("2021-22", 1230, 1230),
        ("2022-23", 1230, 1230),
        // This schedule was taken on the morning of 5 February.
        ("2023-24", 1230, 733),
    ])
    func onEveryDateThePlayersAddUpToTheFinalScores(season: String, games: Int, finals: Int) throws {
        guard let rows = try Self.records("box_scores/player_game_logs_\(season).csv.gz"),
            let scores = try Self.scores(season)
        else { return }
        let texts: Set<Int> = [0, 2, 4, 5, 6, 7, 8, 9]
        let headers = GameLogPayloadTests.headers
        var sums: [Side: Int] = [:]
        for (date, own) in Dictionary(grouping: rows, by: { String($0[7]) }) {
            let body = GameLogPayloadTests.payload(
                own.map { row in
                    headers.indices.map {
                        row[$0].isEmpty ? "null" : texts.contains($0) ? "\"\(row[$0])\"" : String(row[$0])
                    }
                }
            )
            let payload = try GameLogPayload.parse(body, date: try GameDate(date))
            // Compared outside the macro: a failure would print thousands of rows.
            if payload.notes != PayloadNotes() || payload.lines.count != own.count {
                Issue.record("\(date): \(payload.notes)")
            }
            for line in payload.lines {
                sums[Side(game: line.game, team: line.team, isHome: line.isHome), default: 0] += line.statistics.points
            }
        }
        #expect(Set(sums.keys.map(\.game)).count == games && sums.count == 2 * games)
        let compared = sums.filter { scores[$0.key] != nil }
        #expect(compared.count == 2 * finals)
        let wrong = compared.filter { scores[$0.key] != $0.value }.map { "\($0.key.game) \($0.key.team) \($0.value)" }
        #expect(wrong.isEmpty, "\(wrong.sorted().prefix(5))")
    }
}
