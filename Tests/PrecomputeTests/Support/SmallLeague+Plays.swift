import Basketball
import Foundation
import Pipeline
import Warehouse

/// An attempt as the play-by-play table holds it; what Phase 3 does not read is left out.
struct LeagueShot: LaidOutRow, Hashable {
    var gameID: String
    var nbaGameID: String
    var date: GameDate
    var home: String
    var away: String
    var number: Int
    var team: String
    var shooter: String
    var assistant: String?
    var blocker: String?
    var isMade: Bool
    /// 2PT, 3PT or FT.
    var type: String
    /// Which kind of free throw it was.
    var subtype: String?
    var feet: Double?

    static let layout = RowLayout<Self>(
        "nba_raw.bigdataball_play_by_play",
        key: ["game_date", "nba_game_id", "event_sequence"],
        entities: [.player: "player_1_lookup", .team: "team_abbr", .game: "game_id"],
        [
            .text("game_id") { $0.gameID }, .text("nba_game_id") { $0.nbaGameID }, .date("game_date") { $0.date },
            .integer("season_year") { _ in 2023 }, .text("home_team_abbr") { $0.home },
            .text("away_team_abbr") { $0.away }, .integer("event_sequence") { $0.number },
            .integer("period") { _ in 1 }, .text("game_clock") { _ in "6:00" },
            .integer("game_clock_seconds") { _ in 360 }, .integer("period_elapsed_seconds") { _ in 360 },
            .integer("time_elapsed_seconds") { _ in 360 }, .text("event_type") { _ in "shot" },
            .integer("score_home") { _ in 0 }, .integer("score_away") { _ in 0 }, .text("team_abbr") { $0.team },
            .text("player_1_lookup") { $0.shooter }, .text("assist_player_lookup") { $0.assistant },
            .text("block_player_lookup") { $0.blocker }, .boolean("shot_made") { $0.isMade },
            .text("shot_type") { $0.type }, .text("event_subtype") { $0.subtype }, .double("shot_distance") { $0.feet },
            .integer("free_throw_number") { $0.type == "FT" ? 1 : nil },
            .integer("free_throws_awarded") { $0.type == "FT" ? 1 : nil },
        ]
    )
}

/// A player of a team's roster as its table holds him.
struct LeagueRosterLine: LaidOutRow, Hashable {
    var team: String
    var number: Int
    var player: String
    var birthDate: GameDate
    /// The date of the run that found the roster.
    var arrived: GameDate

    static let layout = RowLayout<Self>(
        "nba_raw.espn_team_rosters",
        key: ["team_abbr", "espn_player_id"],
        dateColumn: nil,
        entities: [.player: "player_lookup", .team: "team_abbr"],
        [
            .text("team_abbr") { $0.team }, .integer("espn_player_id") { $0.number },
            .text("player_lookup") { $0.player }, .text("player_full_name") { $0.player.capitalized },
            .date("birth_date") { $0.birthDate },
        ]
    )
}

/// A player of a gamebook as its table holds him.
struct LeagueGamebookLine: LaidOutRow, Hashable {
    var game: NbacPlayerBoxscore
    var home: String
    var away: String
    /// active, dnp or inactive.
    var status: String
    var reason: String?
    var isStarter: Bool

    private var line: NbacPlayerBoxscore? { status == "active" ? game : nil }

