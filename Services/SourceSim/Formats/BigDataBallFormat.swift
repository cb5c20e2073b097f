import Basketball
import Foundation

/// Google Drive's file list and downloads, as far as they concern BigDataBall's play-by-play files.
enum BigDataBallFormat: SourceFormat {
    private static let folder = "/drive/v3/files"
    private static let idPrefix = "bdb-pbp-"

    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        guard request.path == folder || request.path.hasPrefix(folder + "/") else { return nil }
        guard request.headers["authorization"]?.hasPrefix("Bearer ") == true else {
            return SimReply(status: 401, ["error": ["code": 401, "status": "UNAUTHENTICATED"]])
        }
        if request.path == folder { return try list(request.query["q"] ?? "", league) }
        let id = request.path.dropFirst(folder.count + 1)
        guard id.hasPrefix(idPrefix), request.query["alt"] == "media",
            let game = try league.game(id.dropFirst(idPrefix.count)), let plays = try league.plays(of: game)
        else { return SimReply(status: 404, ["error": ["code": 404, "message": "File not found"]]) }
        return SimReply(contentType: "text/csv", body: Array(csv(plays, game).utf8))
    }

    /// The files whose names hold the day that the question names.
    private static func list(_ question: String, _ league: SimLeague) throws -> SimReply {
        guard let match = question.firstMatch(of: /\d{4}-\d{2}-\d{2}/) else {
            throw BadParameter(reason: "this stand-in knows only questions about a day")
        }
        let files = try league.games(on: try GameDate(String(match.0))).filter { try league.plays(of: $0) != nil }
        return SimReply([
            "kind": "drive#fileList", "incompleteSearch": false,
            "files": .array(
                files.map { game in
                    [
                        "id": .string(idPrefix + game.id.rawValue), "mimeType": "text/csv",
                        "name": .string("[\(game.date)]-\(game.id)-\(game.away.tricode)@\(game.home.tricode).csv"),
                        "modifiedTime": .string(LeagueClock.formatUTC(game.tip.addingTimeInterval(Game.duration))),
                    ]
                }
            ),
        ])
    }

    private static let headers = [
        "game_id", "data_set", "date", "a1", "a2", "a3", "a4", "a5", "h1", "h2", "h3", "h4", "h5", "period",
        "away_score",
        "home_score", "remaining_time", "elapsed", "play_length", "play_id", "team", "event_type", "assist", "away",
        "home", "block", "entered", "left", "num", "opponent", "outof", "player", "points", "possession", "reason",
        "result", "steal", "type", "shot_distance", "original_x", "original_y", "converted_x", "converted_y",
        "description",
    ]

    private static func csv(_ plays: GamePlays, _ game: Game) -> String {
        var text = headers.joined(separator: ",") + "\n"
        // The five with the most minutes stay on the floor: the box score does not say who played with whom.
        let people = Dictionary(grouping: plays.plays.compactMap(\.player), by: \.isHome).mapValues { rows in
            let unique = Dictionary(rows.map { ($0.playerID, $0) }) { first, _ in first }.values
            return unique.sorted { ($1.line.minutes, $0.playerID) < ($0.line.minutes, $1.playerID) }.prefix(5).map(
                \.name
            )
        }
        var last = (period: 0, left: 0)
        for (number, play) in plays.plays.enumerated() where play.kind != .gameEnd {
            var cells = described(play, game)
            for (letter, isHome) in [("a", false), ("h", true)] {
                for (place, name) in (people[isHome] ?? []).enumerated() { cells["\(letter)\(place + 1)"] = name }
            }
            let length = play.period > 4 ? 300 : 720
            let before = last.period == play.period ? last.left : length
            last = (play.period, play.secondsLeft)
            // Spreadsheets drop the leading zeros of the id.
            cells["game_id"] = String(Int(game.id.rawValue) ?? 0)
            cells["data_set"] = "NBA \(game.id.season.label) \(game.id.seasonType.statsName)"
            cells["date"] = game.date.description
            cells["period"] = String(play.period)
            cells["away_score"] = String(play.away)
            cells["home_score"] = String(play.home)
            cells["remaining_time"] = clock(play.secondsLeft)
            cells["elapsed"] = clock(length - play.secondsLeft)
            cells["play_length"] = clock(before - play.secondsLeft)
            cells["play_id"] = String(number + 1)
            text += headers.map { quoted(cells[$0] ?? "") }.joined(separator: ",") + "\n"
        }
        return text
    }

    private static func clock(_ seconds: Int) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "0:\(two(seconds / 60)):\(two(seconds % 60))"
    }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" }) else { return text }
        return "\"\(text.replacingOccurrences(of: "\"", with: "\"\""))\""
    }

    private static func described(_ play: GamePlays.Play, _ game: Game) -> [String: String] {
        guard let player = play.player else {
            let words = play.kind == .periodStart ? "start of period" : "end of period"
            return ["event_type": words, "type": words]
        }
        var cells = [
            "player": player.name, "team": (player.isHome ? game.home : game.away).tricode, "description": player.name,
        ]
        switch play.kind {
        case .fieldGoal(let isThree):
            cells["event_type"] = "shot"
            cells["type"] = isThree ? "3pt jump shot" : play.distance < 5 ? "layup" : "jump shot"
            cells["result"] = play.isMade ? "made" : "missed"
            cells["points"] = String(play.points)
            cells["shot_distance"] = String(play.distance)
            cells[play.isMade ? "assist" : "block"] = play.helper?.name
        case .freeThrow:
            cells["event_type"] = "free throw"
            cells["type"] = "free throw 1/1"
            cells["result"] = play.isMade ? "made" : "missed"
            cells["points"] = String(play.points)
            cells["num"] = "1"
            cells["outof"] = "1"
        case .rebound(let isOffensive):
            cells["event_type"] = "rebound"
            cells["type"] = isOffensive ? "rebound offensive" : "rebound defensive"
        case .turnover:
            cells["event_type"] = "turnover"
            cells["type"] = play.helper == nil ? "traveling" : "lost ball"
            cells["steal"] = play.helper?.name
        case .foul:
            cells["event_type"] = "foul"
            cells["type"] = "personal"
        case .periodStart, .periodEnd, .gameEnd: break
        }
        return cells
    }
}
