public import Basketball
import Pipeline

/// A player's line of one game on ESPN's page.
public struct ESPNLine: Sendable, Hashable {
    /// ESPN's own number.
    public var playerID: Int
    public var name: String
    public var jerseyNumber: String?
    public var team: Team
    public var opponent: Team
    public var isHome: Bool
    public var isStarter: Bool
    /// Whole minutes; nil for a player who did not play.
    public var minutes: Double?
    /// Nil for a player who did not play.
    public var statistics: StatLine?
    /// Why he did not play, such as `COACH'S DECISION`.
    public var absenceReason: String?
}

/// The box score of one game, from the data inside the page `boxscore?gameId=`.
public struct ESPNBoxScore: Sendable, Hashable {
    public var game: ESPNGame
    public var lines: [ESPNLine]
    public var notes: PayloadNotes
    /// The players of the page.
    public var listedCount: Int

    /// Reads a page. Throws ``PayloadError``, also when it is about another game or teams that are not the league's.
    public static func parse(_ body: [UInt8], game id: String) throws -> ESPNBoxScore {
        let page = try EmbeddedJSON(page: body)
        guard let strip = try page.object("gmStrp") else {
            // A page of the site without a game is not what was asked for; any other page is the site refusing us.
            let isOurs = page.holds("espnfitt") || page.holds("ESPNFITT")
            throw PayloadError(isOurs ? .structure : .blocked, "a page without a game: \(page.title)")
        }
        var box: ESPNBoxScore
        do {
            box = ESPNBoxScore(game: try header(strip), lines: [], notes: PayloadNotes(), listedCount: 0)
        } catch let dropped as RowDropped {
            throw PayloadError(.wrongSubject, "the game is none of the league's: \(dropped.reason)")
        } catch {
            throw PayloadError(.structure, RowRejection.of(error).description)
        }
        guard box.game.id == id else { throw PayloadError(.wrongSubject, "asked for \(id), got \(box.game.id)") }
        guard box.game.status == .live || box.game.status == .final else { return box }
        guard let sides = try page.list("bxscr")?.arrayValue else {
            throw PayloadError(.structure, "the game has begun and there is no box score")
        }
        for side in sides { try box.read(side) }
        box.checkSums()
        return box
    }

    /// The strip above the page: which game, and how it stands.
    private static func header(_ strip: JSONValue) throws -> ESPNGame {
        let fields = try Fields(strip, "gmStrp")
        let id = try ESPN.id(fields, "gid")
        let state = try fields.fields("status")
        let status = try ESPN.status(state: state.text("state"), name: try state.optionalText("desc") ?? "", id)
        let sides = try fields.list("tms").map { try Fields($0, "gmStrp.tms") }
        func side(isHome: Bool) throws -> (team: Team, score: Int?, periods: Int) {
            let found = try sides.filter { try $0.optionalBoolean("isHome") == isHome }
            guard found.count == 1, let side = found.first else {
                throw RowRejection("no_home_and_away", "\(found.count) sides are \(isHome ? "home" : "away")")
            }
            let periods = side.value("linescores")?.arrayValue?.count ?? 0
            return (try ESPN.team(side, "abbrev"), try side.optionalInteger("score"), periods)
        }
        let (home, away) = (try side(isHome: true), try side(isHome: false))
        let startsAt = try ESPN.instant(fields, "dt")
        let hasBegun = status == .live || status == .final
        return ESPNGame(
            id: id,
            startsAt: startsAt,
            season: Season(containing: LeagueClock.gameDate(of: startsAt)),
            seasonType: try fields.optionalInteger("seasonType"),
            status: status,
            statusText: try state.optionalText("det"),
            periods: hasBegun && home.periods > 0 ? home.periods : nil,
            home: home.team,
            away: away.team,
            homeScore: hasBegun ? home.score : nil,
            awayScore: hasBegun ? away.score : nil
        )
    }

    /// One team with its starters and its bench.
    private mutating func read(_ side: JSONValue) throws {
        let isHome: Bool
        let groups: [JSONValue]
        do {
            let fields = try Fields(side, "bxscr")
            let about = try fields.fields("tm")
            guard let flag = try about.optionalBoolean("hm") else {
                throw PayloadError(.structure, "a side of the box score does not say whether it is home")
            }
            isHome = flag
            guard try ESPN.team(about, "abbrev") == (isHome ? game.home : game.away) else {
                throw PayloadError(.structure, "the box score has another \(isHome ? "home" : "away") team")
            }
            groups = try fields.list("stats")
        } catch let error as PayloadError {
            throw error
        } catch {
            throw PayloadError(.structure, RowRejection.of(error).description)
        }
        for group in groups {
            guard let kind = group["type"]?.stringValue, kind != "totals" else { continue }
            let keys = (group["keys"]?.arrayValue ?? []).map { $0.stringValue ?? "" }
            for athlete in group["athlts"]?.arrayValue ?? [] {
                listedCount += 1
                do throws(RowRejection) {
                    let line = try line(Fields(athlete, "athlts"), keys, isHome: isHome, isStarter: kind == "starters")
                    guard !lines.contains(where: { $0.playerID == line.playerID }) else {
                        throw RowRejection("listed_twice", "\(line.playerID) \(line.name)")
                    }
                    lines.append(line)
                } catch {
                    notes.reject(error)
                }
            }
        }
    }

