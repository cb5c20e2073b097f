import Basketball
import Foundation
import Pipeline
import Upstream

/// The columns that say what kind of game it is and who shows it.
extension NbacSchedule {
    static let listingColumns: [Column] = [
        .text("season_nba_format"), .text("home_team_name"), .text("away_team_name"), .text("arena_state"),
        .text("arena_timezone"), .text("game_label"), .text("game_sub_label"), .text("game_subtype"),
        .text("series_game_number"), .integer("week_number"), .text("week_name"), .boolean("if_necessary"),
        .text("postponed_status"), .boolean("is_regular_season"), .boolean("is_playoffs"), .text("playoff_round"),
        .boolean("is_emirates_cup"), .boolean("is_international_game"), .boolean("is_christmas"),
        .boolean("is_mlk_day"), .text("day_of_week"), .boolean("is_weekend"), .text("time_slot"),
        .boolean("has_national_tv"), .text("primary_network"), .text("traditional_networks"),
        .text("streaming_platforms"),
        // Two feeds say the same: which of them was read last is no news about the game.
        Column("data_source", .text, isBusiness: false),
    ]

    var listingCells: [Cell] {
        let id = known { try NBAGameID(nbaGameID) }
        let isPlayoffs = id?.seasonType == .playoffs
        return [
            .text(Season(startYear: seasonYear).label), .text(listing.homeTeamName), .text(listing.awayTeamName),
            .text(listing.arenaState), .text(arenaTimeZone), .text(listing.label), .text(listing.subLabel),
            .text(listing.subtype), .text(listing.seriesGame), .integer(listing.week), .text(listing.weekName),
            .boolean(listing.isIfNecessary), .text(listing.postponedStatus),
            .boolean(id?.seasonType == .regular), .boolean(isPlayoffs), .text(id?.playoffRound?.name),
            .boolean(isCup(id)), .boolean(isInternational), .boolean(gameDate.isChristmas),
            .boolean(gameDate.isMartinLutherKingDay), .text(gameDate.weekday.abbreviation),
            .boolean([.friday, .saturday, .sunday].contains(gameDate.weekday)), .text(timeSlot),
            .boolean(listing.nationalTelevision.map { !$0.isEmpty }), .text(listing.nationalTelevision?.first),
            .text(Self.list(listing.nationalTelevision)), .text(Self.list(listing.nationalStreams)),
            .text(feed),
        ]
    }

    private func known<Value>(_ make: () throws -> Value) -> Value? {
        do { return try make() } catch { return nil }
    }

    /// The home team's arena, unless the game is elsewhere.
    private var arenaTimeZone: String? {
        guard isNeutralSite != true, let home = known({ try Team(tricode: homeTeamTricode) }) else { return nil }
        return Arena.home(of: home).timeZoneIdentifier
    }

    /// The cup's group and knockout games count as games of the season; only its final has an id of its own.
    private func isCup(_ id: NBAGameID?) -> Bool {
        id?.seasonType == .cupFinal || listing.subtype?.hasPrefix("in-season") == true
    }

    /// Nil where the source has no word for it, as before 2024.
    private var isInternational: Bool? {
        if listing.subtype == "Global Games" { return true }
        return isNeutralSite == nil ? nil : false
    }

    /// By the Eastern hour of the tip-off; nil while there is none.
    private var timeSlot: String? {
        guard let tipoffAt else { return nil }
        // The clock on the wall, which on two days a year is not the time since midnight.
        guard let hour = Int(LeagueClock.formatWallClock(tipoffAt).dropFirst(11).prefix(2)) else { return nil }
        return switch hour {
        case ..<15: "afternoon"
        case ..<20: "early_evening"
        default: "primetime"
        }
    }

    /// A JSON array.
    private static func list(_ names: [String]?) -> String? {
        names.map { JSONValue.array($0.map { .string($0) }).encodedText }
    }
}
