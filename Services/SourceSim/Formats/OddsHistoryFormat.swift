import Basketball
import Foundation

/// The Odds API's history: the same objects as now, in an envelope that says of which moment they are.
enum OddsHistoryFormat: SourceFormat {
    private static let root = "/v4/historical/sports/basketball_nba/events"
    /// How long after the tip-off an event is still in the snapshots.
    private static let tail: TimeInterval = 3 * 3600

    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        guard request.path.hasPrefix(root) else { return nil }
        guard request.query["apiKey"]?.isEmpty == false else {
            return .refusal(401, "API key is missing", code: "MISSING_KEY")
        }
        guard let moment = instant(request.query["date"]), moment <= league.now ?? moment else {
            return .refusal(422, "Invalid date", code: "INVALID_HISTORICAL_TIMESTAMP")
        }
        let parts = request.path.dropFirst(root.count).split(separator: "/")
        if parts.isEmpty { return envelope(.array(try events(request, at: moment, league)), moment) }
        guard parts.count == 2, parts[1] == "odds" else { return nil }
        return try odds(String(parts[0]), request, at: moment, league)
    }

    private static func instant(_ text: String?) -> Date? {
        guard let text else { return nil }
        do { return try LeagueClock.parseUTC(text) } catch { return nil }
    }

    private static func envelope(_ data: JSON, _ moment: Date) -> SimReply {
        func time(_ offset: TimeInterval) -> JSON { .string(LeagueClock.formatUTC(moment.addingTimeInterval(offset))) }
        // The snapshot that is closest before what was asked for.
        return SimReply([
            "timestamp": time(-20), "previous_timestamp": time(-320), "next_timestamp": time(280), "data": data,
        ])
    }

    private static func events(_ request: SimRequest, at moment: Date, _ league: SimLeague) throws -> [JSON] {
        let from = instant(request.query["commenceTimeFrom"]) ?? moment
        let to = instant(request.query["commenceTimeTo"]) ?? moment.addingTimeInterval(7 * 86_400)
        let first = LeagueClock.gameDate(of: from)
        let last = max(first, LeagueClock.gameDate(of: to))
        var list: [JSON] = []
        for date in first...last {
            for game in try league.games(on: date)
            where game.tip >= from && game.tip <= to && moment < game.tip.addingTimeInterval(tail) {
                guard let id = try league.store.events(game.id.season)?.idByGame[game.id],
                    let event = OddsFormat.event(game, id: id)
                else { continue }
                list.append(.object(event))
            }
        }
        return list
    }

    private static func odds(
        _ id: String,
        _ request: SimRequest,
        at moment: Date,
        _ league: SimLeague
    ) throws -> SimReply {
        let question: OddsFormat.Question
        switch OddsFormat.Question.read(request.query) {
        case .success(let read): question = read
        case .failure(let refusal): return refusal.reply
        }
        guard let game = try league.store.game(eventID: id), let event = OddsFormat.event(game, id: id),
            moment < game.tip.addingTimeInterval(tail)
        else { return .refusal(404, "Event not found", code: "EVENT_NOT_FOUND") }
        let isPosted = LeagueClock.gameDate(of: moment) >= game.date
        let bookmakers =
            isPosted
            ? try OddsFormat.bookmakers(
                of: game,
                eventID: id,
                question,
                stamped: min(game.tip.addingTimeInterval(-30 * 60), moment.addingTimeInterval(-60)),
                store: league.store
            ) : []
        return envelope(.object(event + [.init(key: "bookmakers", value: .array(bookmakers))]), moment)
    }
}
