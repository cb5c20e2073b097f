import Basketball
import Foundation

/// stats.nba.com's list of signings, waivers and trades: everybody signs before his first game, and who plays for another
/// team than before was traded on the day of it.
enum PlayerMovementFormat: SourceFormat {
    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        guard request.path == "/js/data/playermovement/NBA_Player_Movement.json" else { return nil }
        let today = league.now.map { LeagueClock.gameDate(of: $0) }
        var teams: [Int32: Int] = [:]
        var rows: [(date: GameDate, json: JSON)] = []
        for season in league.store.source.seasons where season <= league.currentSeason {
            guard let book = try league.store.players(season) else { continue }
            for player in book.appearances.keys.sorted() {
                for appearance in book.appearances[player] ?? [] where teams[player] != appearance.teamID {
                    let first = book.firstDate ?? appearance.date
                    let date = teams[player] == nil ? min(appearance.date, first).adding(days: -7) : appearance.date
                    if let today, date > today { break }
                    let json = row(player, book.names[player] ?? "", teams[player], appearance.teamID, date)
                    if let json { rows.append((date, json)) }
                    teams[player] = appearance.teamID
                }
            }
        }
        // The newest come first.
        let sorted = rows.enumerated().sorted { ($1.element.date, $0.offset) < ($0.element.date, $1.offset) }
        return SimReply(
            ["NBA_Player_Movement": ["rows": .array(sorted.map(\.element.json)), "columns": []]]
        )
    }

    private static func row(_ player: Int32, _ name: String, _ from: Int?, _ to: Int, _ date: GameDate) -> JSON? {
        func team(_ id: Int?) -> Team? { Team.all.first { $0.id == id } }
        guard let to = team(to) else { return nil }
        let giver = team(from)
        let type = giver == nil ? "Signing" : "Trade"
        let slug = name.split(separator: " ").map { PlayerLookup.normalize(String($0)) }.joined(separator: "-")
        let words =
            giver.map { "\(to.fullName) received \(name) from \($0.fullName)." }
            ?? "\(to.fullName) signed \(name) to a Contract."
        return [
            "Transaction_Type": .string(type), "TRANSACTION_DATE": .string("\(date)T00:00:00"),
            "TRANSACTION_DESCRIPTION": .string(words), "TEAM_ID": .double(Double(to.id)),
            "TEAM_SLUG": .string(to.slug), "PLAYER_ID": .double(Double(player)), "PLAYER_SLUG": .string(slug),
            "Additional_Sort": .double(Double(giver?.id ?? 0)),
            "GroupSort": .string("\(type) \(date.compact)\(player)"),
        ]
    }
}
