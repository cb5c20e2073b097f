import Basketball
import Foundation

/// cdn.nba.com's live play-by-play of a game, once it is over.
enum PlayByPlayFormat: SourceFormat {
    private static let folder = "/static/json/liveData/playbyplay/playbyplay_"

    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        guard request.path.hasPrefix(folder), request.path.hasSuffix(".json") else { return nil }
        let name = request.path.dropFirst(folder.count).dropLast(".json".count)
        guard let game = try league.game(name), let plays = try league.plays(of: game) else {
            return .refusal(404, "Not Found")
        }
        var number = 0
        var actions: [JSON] = []
        for play in plays.plays {
            for members in rows(play, game) {
                number += 1
                actions.append(action(members, number, play, game))
            }
        }
        return SimReply([
            "meta": ["version": 1, "code": 200],
            "game": ["gameId": .string(game.id.rawValue), "actions": .array(actions)],
        ])
    }

    /// A play, and after it the row of whoever stole or blocked.
    private static func rows(_ play: GamePlays.Play, _ game: Game) -> [[JSON.Member]] {
        guard let player = play.player else {
            let (type, end) =
                switch play.kind {
                case .gameEnd: ("game", "end")
                case .periodEnd: ("period", "end")
                default: ("period", "start")
                }
            return [
                [.init(key: "actionType", value: .string(type)), .init(key: "subType", value: .string(end)), nobody]
            ]
        }
        var own = person(player, game)
        func add(_ key: String, _ value: JSON) { own.append(.init(key: key, value: value)) }
        var others: [[JSON.Member]] = []
        switch play.kind {
        case .fieldGoal(let isThree):
            add("actionType", .string(isThree ? "3pt" : "2pt"))
            add("subType", .string(!isThree && play.distance < 5 ? "Layup" : "Jump Shot"))
            add("shotResult", .string(play.isMade ? "Made" : "Missed"))
            add("isFieldGoal", 1)
            add("shotDistance", .double(Double(play.distance)))
            add("xLegacy", 0)
            add("yLegacy", .int(play.distance * 10))
            add("x", .double(5 + Double(play.distance)))
            add("y", 50)
            add("area", .string(isThree ? "Above the Break 3" : play.distance < 5 ? "Restricted Area" : "Mid-Range"))
            add("areaDetail", .string(play.distance < 8 ? "0-8 Center" : "16-24 Center"))
            if let helper = play.helper, play.isMade { add("assistPersonId", .int(Int(helper.playerID))) }
            if let helper = play.helper, !play.isMade {
                add("blockPersonId", .int(Int(helper.playerID)))
                others.append(person(helper, game) + [.init(key: "actionType", value: "block")])
            }
        case .freeThrow:
            add("actionType", "freethrow")
            add("subType", "1 of 1")
            add("shotResult", .string(play.isMade ? "Made" : "Missed"))
        case .rebound(let isOffensive):
            add("actionType", "rebound")
            add("subType", .string(isOffensive ? "offensive" : "defensive"))
        case .turnover:
            add("actionType", "turnover")
            add("subType", .string(play.helper == nil ? "traveling" : "lost ball"))
            if let helper = play.helper {
                add("stealPersonId", .int(Int(helper.playerID)))
                others.append(person(helper, game) + [.init(key: "actionType", value: "steal")])
            }
        case .foul:
            add("actionType", "foul")
            add("subType", "personal")
        case .periodStart, .periodEnd, .gameEnd: break
        }
        return [own] + others
    }

    private static let nobody = JSON.Member(key: "personId", value: 0)

    private static func person(_ row: PlayerRow, _ game: Game) -> [JSON.Member] {
        let side = row.isHome ? game.home : game.away
        let words = row.name.split(separator: " ", maxSplits: 1)
        let last = String(words.last ?? "")
        return [
            .init(key: "teamId", value: .int(side.id)), .init(key: "teamTricode", value: .string(side.tricode)),
            .init(key: "personId", value: .int(Int(row.playerID))), .init(key: "playerName", value: .string(last)),
            .init(key: "playerNameI", value: .string("\(row.name.prefix(1)). \(last)")),
        ]
    }

    private static func action(_ members: [JSON.Member], _ number: Int, _ play: GamePlays.Play, _ game: Game) -> JSON {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let lapse = Double(play.period) * 2_000 - Double(play.secondsLeft)
        return .object(
            [
                .init(key: "actionNumber", value: .int(2 * number)),
                .init(key: "orderNumber", value: .int(number * 10_000)),
                .init(
                    key: "clock",
                    value: .string("PT\(two(play.secondsLeft / 60))M\(two(play.secondsLeft % 60)).00S")
                ),
                .init(key: "timeActual", value: .string(LeagueClock.formatUTC(game.tip.addingTimeInterval(lapse)))),
                .init(key: "period", value: .int(play.period)),
                .init(key: "periodType", value: .string(play.period > 4 ? "OVERTIME" : "REGULAR")),
                .init(key: "scoreHome", value: .string(String(play.home))),
                .init(key: "scoreAway", value: .string(String(play.away))),
            ] + members
        )
    }
}
