import Pipeline

@testable import Page

/// A `tonight` document as publishing makes it, for as many players as a test wants.
struct TonightSample {
    var games = 2
    var playersPerTeam = 4
    var name: (Int) -> String = { "Player \($0)" }
    var state = "predictions_ready"
    var status = "good"
    var reasons: [String] = []
    var text = "Went over in 7 of his last 10 games with a line"
    var halt: JSONValue?

    private static let teams = (0..<30).map { index in
        String("ABCDEFGHIJKLMNOPQRSTUVWXYZabcd".dropFirst(index).prefix(1)).uppercased() + "T\(index % 10)"
    }

    func player(_ number: Int, team: String, isHome: Bool) -> JSONValue {
        let hasLine = number % 4 != 3
        let line: JSONValue = hasLine ? .double(10.5 + Double(number % 20)) : .null
        let points = JSONValue.array((0..<10).map { $0 == 3 ? "DNP" : .int(Int64(8 + ($0 * 7 + number) % 25)) })
        let last: JSONObject = [
            "points": points, "lines": .array(Array(repeating: line, count: 10)),
            "home_away": .array((0..<10).map { .string($0 % 2 == 0 ? "H" : "A") }),
        ]
        var object: JSONObject = [
            "player_lookup": .string("player\(number)"), "name": .string(name(number)), "team": .string(team),
            "is_home": .bool(isHome), "injury_status": number % 5 == 0 ? .string("questionable") : .null,
            "injury_reason": .string(text), "games_played": .int(34), "season_ppg": .double(12.3),
            "last_10": .object(last),
        ]
        let offer: JSONObject = [
            "bookmaker": .string("draftkings"), "line": line, "over_odds": .int(-115), "under_odds": .int(105),
            "is_line_synthetic": .bool(false),
        ]
        if hasLine { object["props"] = .array([.object(offer)]) }
        let side = hasLine ? (number % 2 == 0 ? "OVER" : "UNDER") : "NO_LINE"
        let edge: JSONValue = hasLine ? .double(3.7 - Double(number % 9)) : .null
        let over: JSONValue = hasLine ? .double(0.61) : .null
        let prediction: JSONObject = [
            "predicted": .double(14.2 + Double(number % 17)), "confidence_percent": .double(50 + Double(number % 40)),
            "recommendation": .string(side), "line": line, "edge": edge, "over_probability": over,
            "interval_low": .double(6.1), "interval_high": .double(24.9), "is_line_synthetic": .bool(false),
            "model_version": .string("1.0"), "factors": .array([.string(text)]),
            "factors_against": .array([.string("Second night of a back-to-back")]),
        ]
        object["prediction"] = .object(prediction)
        return .object(object)
    }

    var document: JSONValue {
        let games = (0..<games).map { game -> JSONValue in
            let (home, away) = (Self.teams[2 * game], Self.teams[2 * game + 1])
            let first = game * 2 * playersPerTeam
            let players = (0..<2 * playersPerTeam).map { index in
                player(first + index, team: index % 2 == 0 ? home : away, isHome: index % 2 == 0)
            }
            return [
                "game_id": .string("20240115_\(away)_\(home)"), "home_team": .string(home), "away_team": .string(away),
                "starts_at": "2024-01-16T00:30:00.000Z", "game_time": "7:30 PM ET", "game_status": "scheduled",
                "home_score": .null, "away_score": .null, "players": .array(players),
            ]
        }
        let data: JSONObject = ["games": .array(games)]
        var object: JSONObject = [
            "slate_date": .string("2024-01-15"), "version": .int(3), "state": .string(state),
            "status": .string(status), "status_reasons": .array(reasons.map { .string($0) }),
            "generated_at": .string("2024-01-15T14:03:22.000Z"), "data_as_of": .string("2024-01-15T13:01:00.000Z"),
            "data": .object(data),
        ]
        if let halt { object["halt"] = halt }
        return .object(object)
    }

    func slate() throws -> PublishedSlate { try PublishedSlate(document: document) }

    func page(_ query: String = "", calendar: SlateCalendar = SlateCalendar()) throws -> String {
        let page = SlatePage(slate: try slate(), query: Self.query(query), calendar: calendar, isCurrent: false)
        return String(decoding: page.html.utf8, as: UTF8.self)
    }

    static func query(_ text: String) -> SlateQuery {
        let request = WebRequest(path: "/", query: text)
        return SlateQuery(parameter: request.parameter)
    }
}
