import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.odds_api_game_lines`: spreads, totals and moneylines, one row an outcome, book and snapshot. Which team an
/// outcome means is told by its name; the order of outcomes says nothing.
struct OddsApiGameLinesProcessor: RawReader {
    static let name = "odds_api_game_lines"
    static let markets: Set<String> = ["spreads", "totals", "h2h"]
    static let needs: RawNeeds = .offers

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        OddsSnapshot.headPrefix(subject)
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<OddsAPIGameLine> {
        guard let snapshot = try OddsSnapshot.read(body, subject, markets: Self.markets) else {
            return RawContent(rows: [], scope: nil, minimumShareOfHead: 0, notes: PayloadNotes(), listedCount: 0)
        }
        var rows: [OddsAPIGameLine] = []
        var seen: Set<String> = []
        var notes = snapshot.payload.notes
        var listed = notes.rejectedCount
        for book in snapshot.payload.bookmakers {
            for market in book.markets {
                listed += market.outcomes.count
                guard Self.markets.contains(market.key) else {
                    for _ in market.outcomes { notes.drop("other_market") }
                    continue
                }
                for outcome in market.outcomes {
                    do throws(RowRejection) {
                        let row = try row(outcome, market, book, snapshot)
                        guard seen.insert("\(book.key)/\(market.key)/\(row.outcomeName)").inserted else {
                            throw RowRejection("listed_twice", "\(book.key) \(market.key) \(row.outcomeName)")
                        }
                        rows.append(row)
                    } catch {
                        notes.reject(error)
                    }
                }
            }
        }
        var content = RawContent(
            rows: rows,
            scope: snapshot.scope,
            minimumShareOfHead: 0,
            notes: notes,
            listedCount: listed
        )
        content.dropRepeats(of: subject.offers, at: snapshot.timestamp) { row in
            (
                .init(bookmaker: row.bookmaker, name: row.market),
                Offer(outcome: row.outcomeName, point: row.outcomePoint, price: row.outcomePriceAmerican)
            )
        }
        return content
    }

    private func row(
        _ outcome: OddsPayload.Outcome,
        _ market: OddsPayload.Market,
        _ book: OddsPayload.Bookmaker,
        _ snapshot: OddsSnapshot
    ) throws(RowRejection) -> OddsAPIGameLine {
        let event = snapshot.payload.event
        let subject = "\(book.key) \(market.key) \(outcome.name.prefix(40))"
        guard let price = OddsPrice.american(outcome.price) else {
            throw RowRejection("bad_price", "\(subject): \(outcome.price)")
        }
        var team: Team?
        if market.key == "totals" {
            guard outcome.name == "Over" || outcome.name == "Under" else { throw RowRejection("unknown_side", subject) }
        } else {
            do throws(TeamError) { team = try Team(named: outcome.name) } catch {
                throw RowRejection("unknown_team", subject)
            }
            guard team == event.home || team == event.away else { throw RowRejection("team_mismatch", subject) }
        }
        guard market.key == "h2h" || outcome.point != nil else {
            throw RowRejection("missing_value", "\(subject): point")
        }
        return OddsAPIGameLine(
            gameID: snapshot.gameID,
            oddsAPIEventID: event.id.rawValue,
            gameDate: event.date,
            gameStartTime: event.commencesAt,
            homeTeamAbbr: event.home.tricode,
            awayTeamAbbr: event.away.tricode,
            snapshotTimestamp: snapshot.timestamp,
            isAfterTipoff: snapshot.isAfterTipoff,
            bookmaker: book.key,
            bookmakerLastUpdate: market.lastUpdate ?? book.lastUpdate,
            market: market.key,
            outcomeName: outcome.name,
            outcomeTeamAbbr: team?.tricode,
            outcomePoint: outcome.point,
            outcomePriceAmerican: price,
            isSynthetic: market.isSynthetic
        )
    }
}
