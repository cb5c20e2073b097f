import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.odds_api_player_points_props`: points lines, one row a player, book, line and the snapshot that first had it. Over and under are
/// paired by player and point, because a book may offer several lines for one player.
struct OddsApiPlayerPointsPropsProcessor: RawReader {
    static let name = "odds_api_player_points_props"
    static let market = "player_points"
    static let needs: RawNeeds = .offers

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        OddsSnapshot.headPrefix(subject)
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<OddsAPIPlayerPointsProp> {
        guard let snapshot = try OddsSnapshot.read(body, subject, markets: [Self.market]) else {
            return RawContent(rows: [], scope: nil, minimumShareOfHead: 0, notes: PayloadNotes(), listedCount: 0)
        }
        var lines = Lines()
        var notes = snapshot.payload.notes
        var listed = notes.rejectedCount
        for book in snapshot.payload.bookmakers {
            for market in book.markets {
                listed += market.outcomes.count
                guard market.key == Self.market else {
                    for _ in market.outcomes { notes.drop("other_market") }
                    continue
                }
                for outcome in market.outcomes {
                    do throws(RowRejection) {
                        try add(outcome, market, book, snapshot, to: &lines)
                    } catch {
                        notes.reject(error)
                    }
                }
            }
        }
        var content = RawContent(
            rows: lines.rows,
            scope: snapshot.scope,
            minimumShareOfHead: 0,
            notes: notes,
            listedCount: listed
        )
        content.dropRepeats(of: subject.offers, at: snapshot.timestamp) { row in
            (
                .init(bookmaker: row.bookmaker, name: row.playerLookup),
                Offer(point: row.pointsLine, price: row.overPriceAmerican, otherPrice: row.underPriceAmerican)
            )
        }
        return content
    }

    private struct Line: Hashable {
        var book: String
        var lookup: String
        var point: Double
    }

    private struct Lines {
        var rows: [OddsAPIPlayerPointsProp] = []
        var places: [Line: Int] = [:]
    }

    private func add(
        _ outcome: OddsPayload.Outcome,
        _ market: OddsPayload.Market,
        _ book: OddsPayload.Bookmaker,
        _ snapshot: OddsSnapshot,
        to lines: inout Lines
    ) throws(RowRejection) {
        let name = outcome.player ?? ""
        let line = Line(book: book.key, lookup: PlayerLookup.normalize(name), point: try point(outcome))
        guard !line.lookup.isEmpty else { throw RowRejection("no_name", "\(book.key): an outcome without player") }
        guard let price = OddsPrice.american(outcome.price) else {
            throw RowRejection("bad_price", "\(book.key) \(name): \(outcome.price)")
        }
        let side: WritableKeyPath<OddsAPIPlayerPointsProp, Int?>
        switch outcome.name {
        case "Over": side = \.overPriceAmerican
        case "Under": side = \.underPriceAmerican
        default: throw RowRejection("unknown_side", "\(book.key) \(name): \(outcome.name.prefix(20))")
        }
        let place = lines.places[line] ?? lines.rows.count
        if place == lines.rows.count {
            lines.places[line] = place
            lines.rows.append(row(name, line, market, book, snapshot))
        }
        guard lines.rows[place][keyPath: side] == nil else {
            throw RowRejection("listed_twice", "\(book.key) \(name) \(outcome.name) \(line.point)")
        }
        lines.rows[place][keyPath: side] = price
    }

    private func point(_ outcome: OddsPayload.Outcome) throws(RowRejection) -> Double {
        guard let point = outcome.point else {
            throw RowRejection("missing_value", "\(outcome.player ?? outcome.name): point")
        }
        guard point > 0, point < 100 else {
            throw RowRejection("line_out_of_range", "\(outcome.player ?? outcome.name): \(point)")
        }
        return point
    }

    private func row(
        _ name: String,
        _ line: Line,
        _ market: OddsPayload.Market,
        _ book: OddsPayload.Bookmaker,
        _ snapshot: OddsSnapshot
    ) -> OddsAPIPlayerPointsProp {
        let event = snapshot.payload.event
        return OddsAPIPlayerPointsProp(
            gameID: snapshot.gameID,
            oddsAPIEventID: event.id.rawValue,
            gameDate: event.date,
            gameStartTime: event.commencesAt,
            homeTeamAbbr: event.home.tricode,
            awayTeamAbbr: event.away.tricode,
            snapshotTimestamp: snapshot.timestamp,
            minutesBeforeTipoff: snapshot.minutesBeforeTipoff,
            isAfterTipoff: snapshot.isAfterTipoff,
            bookmaker: book.key,
            bookmakerLastUpdate: market.lastUpdate ?? book.lastUpdate,
            playerName: name,
            playerLookup: line.lookup,
            pointsLine: line.point,
            overPriceAmerican: nil,
            underPriceAmerican: nil,
            isSynthetic: market.isSynthetic
        )
    }
}
