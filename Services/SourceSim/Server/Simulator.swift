import Basketball
import Foundation

/// Answers requests: upstream's paths, and `/_sim` for the tester.
actor Simulator {
    private let store: LeagueStore
    private var corrections = Corrections()
    private var misbehaviours: [Misbehaviour] = []
    private var requests: [String: Int] = [:]
    private var credits = Credits()
    private var now: Date?
    private var suggestion: (start: GameDate, slate: GameDate)?
    private var scheduleCache: [Season: (version: Int, now: Date?, body: [UInt8])] = [:]

    /// `asOf`: what happens later than this instant has not happened yet; nil serves everything as recorded.
    init(source: some LeagueSource, asOf: Date?) {
        store = LeagueStore(source: source)
        now = asOf
    }

    /// The answer, with the misbehaviour that applies to it.
    func reply(to request: SimRequest) -> SimReply {
        if request.path.hasPrefix("/_sim/") { return control(request) }
        requests[request.path, default: 0] += 1
        let fault: Misbehaviour?
        do {
            fault = try requestedFault(request) ?? scheduledFault(request.path)
        } catch {
            return .refusal(400, "unknown misbehaviour; one of \(Misbehaviour.Kind.allCases.map(\.rawValue))")
        }
        var reply = answer(request)
        if request.path.hasPrefix("/v4/"), reply.status == 200 { reply.headers += credits.spend() }
        return fault?.spoil(reply, path: request.path) ?? reply
    }

    private func answer(_ request: SimRequest) -> SimReply {
        guard request.method == "GET" else { return .refusal(405, "only GET") }
        do {
            switch request.path {
            case "/stats/scheduleleaguev2int", "/stats/scheduleleaguev2":
                return try schedule(label: request.query["Season"] ?? "")
            case "/static/json/staticData/scheduleLeagueV2_1.json", "/static/json/staticData/scheduleLeagueV2.json":
                return try schedule(label: currentSeason.label)
            case "/stats/leaguegamelog": return try gameLog(request.query)
            case "/stats/boxscoretraditionalv3": return try boxScore(request.query["GameID"] ?? "")
            case "/v4/sports/basketball_nba/events": return try events(request.query)
            default:
                let parts = request.path.split(separator: "/")
                if parts.count == 6, parts[0] == "v4", parts[2] == "basketball_nba", parts[3] == "events",
                    parts[5] == "odds"
                {
                    return try odds(eventID: String(parts[4]), request.query)
                }
                let league = SimLeague(
                    store: store,
                    corrections: corrections,
                    now: now,
                    currentSeason: currentSeason
                )
                for format in SourceFormats.all {
                    if let reply = try format.reply(to: request, league) { return reply }
                }
                return .refusal(404, "Not Found")
            }
        } catch let error as BadParameter {
            return .refusal(400, error.reason)
        } catch {
            // A broken data folder is the tester's problem: say so instead of an empty answer.
            return .refusal(500, "sourcesim: \(error)")
        }
    }

    /// The season of the simulated day, else the last one.
    private var currentSeason: Season {
        let last = store.source.seasons.last ?? Season(startYear: 2023)
        guard let now else { return last }
        let season = Season(containing: LeagueClock.gameDate(of: now))
        return store.source.seasons.contains(season) ? season : last
    }
}

// MARK: - Upstream paths

extension Simulator {
    private func schedule(label: String) throws -> SimReply {
        guard let season = parsed({ try Season(label: label) }) else {
            throw BadParameter(reason: "Season must look like 2023-24")
        }
        if let cached = scheduleCache[season], cached.version == corrections.version, cached.now == now {
            return SimReply(body: cached.body)
        }
        let games = try store.book(season)?.games ?? []
        let body = ScheduleFormat.payload(season: season, games: games, corrections: corrections, now: now).serialized()
        scheduleCache[season] = (corrections.version, now, body)
        return SimReply(body: body)
    }

    private func gameLog(_ query: [String: String]) throws -> SimReply {
        let names = [
            "Counter", "DateFrom", "DateTo", "Direction", "LeagueID", "PlayerOrTeam", "Season", "SeasonType", "Sorter",
        ]
        guard let subject = query["PlayerOrTeam"], ["P", "T"].contains(subject) else {
            throw BadParameter(reason: "PlayerOrTeam must be P or T")
        }
        guard let from = parsed({ try ScheduleFormat.parseSlashed(query["DateFrom"] ?? "") }),
            let to = parsed({ try ScheduleFormat.parseSlashed(query["DateTo"] ?? "") })
        else { throw BadParameter(reason: "DateFrom and DateTo must look like 01/15/2024") }
        let label = query["Season"] ?? ""
        guard let season = parsed({ try Season(label: label) }) else {
            throw BadParameter(reason: "Season must look like 2023-24")
        }
        let book = try store.book(season)
        let parsedQuery = GameLogFormat.Query(
            season: season,
            seasonLabel: label,
            seasonType: query["SeasonType"] ?? "",
            isPlayers: subject == "P",
            from: from,
            to: to,
            isDescending: query["Direction"] == "DESC",
            parameters: names.map { ($0, query[$0] ?? "") }
        )
        let players = subject == "P" ? try store.players(season) : nil
        return SimReply(
            GameLogFormat.payload(parsedQuery, book: book, players: players, corrections: corrections, now: now)
        )
    }

