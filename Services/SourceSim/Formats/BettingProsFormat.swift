import Basketball
import Foundation

/// api.bettingpros.com's `/v3`: events, and offers on players' points, with the same lines as the bookmakers' own source.
enum BettingProsFormat: SourceFormat {
    private static let books = [(id: 10, key: "fanduel"), (id: 12, key: "draftkings"), (id: 19, key: "betmgm")]
    private static let points = 156

    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        guard request.path == "/v3/events" || request.path == "/v3/offers" else { return nil }
        guard request.headers["x-api-key"]?.isEmpty == false else { return .refusal(403, "Forbidden") }
        return request.path == "/v3/events" ? try events(request, league) : try offers(request, league)
    }

    /// BettingPros' number of a game: the league's without its zeros.
    private static func id(_ game: Game) -> Int { Int(game.id.rawValue) ?? 0 }

    /// UTC without saying so.
    private static func time(_ instant: Date) -> JSON {
        .string(String(LeagueClock.formatUTC(instant).dropLast()).replacing("T", with: " "))
    }

    private static func events(_ request: SimRequest, _ league: SimLeague) throws -> SimReply {
        let date: GameDate
        do { date = try GameDate(request.query["date"] ?? "") } catch {
            throw BadParameter(reason: "date must look like 2024-01-15")
        }
        let events = try league.games(on: date).map { game -> JSON in
            [
                "id": .int(id(game)), "sport": "NBA", "scheduled": time(game.tip),
                "season": .int(game.id.season.startYear),
                "status": league.phase(of: game) == .final ? "closed" : "scheduled",
                "home": .string(game.home.tricode), "visitor": .string(game.away.tricode),
                "participants": .array(
                    [game.home, game.away].map { side -> JSON in
                        ["id": .string(side.tricode), "name": .string(side.name)]
                    }
                ),
            ]
        }
        return SimReply(["_parameters": ["sport": "NBA", "date": .string(date.description)], "events": .array(events)])
    }

    private static func offers(_ request: SimRequest, _ league: SimLeague) throws -> SimReply {
        guard let market = Int(request.query["market_id"] ?? ""), let page = Int(request.query["page"] ?? "1"),
            let limit = Int(request.query["limit"] ?? "10"), page > 0, (1...10).contains(limit)
        else { throw BadParameter(reason: "market_id, page and limit are numbers") }
        var offers: [JSON] = []
        for text in (request.query["event_id"] ?? "").split(separator: ":") where market == points {
            guard let game = try game(String(text), league) else { continue }
            offers += try self.offers(on: game, league)
        }
        let start = (page - 1) * limit
        let end = min(start + limit, offers.count)
        return SimReply([
            "offers": .array(start < end ? Array(offers[start..<end]) : []),
            "_pagination": [
                "page": .int(page), "limit": .int(limit), "total_items": .int(offers.count),
                "total_pages": .int((offers.count + limit - 1) / limit),
            ],
        ])
    }

    private static func game(_ id: String, _ league: SimLeague) throws -> Game? {
        let known: NBAGameID
        do { known = try NBAGameID(id) } catch { return nil }
        return try league.store.book(known.season)?.game(known)
    }

    /// Lines appear on the Eastern day of the game, when every earlier day is over.
    private static func isPosted(_ game: Game, _ league: SimLeague) -> Bool {
        league.now.map { LeagueClock.gameDate(of: $0) >= game.date } ?? true
    }

    private static func offers(on game: Game, _ league: SimLeague) throws -> [JSON] {
        let season = game.id.season
        guard isPosted(game, league), let current = try league.store.players(season),
            let event = try league.store.events(season)?.idByGame[game.id]
        else { return [] }
        let previous = try league.store.players(Season(startYear: season.startYear - 1))
        var lines: [String: [(book: Int, line: PointsLine)]] = [:]
        for book in books {
            for line in PointsLine.lines(
                game: game,
                eventID: event,
                book: book.key,
                current: current,
                previous: previous
            ) {
                lines[line.player, default: []].append((book.id, line))
            }
        }
        return lines.sorted { $0.key < $1.key }.map { offer($0.key, $0.value, game, league) }
    }

    private static func offer(
        _ player: String,
        _ lines: [(book: Int, line: PointsLine)],
        _ game: Game,
        _ league: SimLeague
    ) -> JSON {
        let number = Int(stableHash("\(game.id) \(player)", salt: 13) % 1_000_000_000)
        let updated = min(game.tip.addingTimeInterval(-30 * 60), league.now ?? game.tip)
        func selection(_ side: String, isOver: Bool) -> JSON {
            let all = lines.first.map { [(book: 0, line: $0.line)] + lines } ?? []
            // An over is the better, the lower its line; the consensus is no book.
            let best = lines.min { isOver ? $0.line.point < $1.line.point : $0.line.point > $1.line.point }?.book
            let quotes = all.map { quote -> JSON in
                [
                    "id": .int(quote.book),
                    "lines": [
                        [
                            "id": .string("\(number)-\(quote.book)-\(side)"), "line": .double(quote.line.point),
                            "cost": .int(isOver ? quote.line.overPrice : quote.line.underPrice), "active": true,
                            "best": .bool(quote.book == best), "updated": time(updated),
                        ]
                    ],
                ]
            }
            var members: [JSON.Member] = [.init(key: "selection", value: .string(side))]
            if let first = lines.first {
                members.append(
                    .init(
                        key: "opening_line",
                        value: [
                            "line": .double(first.line.point), "cost": -110, "book_id": .int(first.book),
                            "created": time(game.tip.addingTimeInterval(-12 * 3600)),
                        ]
                    )
                )
            }
            members.append(.init(key: "books", value: .array(quotes)))
            return .object(members)
        }
        return [
            "id": .int(number), "event_id": .int(id(game)), "market_id": .int(points),
            "participants": [
                [
                    "id": .string(String(stableHash(player, salt: 17) % 100_000)), "name": .string(player),
                    "player": ["position": "G"],
                ]
            ],
            "selections": [selection("over", isOver: true), selection("under", isOver: false)],
        ]
    }
}
