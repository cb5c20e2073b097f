import Basketball
import Foundation

/// ESPN's API: a team with its players.
enum ESPNRosterFormat: SourceFormat {
    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        let pattern = /\/apis\/site\/v2\/sports\/basketball\/nba\/teams\/([A-Za-z0-9]+)/
        guard let match = request.path.wholeMatch(of: pattern) else { return nil }
        guard let team = Team.all.first(where: { $0.espnCode.lowercased() == match.1.lowercased() }) else {
            return .refusal(404, "Not Found")
        }
        let athletes = request.query["enable"] == "roster" ? try league.roster(of: team).map(athlete) : []
        return SimReply([
            "team": [
                "id": .string("\(team.id % 100)"), "abbreviation": .string(team.espnCode),
                "displayName": .string(team.fullName), "athletes": .array(athletes),
            ]
        ])
    }

    private static func athlete(_ member: SquadMember) -> JSON {
        let facts = PlayerFacts(member.playerID)
        return [
            "id": .string("\(member.playerID)"), "displayName": .string(member.name), "jersey": .string(facts.jersey),
            "height": .double(facts.heightInches), "weight": .double(Double(facts.weightPounds)),
            "dateOfBirth": .string("\(facts.birthDate)T07:00Z"), "position": ["abbreviation": .string(facts.position)],
            "birthPlace": ["city": "Springfield", "country": "USA"], "injuries": [],
            "experience": ["years": .int(facts.experienceYears)], "status": ["type": "active"],
        ]
    }
}

/// Basketball-Reference's page of a team and a season, named by the season's last year.
enum BasketballReferenceFormat: SourceFormat {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        guard let match = request.path.wholeMatch(of: /\/teams\/([A-Z]{3})\/(\d{4})\.html/) else { return nil }
        guard let team = Team.all.first(where: { $0.basketballReferenceCode == match.1 }), let year = Int(match.2),
            let book = try league.store.players(Season(startYear: year - 1))
        else { return .refusal(404, "Not Found") }
        let season = Season(startYear: year - 1)
        let today = league.now.map { LeagueClock.gameDate(of: $0) }
        // Everybody who was with the team so far; before its first game those who will play it.
        let players = (book.squads[team.id] ?? []).filter { id in
            let first = book.appearances[id]?.first { $0.teamID == team.id }?.date
            let opening = book.firstDate
            return today.map { day in first.map { $0 <= max(day, (opening ?? day).adding(days: 7)) } ?? false } ?? true
        }
        let rows = players.map { row(SquadMember(playerID: $0, name: book.names[$0] ?? "")) }.joined(separator: "\n")
        let title = "\(season.label) \(team.oddsAPIName) Roster and Stats | Basketball-Reference.com"
        let page = """
            <!DOCTYPE html><html><head><meta charset="utf-8"><title>\(title)</title>
            <link rel="canonical" href="https://www.basketball-reference.com\(request.path)"></head><body>
            <div id="all_roster"><!--
            <table id="roster"><thead><tr><th data-stat="number">No.</th><th data-stat="player">Player</th></tr></thead>
            <tbody>
            \(rows)
            </tbody></table>
            --></div></body></html>
            """
        return SimReply(contentType: "text/html; charset=utf-8", body: Array(page.utf8))
    }

    private static func row(_ member: SquadMember) -> String {
        let facts = PlayerFacts(member.playerID)
        let name = member.name.replacingOccurrences(of: "&", with: "&amp;")
        let birth = "\(months[facts.birthDate.month - 1]) \(facts.birthDate.day), \(facts.birthDate.year)"
        let height = "\(Int(facts.heightInches) / 12)-\(Int(facts.heightInches) % 12)"
        return """
            <tr><th scope="row" data-stat="number">\(facts.jersey)</th>\
            <td data-stat="player"><a href="/players/p/p\(member.playerID).html">\(name)</a></td>\
            <td data-stat="pos">\(facts.position)</td><td data-stat="height">\(height)</td>\
            <td data-stat="weight">\(facts.weightPounds)</td><td data-stat="birth_date">\(birth)</td>\
            <td data-stat="years_experience">\(facts.experienceYears == 0 ? "R" : "\(facts.experienceYears)")</td>\
            <td data-stat="college"></td></tr>
            """
    }
}

/// nba.com's page of a team, with the data that it is drawn from.
enum TeamPageFormat: SourceFormat {
    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        guard let match = request.path.wholeMatch(of: /\/team\/(\d{10})\/([a-z0-9]+)\/roster/) else { return nil }
        guard let team = Team.all.first(where: { "\($0.id)" == match.1 && $0.slug == match.2 }) else {
            return .refusal(404, "Not Found")
        }
        let roster = try league.roster(of: team).map { member -> JSON in
            let facts = PlayerFacts(member.playerID)
            return [
                "TeamID": .int(team.id), "SEASON": .string("\(league.currentSeason.startYear)"), "LeagueID": "00",
                "PLAYER": .string(member.name), "NUM": .string(facts.jersey), "POSITION": .string(facts.position),
                "PLAYER_ID": .int(Int(member.playerID)),
            ]
        }
        let data: JSON = ["props": ["pageProps": ["team": ["id": .int(team.id), "roster": .array(roster)]]]]
        let script = String(decoding: data.serialized(), as: UTF8.self).replacingOccurrences(of: "</", with: "<\\/")
        let page = """
            <!DOCTYPE html><html><head><title>\(team.fullName) Roster</title></head><body><div id="__next"></div>
            <script id="__NEXT_DATA__" type="application/json">\(script)</script></body></html>
            """
        return SimReply(contentType: "text/html; charset=utf-8", body: Array(page.utf8))
    }
}

/// What sites tell about a player, made up.
struct PlayerFacts {
    let jersey: String
    let position: String
    let heightInches: Double
    let weightPounds: Int
    let birthDate: GameDate
    let experienceYears: Int

    init(_ player: Int32) {
        let facts = stableHash("player \(player)", salt: 7)
        jersey = String(facts % 56)
        position = ["PG", "SG", "SF", "PF", "C"][Int((facts >> 8) % 5)]
        heightInches = 72 + Double((facts >> 16) % 12)
        weightPounds = 180 + Int((facts >> 24) % 90)
        experienceYears = Int((facts >> 32) % 12)
        birthDate = GameDate.earliest.adding(days: 365 * 50 + Int((facts >> 40) % 3_000))
    }
}

extension SimLeague {
    /// The players of a team on the simulated day, or at the end of the last season.
    func roster(of team: Team) throws -> [SquadMember] {
        let last = try store.book(currentSeason)?.games.last?.date.adding(days: 1)
        guard let date = now.map({ LeagueClock.gameDate(of: $0) }) ?? last else { return [] }
        // Between seasons the coming one is not known.
        return try squad(of: Side(team), on: min(date, last ?? date))
    }
}