    private func boxScore(_ text: String) throws -> SimReply {
        guard let id = parsed({ try NBAGameID(text) }) else {
            throw BadParameter(reason: "GameID must have ten digits")
        }
        guard let game = try store.book(id.season)?.game(id) else { return .refusal(404, "Game not found") }
        return SimReply(
            BoxScoreFormat.payload(
                game: game,
                rows: try store.players(id.season)?.rows[id] ?? [],
                absentees: try store.source.absentees(game: game, season: id.season),
                corrections: corrections,
                now: now
            )
        )
    }

    private func events(_ query: [String: String]) throws -> SimReply {
        if let refusal = keyRefusal(query) { return refusal }
        guard let from = parsed({ try Self.instant(query["commenceTimeFrom"]) }),
            let to = parsed({ try Self.instant(query["commenceTimeTo"]) })
        else {
            return .refusal(422, "Invalid commenceTimeFrom or commenceTimeTo", code: "INVALID_COMMENCE_TIME")
        }
        // Without a range: what is coming, or the whole last season when time stands still.
        let seasons: [Season] =
            if from == nil && to == nil {
                [currentSeason]
            } else {
                store.source.seasons.filter { season in
                    from.map { Season(containing: LeagueClock.gameDate(of: $0)) <= season } ?? true
                        && to.map { season <= Season(containing: LeagueClock.gameDate(of: $0)) } ?? true
                }
            }
        let earliest = from ?? (to == nil ? now : nil)
        var list: [JSON] = []
        for season in seasons {
            guard let book = try store.book(season), let index = try store.events(season) else { continue }
            for game in book.games {
                if let earliest, game.tip < earliest { continue }
                if let to, game.tip > to { continue }
                guard let id = index.idByGame[game.id], let event = OddsFormat.event(game, id: id) else { continue }
                list.append(.object(event))
            }
        }
        return SimReply(.array(list))
    }

    private func odds(eventID: String, _ query: [String: String]) throws -> SimReply {
        if let refusal = keyRefusal(query) { return refusal }
        let question: OddsFormat.Question
        switch OddsFormat.Question.read(query) {
        case .success(let read): question = read
        case .failure(let refusal): return refusal.reply
        }
        guard let game = try store.game(eventID: eventID), let event = OddsFormat.event(game, id: eventID) else {
            return .refusal(404, "Event not found", code: "EVENT_NOT_FOUND")
        }
        let bookmakers =
            try isPosted(game)
            ? OddsFormat.bookmakers(
                of: game,
                eventID: eventID,
                question,
                stamped: min(game.tip.addingTimeInterval(-30 * 60), now ?? game.tip),
                store: store
            ) : []
        return SimReply(.object(event + [.init(key: "bookmakers", value: .array(bookmakers))]))
    }

    /// Lines appear on the Eastern day of the game, when every earlier day is over.
    private func isPosted(_ game: Game) -> Bool {
        guard let now else { return true }
        return LeagueClock.gameDate(of: now) >= game.date
    }

    private func keyRefusal(_ query: [String: String]) -> SimReply? {
        let key = query["apiKey"] ?? ""
        return key.isEmpty ? .refusal(401, "API key is missing", code: "MISSING_KEY") : nil
    }

    private static func instant(_ text: String?) throws -> Date? {
        guard let text, !text.isEmpty else { return nil }
        return try LeagueClock.parseUTC(text)
    }

    /// nil for a value that does not parse; the caller answers with the parameter's rule.
    private func parsed<Value>(_ body: () throws -> Value) -> Value? {
        do { return try body() } catch { return nil }
    }
}

// MARK: - Faults and control

extension Simulator {
    private struct UnknownKind: Error {}

    private func requestedFault(_ request: SimRequest) throws -> Misbehaviour? {
        guard let text = request.headers["x-sim-misbehave"] ?? request.query["X-Sim-Misbehave"] else { return nil }
        guard let kind = Misbehaviour.Kind(rawValue: text) else { throw UnknownKind() }
        return Misbehaviour(kind: kind)
    }

    private func scheduledFault(_ path: String) -> Misbehaviour? {
        guard let index = misbehaviours.firstIndex(where: { $0.applies(to: path) }) else { return nil }
        let fault = misbehaviours[index]
        let left = fault.times ?? 1
        if left > 1 {
            misbehaviours[index].times = left - 1
        } else if left >= 0 {
            misbehaviours.remove(at: index)
        }
        return fault
    }

