import Basketball
import Foundation

/// official.nba.com's `get-game-officials`: named on the morning of the games.
enum RefereeFormat: SourceFormat {
    /// The Eastern time at which a day's officials are known.
    private static let announcement = (hour: 8, minute: 30)
    private static let officials = 75
    private static let givenNames = ["Alex", "Casey", "Devin", "Jamie", "Jordan", "Morgan", "Riley", "Taylor"]
    private static let familyNames = [
        "Archer", "Baker", "Carver", "Draper", "Fisher", "Glover", "Harper", "Mason", "Porter", "Sawyer",
    ]

    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        guard request.path == "/wp-json/api/v1/get-game-officials" else { return nil }
        let date: GameDate
        do { date = try GameDate(request.query["date"] ?? "") } catch {
            throw BadParameter(reason: "date must look like 2024-01-15")
        }
        let known = LeagueClock.instant(date, hour: announcement.hour, minute: announcement.minute)
        let isKnown = league.now.map { $0 >= known } ?? true
        let games = isKnown ? try league.games(on: date).sorted { $0.id < $1.id } : []
        // Everybody has one place a day.
        let order = (0..<officials).sorted { rank($0, date) < rank($1, date) }
        let rows = games.enumerated().map { number, game in
            row(game, (0..<3).map { order[(3 * number + $0) % officials] })
        }
        let replay = games.isEmpty ? [] : order.suffix(3).map { replayOfficial($0, date) }
        func block(_ games: [JSON], _ replay: [JSON]) -> JSON {
            ["Table": ["rows": .array(games), "columns": []], "Table1": ["rows": .array(replay), "columns": []]]
        }
        return SimReply(["nba": block(rows, replay), "gl": block([], []), "wnba": block([], [])])
    }

    private static func rank(_ official: Int, _ date: GameDate) -> UInt64 {
        stableHash("official \(official) \(date)", salt: 31)
    }

    private static func name(_ official: Int) -> String {
        "\(givenNames[official % givenNames.count]) \(familyNames[official / givenNames.count])"
    }

    private static func slashed(_ date: GameDate) -> JSON {
        let parts = date.description.split(separator: "-")
        return .string("\(parts[1])/\(parts[2])/\(parts[0])")
    }

    private static func row(_ game: Game, _ officials: [Int]) -> JSON {
        var members: [JSON.Member] = [
            .init(key: "game_id", value: .string(game.id.rawValue)),
            .init(key: "game_date", value: slashed(game.date)),
            .init(key: "season", value: .string("2\(game.id.season.startYear)")),
            .init(key: "game_code", value: .string(game.code)),
            .init(key: "home_team_id", value: .int(game.home.id)),
            .init(key: "home_team", value: .string(game.home.city)),
            .init(key: "home_team_abbr", value: .string(game.home.tricode)),
            .init(key: "away_team_id", value: .int(game.away.id)),
            .init(key: "away_team", value: .string(game.away.city)),
            .init(key: "away_team_abbr", value: .string(game.away.tricode)),
        ]
        for position in 1...4 {
            let official = position <= officials.count ? officials[position - 1] : nil
            members += [
                .init(key: "official\(position)", value: official.map { JSON.string(name($0)) } ?? .null),
                .init(key: "official\(position)_code", value: official.map { JSON.int(201_000 + $0) } ?? .null),
                .init(key: "official\(position)_JNum", value: official.map { JSON.string("\($0 + 1)") } ?? .null),
            ]
        }
        return .object(members)
    }

    private static func replayOfficial(_ official: Int, _ date: GameDate) -> JSON {
        [
            "game_date": slashed(date), "official_code": .int(201_000 + official),
            "replaycenter_official": .string(name(official)),
        ]
    }
}
