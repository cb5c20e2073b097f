public import Basketball
public import Pipeline
public import Upstream

/// A row of the league's list of signings, waivers and trades.
public struct NbacPlayerMovement: LaidOutRow {
    public var transaction: PlayerMovementPayload.Transaction
    /// Nil for what is no player, such as a draft pick.
    public var lookup: String?

    public init(_ transaction: PlayerMovementPayload.Transaction, lookup: String?) {
        self.transaction = transaction
        self.lookup = lookup
    }

    /// The league's number for itself; the list is about no other.
    public static let leagueID = "00"

    public static let layout = RowLayout<Self>(
        "nba_raw.nbac_player_movement",
        key: ["league_id", "group_sort", "team_id", "source_player_id", "additional_sort"],
        dateColumn: nil,
        entities: [.player: "player_lookup", .team: "team_abbr"],
        [
            .text("league_id") { _ in NbacPlayerMovement.leagueID },
            .text("group_sort") { $0.transaction.groupSort },
            .integer("team_id") { $0.transaction.team.id },
            .integer("source_player_id") { $0.transaction.playerID ?? 0 },
            .integer("additional_sort") { $0.transaction.additionalSort },
            .text("transaction_type") { $0.transaction.type },
            .date("transaction_date") { $0.transaction.date },
            .integer("season_year") { Season(containing: $0.transaction.date).startYear },
            .text("transaction_description") { $0.transaction.description },
            .text("team_abbr") { $0.transaction.team.tricode },
            .text("other_team_abbr") { $0.transaction.otherTeam?.tricode },
            .integer("nba_player_id") { $0.transaction.playerID },
            .text("player_lookup") { $0.lookup },
            .text("player_full_name") { $0.transaction.playerName },
            .text("player_slug") { $0.transaction.playerSlug },
            .boolean("is_player_transaction") { $0.transaction.playerID != nil },
        ]
    )
}