    static let layout = RowLayout<Self>(
        "nba_raw.nbac_gamebook_player_stats",
        key: ["game_id", "team_abbr", "listed_as"],
        entities: [.player: "player_lookup", .team: "team_abbr", .game: "game_id"],
        [
            .text("game_id") { $0.game.gameID }, .text("nba_game_id") { $0.game.nbaGameID },
            .date("game_date") { $0.game.gameDate }, .integer("season_year") { _ in 2023 },
            .text("home_team_abbr") { $0.home }, .text("away_team_abbr") { $0.away },
            .text("team_abbr") { $0.game.teamAbbr }, .text("listed_as") { $0.game.playerLookup },
            .text("player_name_printed") { $0.game.playerFullName },
            .text("player_full_name") { $0.game.playerFullName }, .text("player_lookup") { $0.game.playerLookup },
            .text("player_status") { $0.status }, .text("absence_reason") { $0.reason },
            .text("name_resolution_status") { _ in "original" }, .double("name_resolution_confidence") { _ in 1 },
            .boolean("requires_manual_review") { _ in false },
            .text("starting_position") { $0.isStarter ? "F" : nil }, .double("minutes") { $0.line?.minutes },
            .integer("points") { $0.line?.points }, .integer("field_goals_made") { $0.line?.fieldGoalsMade },
            .integer("field_goals_attempted") { $0.line?.fieldGoalsAttempted },
            .integer("three_pointers_made") { $0.line?.threePointersMade },
            .integer("three_pointers_attempted") { $0.line?.threePointersAttempted },
            .integer("free_throws_made") { $0.line?.freeThrowsMade },
            .integer("free_throws_attempted") { $0.line?.freeThrowsAttempted },
            .integer("offensive_rebounds") { $0.line?.offensiveRebounds },
            .integer("defensive_rebounds") { $0.line?.defensiveRebounds },
            .integer("total_rebounds") { $0.line?.totalRebounds }, .integer("assists") { $0.line?.assists },
            .integer("steals") { $0.line?.steals }, .integer("blocks") { $0.line?.blocks },
            .integer("turnovers") { $0.line?.turnovers }, .integer("personal_fouls") { $0.line?.personalFouls },
            .integer("plus_minus") { $0.line?.plusMinus },
        ]
    )
}

extension SmallLeague {
    /// The attempts of a game, as many as its box score has, and sometimes a foul with one.
    mutating func addShots(_ rows: [NbacPlayerBoxscore], home: String, away: String) {
        for row in rows {
            let (made, threes) = (row.fieldGoalsMade ?? 0, row.threePointersMade ?? 0)
            let threeAttempts = min(row.threePointersAttempted ?? 0, (row.fieldGoalsAttempted ?? 0) - (made - threes))
            for number in 0..<(row.fieldGoalsAttempted ?? 0) {
                let isThree = number < threeAttempts
                let isMade = isThree ? number < threes : number - threeAttempts < made - threes
                let others = rows.filter {
                    ($0.teamAbbr == row.teamAbbr) == isMade && $0.playerLookup != row.playerLookup
                }
                let other = Bool.random(using: &random) ? others.randomElement(using: &random)?.playerLookup : nil
                shots.append(
                    LeagueShot(
                        gameID: row.gameID,
                        nbaGameID: row.nbaGameID,
                        date: row.gameDate,
                        home: home,
                        away: away,
                        number: shots.count + 1,
                        team: row.teamAbbr,
                        shooter: row.playerLookup,
                        assistant: isMade ? other : nil,
                        blocker: isMade ? nil : other,
                        isMade: isMade,
                        type: isThree ? "3PT" : "2PT",
                        feet: isThree ? 25 : Double(Int.random(in: 0...20, using: &random))
                    )
                )
            }
        }
        if var foul = shots.last, foul.isMade {
            (foul.number, foul.type, foul.assistant, foul.feet) = (shots.count + 1, "FT", nil, nil)
            shots.append(foul)
        }
    }

    /// The gamebook of a game: who played, and the rest of both teams as inactive or not used.
    mutating func addGamebook(_ rows: [NbacPlayerBoxscore], home: String, away: String) {
        for team in [away, home] {
            let played = rows.filter { $0.teamAbbr == team }
            for (index, row) in played.enumerated() {
                gamebooks.append(
                    .init(game: row, home: home, away: away, status: "active", reason: nil, isStarter: index < 5)
                )
            }
            for player in rosters.filter({ $0.value == team }).keys.sorted()
            where !played.contains(where: { $0.playerLookup == player }) {
                guard var row = played.first else { continue }
                (row.playerLookup, row.playerFullName) = (player, player.capitalized)
                let isInactive = Bool.random(using: &random)
                gamebooks.append(
                    .init(
                        game: row,
                        home: home,
                        away: away,
                        status: isInactive ? "inactive" : "dnp",
                        reason: isInactive ? "Injury/Illness - Left Ankle; Sprain" : "Coach's Decision",
                        isStarter: false
                    )
                )
            }
        }
    }
}