    private func control(_ request: SimRequest) -> SimReply {
        switch (request.method, request.path) {
        case ("GET", "/_sim/health"):
            do { suggestion = try suggestion ?? store.suggestion() } catch {
                return .refusal(500, "the league cannot be read: \(error)")
            }
            return SimReply(health)
        case ("GET", "/_sim/requests"):
            let paths = requests.sorted { $0.key < $1.key }.map { JSON.Member(key: $0.key, value: .int($0.value)) }
            return SimReply(["total": .int(requests.values.reduce(0, +)), "paths": .object(paths)])
        case ("DELETE", "/_sim/requests"):
            requests.removeAll()
            return SimReply(["status": "ok"])
        case ("GET", "/_sim/redirect-loop"):
            return Misbehaviour.redirect(hop: (Int(request.query["hop"] ?? "") ?? 0) + 1)
        case ("POST", "/_sim/misbehave"):
            return decoded(Misbehaviour.self, request) { fault in
                if fault.times != 0 { misbehaviours.append(fault) }
                return SimReply(["status": "ok", "waiting": .int(misbehaviours.count)])
            }
        case ("DELETE", "/_sim/misbehave"):
            misbehaviours.removeAll()
            return SimReply(["status": "ok", "waiting": 0])
        case ("POST", "/_sim/patch"): return decoded(Corrections.Patch.self, request, patch)
        case ("POST", "/_sim/injury"): return decoded(Corrections.InjuryWord.self, request, injury)
        case ("DELETE", "/_sim/patch"):
            corrections.removeAll()
            return SimReply(["status": "ok"])
        case ("POST", "/_sim/credits"):
            return decoded(Credits.self, request) { given in
                credits = given
                return SimReply(["status": "ok"])
            }
        case ("POST", "/_sim/clock"): return decoded(ClockChange.self, request, setClock)
        default: return .refusal(404, "no such control path")
        }
    }

    private var health: JSON {
        [
            "status": "ok", "source": .string(store.source.kind),
            "seasons": .array(store.source.seasons.map { .string($0.label) }),
            "as_of": now.map { .string(LeagueClock.formatUTC($0)) } ?? .null,
            "season_start": suggestion.map { .string($0.start.description) } ?? .null,
            "suggested_slate": suggestion.map { .string($0.slate.description) } ?? .null,
        ]
    }

    private struct ClockChange: Decodable {
        enum CodingKeys: String, CodingKey { case asOf = "as_of" }

        let asOf: String?
    }

    private func setClock(_ change: ClockChange) -> SimReply {
        guard let text = change.asOf else {
            now = nil
            return SimReply(health)
        }
        guard let instant = parsed({ try AsOf.parse(text) }) else {
            return .refusal(400, "as_of must look like 2024-01-15 or 2024-01-15T23:00:00Z")
        }
        now = instant
        return SimReply(health)
    }

    private func patch(_ patch: Corrections.Patch) -> SimReply {
        guard let id = parsed({ try NBAGameID(patch.gameID) }) else {
            return .refusal(400, "game_id must have ten digits")
        }
        do {
            guard let game = try store.book(id.season)?.game(id) else { return .refusal(404, "no such game") }
            let rows = patch.kind == .playerLog ? try store.players(id.season)?.rows[id] ?? [] : []
            try corrections.apply(patch, game: game, rows: rows)
            return SimReply(["status": "ok", "version": .int(corrections.version)])
        } catch let error as Corrections.Rejected {
            return .refusal(400, error.reason)
        } catch {
            return .refusal(500, "sourcesim: \(error)")
        }
    }

    private func injury(_ word: Corrections.InjuryWord) -> SimReply {
        guard let id = parsed({ try NBAGameID(word.gameID) }) else {
            return .refusal(400, "game_id must have ten digits")
        }
        do {
            guard let game = try store.book(id.season)?.game(id) else { return .refusal(404, "no such game") }
            let league = SimLeague(store: store, corrections: corrections, now: now, currentSeason: currentSeason)
            let squads = try [game.home, game.away].flatMap { try league.squad(of: $0, on: game.date) }
            guard squads.contains(where: { $0.playerID == word.playerID }) else {
                return .refusal(404, "no such player with either team")
            }
            try corrections.say(word, game: game)
            return SimReply(["status": "ok", "version": .int(corrections.version)])
        } catch let error as Corrections.Rejected {
            return .refusal(400, error.reason)
        } catch {
            return .refusal(500, "sourcesim: \(error)")
        }
    }

    private func decoded<Body: Decodable>(
        _ type: Body.Type,
        _ request: SimRequest,
        _ body: (Body) -> SimReply
    ) -> SimReply {
        do {
            return body(try JSONDecoder().decode(type, from: Data(request.body)))
        } catch {
            return .refusal(400, "body: \(error)")
        }
    }
}

/// What the Odds API counts against a plan and says with each answer.
struct Credits: Decodable {
    var used = 0
    var limit = 100_000

    /// One more request; the headers that tell.
    mutating func spend() -> [(String, String)] {
        used += 1
        return [("x-requests-used", String(used)), ("x-requests-remaining", String(max(0, limit - used)))]
    }
}

/// The instant behind an `--as-of` value.
enum AsOf {
    /// A day means its first Eastern minute; otherwise a UTC instant ending in Z.
    static func parse(_ text: String) throws -> Date {
        if text.contains("T") { return try LeagueClock.parseUTC(text) }
        return LeagueClock.instant(try GameDate(text), hour: 0, minute: 0)
    }
}
