public import Basketball
public import Foundation
public import Pipeline
public import Upstream

/// An entry of balldontlie's injury list in one capture.
public struct BdlInjury: LaidOutRow {
    public var injury: ListedInjury
    /// When the list was captured.
    public var snapshotTimestamp: Date
    public var playerLookup: String

    public init(injury: ListedInjury, snapshotTimestamp: Date, playerLookup: String) {
        self.injury = injury
        self.snapshotTimestamp = snapshotTimestamp
        self.playerLookup = playerLookup
    }

    public static let layout = RowLayout<Self>(
        "nba_raw.bdl_injuries",
        key: ["scrape_date", "snapshot_timestamp", "bdl_player_id"],
        dateColumn: "scrape_date",
        entities: [.player: "player_lookup", .team: "team_abbr"],
        [
            .date("scrape_date") { LeagueClock.gameDate(of: $0.snapshotTimestamp) },
            .instant("snapshot_timestamp") { $0.snapshotTimestamp },
            .integer("bdl_player_id") { $0.injury.player.id },
            .text("player_lookup") { $0.playerLookup },
            .text("player_full_name") { $0.injury.player.name },
            .text("team_abbr") { $0.injury.team.tricode },
            .text("injury_status") { $0.injury.status.rawValue },
            .text("injury_status_text") { $0.injury.statusText },
            .date("return_date") { $0.injury.returnDate },
            .text("return_date_text") { $0.injury.returnDateText },
            .text("reason") { $0.injury.reason },
            .text("reason_category") { $0.injury.reasonCategory },
            .text("description") { $0.injury.description },
        ]
    )
}
