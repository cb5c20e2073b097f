import Basketball
import Foundation

/// balldontlie's lists of people: who is under contract, and who is hurt.
enum BallDontLiePeople {
    /// Everybody who appears in the season, with the team of his last game so far.
    static func active(_ league: SimLeague) throws -> [JSON] {
        try squad(league).map { member in
            .object(player(member.id, member.name) + [.init(key: "team", value: .object(team(member.team)))])
        }
    }

    /// One player in 15, for a week at a time; made up, because the logs do not say why somebody was out.
    static func injuries(_ league: SimLeague) throws -> [JSON] {
        let today = try today(league)
        let words = [("Out", "knee"), ("Day-To-Day", "ankle"), ("Day-To-Day", "illness"), ("Out", "hamstring")]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return try squad(league).compactMap { member -> JSON? in
            let fate = stableHash("\(member.id) \(today.daysSince1970 / 7)", salt: 11)
            guard fate % 15 == 0 else { return nil }
            let (status, reason) = words[Int(fate >> 8 & 3)]
            let back = today.adding(days: 1 + Int(fate >> 16 % 20))
            let news = today.adding(days: -1)
            let last = member.name.split(separator: " ").last.map(String.init) ?? member.name
            return [
                "player": .object(
                    player(member.id, member.name)
                        + [.init(key: "team_id", value: .int(BallDontLieFormat.number(Side(member.team))))]
                ),
                "return_date": .string("\(months[back.month - 1]) \(back.day)"),
                "description": .string(
                    "\(months[news.month - 1]) \(news.day): \(last) (\(reason)) is listed as \(status.lowercased())."
                ),
                "status": .string(status),
            ]
        }
    }

    private struct Member {
        let id: Int32
        let name: String
        let team: Team
    }

    private static func today(_ league: SimLeague) throws -> GameDate {
        let last = try league.store.book(league.currentSeason)?.games.last?.date
        return league.today(or: last ?? league.currentSeason.lastDay)
    }

    private static func squad(_ league: SimLeague) throws -> [Member] {
        guard let book = try league.store.players(league.currentSeason) else { return [] }
        let today = try today(league)
        return book.appearances.keys.sorted().compactMap { id in
            guard let games = book.appearances[id], let name = book.names[id],
                let last = games.last(where: { $0.date < today }) ?? games.first,
                let team = Team.all.first(where: { $0.id == last.teamID })
            else { return nil }
            return Member(id: id, name: name, team: team)
        }
    }

    private static func team(_ team: Team) -> [JSON.Member] { BallDontLieFormat.team(Side(team)) }

    /// A player's object without his team.
    static func player(_ id: Int32, _ name: String) -> [JSON.Member] {
        let words = name.split(separator: " ", maxSplits: 1).map(String.init)
        let facts = stableHash("player \(id)", salt: 7)
        return [
            .init(key: "id", value: .int(Int(id))),
            .init(key: "first_name", value: .string(words.count > 1 ? words[0] : "")),
            .init(key: "last_name", value: .string(words.last ?? "")),
            .init(key: "position", value: .string(["G", "F", "C", "G-F"][Int(facts >> 8 & 3)])),
            .init(key: "height", value: .string("6-\(facts >> 16 % 12)")),
            .init(key: "weight", value: .string(String(180 + facts >> 24 % 90))),
            .init(key: "jersey_number", value: .string(String(facts % 56))), .init(key: "college", value: ""),
            .init(key: "country", value: "USA"), .init(key: "draft_year", value: .null),
            .init(key: "draft_round", value: .null), .init(key: "draft_number", value: .null),
        ]
    }
}
