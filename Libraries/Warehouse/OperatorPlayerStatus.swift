public import Basketball
public import Foundation
public import Pipeline

/// What an operator said about a player. The word entered last of those that cover a day is what holds on it.
public struct OperatorPlayerStatus: LaidOutRow {
    public var playerLookup: String
    public var playerFullName: String
    /// His team when it was said.
    public var team: Team?
    /// The first and the last day on which it holds.
    public var days: ClosedRange<GameDate>
    /// Nil: the sources speak again.
    public var status: InjuryStatus?
    public var reason: String
    public var enteredBy: String
    public var enteredAt: Date

    public init(
        playerLookup: String,
        playerFullName: String,
        team: Team?,
        days: ClosedRange<GameDate>,
        status: InjuryStatus?,
        reason: String,
        enteredBy: String,
        enteredAt: Date
    ) {
        self.playerLookup = playerLookup
        self.playerFullName = playerFullName
        self.team = team
        self.days = days
        self.status = status
        self.reason = reason
        self.enteredBy = enteredBy
        self.enteredAt = enteredAt
    }

    static let rules: [RowRule] = [.atMost("game_date", "until_date")]

    public static let layout = RowLayout<Self>(
        "nba_raw.operator_player_status",
        key: ["game_date", "player_lookup", "entered_at"],
        entities: [.player: "player_lookup", .team: "team_abbr"],
        rules: rules,
        [
            .date("game_date") { $0.days.lowerBound },
            .date("until_date") { $0.days.upperBound },
            .text("player_lookup") { $0.playerLookup },
            .text("player_full_name") { $0.playerFullName },
            .text("team_abbr") { $0.team?.tricode },
            .text("injury_status") { $0.status?.rawValue },
            .text("reason") { $0.reason },
            .text("entered_by") { $0.enteredBy },
            .instant("entered_at") { $0.enteredAt },
        ]
    )
}