    private func line(
        _ row: Fields,
        _ keys: [String],
        isHome: Bool,
        isStarter: Bool
    ) throws(RowRejection) -> ESPNLine {
        let about = try row.fields("athlt")
        var line = ESPNLine(
            playerID: try about.integer("id"),
            name: try about.text("dspNm"),
            jerseyNumber: try about.optionalText("jersey"),
            team: isHome ? game.home : game.away,
            opponent: isHome ? game.away : game.home,
            isHome: isHome,
            isStarter: isStarter
        )
        let cells = try row.list("stats").map { $0.stringValue ?? "" }
        guard !cells.isEmpty else {
            line.absenceReason = try row.optionalText("dnpRsn").map { reason in
                reason.hasPrefix("DNP-") ? String(reason.dropFirst(4)).trimmed : reason
            }
            return line
        }
        guard cells.count == keys.count else {
            throw RowRejection("unexpected_structure", "\(line.name): \(cells.count) cells for \(keys.count) keys")
        }
        let byKey = Dictionary(zip(keys, cells)) { first, _ in first }
        line.minutes = try Self.minutes(byKey["minutes"], line.name)
        line.statistics = try Self.statistics(byKey, line.name)
        try line.statistics?.check(line.name)
        return line
    }

    private static func minutes(_ text: String?, _ name: String) throws(RowRejection) -> Double? {
        guard let text else { throw RowRejection("missing_value", "\(name): minutes") }
        do { return try Minutes.parse(text)?.minutes } catch {
            throw RowRejection("bad_minutes", "\(name): \"\(text.prefix(20))\"")
        }
    }

    private static let counts: [(String, any WritableKeyPath<StatLine, Int> & Sendable)] = [
        ("points", \.points), ("offensiveRebounds", \.offensiveRebounds), ("defensiveRebounds", \.defensiveRebounds),
        ("rebounds", \.totalRebounds), ("assists", \.assists), ("steals", \.steals), ("blocks", \.blocks),
        ("turnovers", \.turnovers), ("fouls", \.personalFouls),
    ]

    private static let shots:
        [(String, any WritableKeyPath<StatLine, Int> & Sendable, any WritableKeyPath<StatLine, Int> & Sendable)] = [
            ("fieldGoalsMade-fieldGoalsAttempted", \.fieldGoalsMade, \.fieldGoalsAttempted),
            (
                "threePointFieldGoalsMade-threePointFieldGoalsAttempted", \.threePointersMade,
                \.threePointersAttempted
            ),
            ("freeThrowsMade-freeThrowsAttempted", \.freeThrowsMade, \.freeThrowsAttempted),
        ]

    /// The cells by the page's own keys, because the order of columns is the page's to change.
    private static func statistics(_ cells: [String: String], _ name: String) throws(RowRejection) -> StatLine {
        func number(_ key: String, _ text: some StringProtocol) throws(RowRejection) -> Int {
            guard let number = Int(text) else {
                throw RowRejection("unexpected_type", "\(name): \(key) is \"\(text.prefix(20))\"")
            }
            return number
        }
        func cell(_ key: String) throws(RowRejection) -> String {
            guard let text = cells[key] else { throw RowRejection("missing_value", "\(name): \(key)") }
            return text
        }
        var line = StatLine()
        for (key, path) in counts { line[keyPath: path] = try number(key, try cell(key)) }
        for (key, made, attempted) in shots {
            let parts = try cell(key).split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw RowRejection("unexpected_type", "\(name): \(key)") }
            line[keyPath: made] = try number(key, parts[0])
            line[keyPath: attempted] = try number(key, parts[1])
        }
        if let text = cells["plusMinus"], !text.isEmpty { line.plusMinus = try number("plusMinus", text) }
        return line
    }

    /// The players' points are the team's; a difference does not say whose line is wrong, so that the lines stay.
    private mutating func checkSums() {
        guard game.status == .final else { return }
        for (team, isHome, score) in [(game.home, true, game.homeScore), (game.away, false, game.awayScore)] {
            let points = lines.filter { $0.isHome == isHome }.reduce(0) { $0 + ($1.statistics?.points ?? 0) }
            guard let score, points != score else { continue }
            notes.reject(RowRejection("points_are_not_the_score", "\(team): players \(points), score \(score)"))
        }
    }
}
