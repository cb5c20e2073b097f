import Basketball
import Foundation
import Testing

@testable import Models

@Suite struct PointsPlayerTests {
    private let boston: Team
    private let newYork: Team

    init() throws {
        boston = try Team(tricode: "BOS")
        newYork = try Team(tricode: "NYK")
    }

    /// A game with the players of both teams: minutes 30 and the given points.
    private func play(
        _ league: inout HandMadeLeague,
        _ date: String,
        boston home: [Int: Int],
        newYork away: [Int: Int]
    ) throws {
        func rows(_ players: [Int: Int]) throws -> [PlayerBox] {
            try players.map { try line($0.key, minutes: 30, points: $0.value, attempts: 10) }
        }
        try league.play(
            date,
            [
                .init(team: boston, opponent: newYork, isHome: true, points: 110, players: try rows(home)),
                .init(team: newYork, opponent: boston, isHome: false, points: 105, players: try rows(away)),
            ]
        )
    }

    private func row(
        _ league: HandMadeLeague,
        _ player: Int,
        _ date: String,
        of team: Team,
        against opponent: Team
    ) throws -> PointsFeatureRow {
        let request = try HandMadeLeague.request(player, date, team, against: opponent)
        return try #require(try PointsFeatureState(league.dates).features(for: [request]).first)
    }

    @Test func beforeTheFirstGameOfAll() throws {
        let row = try row(HandMadeLeague(), 1, "2023-10-24", of: boston, against: newYork)
        let known: [String: Float] = [
            "career_games": 0, "minutes_h10": 12, "points_h4": 4.5, "start_share_h4": 0.1, "points_season_shrunk": 4.5,
            "is_after_long_gap": 1, "is_new_of_team": 0, "team_games_missed": 0, "games_since_return": 20,
            "season_day": 0, "expected_pace": 100, "opponent_defense": 1, "opponent_role_points": 1,
            "opponent_threes_allowed": 0, "expected_minutes": 0, "vacated_minutes": 0, "bigness": 0,
        ]
        for (name, value) in known { #expect(row[name] == value, "\(name)") }
        let unknown = PointsFeature.all.map(\.name).filter { row[$0] == nil }
        #expect(
            unknown == [
                "points_last_10", "minutes_last_10", "points_last_5", "points_deviation_last_10",
                "minutes_deviation_last_10", "minutes_last_game", "minutes_2_games_ago", "minutes_3_games_ago",
                "points_last_game", "minutes_median_last_10", "minutes_lowest_last_10", "minutes_highest_last_10",
                "minutes_trend", "points_median_last_10", "points_season", "minutes_season", "previous_season_minutes",
                "previous_season_points", "rest_days",
            ]
        )
        #expect(row.values.allSatisfy { !$0.isInfinite })
    }

    @Test func aFirstGameForATeamThatHasPlayed() throws {
        var league = HandMadeLeague()
        for day in 24...26 { try play(&league, "2023-10-\(day)", boston: [1: 10], newYork: [2: 10]) }
        let row = try row(league, 9, "2023-10-27", of: boston, against: newYork)
        #expect(row["career_games"] == 0)
        #expect(row["is_new_of_team"] == 0)
        #expect(row["team_games_missed"] == 3)
        #expect(row["games_since_return"] == 0)
        // Player 1 may be absent for him too.
        #expect(try #require(row["vacated_minutes"]) > 0)
    }

    @Test func aNewSeasonCarriesPartOfTheOldOne() throws {
        var league = HandMadeLeague()
        for (day, points) in [(1, 12), (3, 20), (5, 31)] {
            try play(&league, "2023-04-0\(day)", boston: [1: points], newYork: [2: 10])
        }
        let old = try row(league, 1, "2023-04-07", of: boston, against: newYork)
        let new = try row(league, 1, "2023-10-24", of: boston, against: newYork)
        let decay = pow(0.5, 1 / 10.0)
        let sum = 12 * decay * decay + 20 * decay + 31
        let weight = decay * decay + decay + 1
        let expected = (0.6 * sum + 0.5 * 4.5) / (0.6 * weight + 0.5)
        #expect(abs(Double(try #require(new["points_h10"])) - expected) < 1e-5)
        #expect(new["season_games"] == 0)
        #expect(new["points_season"] == nil)
        #expect(new["previous_season_games"] == 3)
        #expect(new["previous_season_points"] == 21)
        // Three games are too few to draw the new season to: the longest half life is used.
        #expect(new["points_season_shrunk"] == new["points_h60"])
        #expect(new["points_last_10"] == 21)
        #expect(new["expected_minutes"] == old["expected_minutes"])
        #expect(new["is_after_long_gap"] == 1)
        #expect(new["team_season_games"] == 0)
        #expect(new["season_day"] == 0)
        // A team's own games count 0.35 in the new season, so that it is nearer to the league.
        let leaguePoints = 107.5
        let distances = try [old, new].map { abs(Double(try #require($0["team_points_h30"])) - leaguePoints) }
        #expect(distances[1] < distances[0])
        // After 200 days he is no member of the roster: nothing is expected of him or of his absence.
        #expect(new["team_games_missed"] == 20)
        #expect(old["team_games_missed"] == 0)
    }

    @Test func theSeasonBeforeIsThePriorAfterTenGames() throws {
        var league = HandMadeLeague()
        for day in 10...19 { try play(&league, "2023-03-\(day)", boston: [1: day], newYork: [2: 10]) }
        try play(&league, "2023-10-24", boston: [1: 30], newYork: [2: 10])
        let row = try row(league, 1, "2023-10-26", of: boston, against: newYork)
        #expect(row["previous_season_games"] == 10)
        #expect(abs(Double(try #require(row["points_season_shrunk"])) - (30 + 12 * 14.5) / 13) < 1e-5)
    }

    @Test func aTradedPlayerIsAbsentFromTheOldTeamUntilHePlaysForTheNew() throws {
        var league = HandMadeLeague()
        for day in [20, 22, 24] {
            try play(&league, "2023-12-\(day)", boston: [1: 20, 3: 10], newYork: [2: 10])
        }
        // Traded to New York; he has not played for it.
        try play(&league, "2023-12-26", boston: [3: 10], newYork: [2: 10])
        let atNewYork = try row(league, 1, "2023-12-28", of: newYork, against: boston)
        #expect(atNewYork["is_new_of_team"] == 1)
        #expect(atNewYork["games_for_team"] == 0)
        #expect(atNewYork["team_games_missed"] == 4)
        #expect(atNewYork["career_games"] == 3)
        let mate = try row(league, 3, "2023-12-28", of: boston, against: newYork)
        #expect(try #require(mate["missing_minutes"]) > 20)

        try play(&league, "2023-12-28", boston: [3: 10], newYork: [1: 20, 2: 10])
        let after = try row(league, 1, "2023-12-30", of: newYork, against: boston)
        #expect(after["is_new_of_team"] == 0)
        #expect(after["games_for_team"] == 1)
        #expect(after["team_games_missed"] == 0)
        #expect(try row(league, 3, "2023-12-30", of: boston, against: newYork)["missing_minutes"] == 0)
        // Back in Boston he is new again, though he has been there.
        #expect(try row(league, 1, "2023-12-30", of: boston, against: newYork)["is_new_of_team"] == 1)
    }

    @Test func anAbsenceOfThreeGamesIsRemembered() throws {
        var league = HandMadeLeague()
        for day in 10...15 { try play(&league, "2023-12-\(day)", boston: [1: 20, 3: 10], newYork: [2: 10]) }
        for day in 16...18 { try play(&league, "2023-12-\(day)", boston: [3: 10], newYork: [2: 10]) }
        let absent = try row(league, 1, "2023-12-19", of: boston, against: newYork)
        #expect(absent["team_games_missed"] == 3)
        #expect(absent["games_since_return"] == 0)
        try play(&league, "2023-12-19", boston: [1: 4, 3: 10], newYork: [2: 10])
        let back = try row(league, 1, "2023-12-20", of: boston, against: newYork)
        #expect(back["team_games_missed"] == 0)
        #expect(back["games_since_return"] == 1)
    }
}

@Suite struct PointsFeatureTests {
    @Test func theListIsFixed() {
        #expect(PointsFeature.count == 130)
        #expect(PointsFeature.all.count == 130)
        #expect(PointsFeature.version == "points_130_1")
        #expect(Set(PointsFeature.all.map(\.name)).count == 130)
        let places: [(String, Int)] = [
            ("career_games", 0), ("minutes_h1_5", 2), ("minutes_h4", 5), ("points_per_minute_h10", 19),
            ("points_h25", 25), ("three_point_attempts_per_minute", 43), ("points_last_10", 54), ("points_season", 68),
            ("rest_days", 75), ("season_day", 88), ("expected_pace", 94), ("opponent_role_points", 108),
            ("expected_minutes", 114), ("opponent_vacated_minutes", 128), ("bigness", 129),
        ]
        for (name, index) in places { #expect(PointsFeature.index(of: name) == index, "\(name)") }
        #expect(PointsFeature.index(of: "points") == nil)
    }

    @Test func everyFeatureIsDescribed() {
        for feature in PointsFeature.all {
            #expect(feature.name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 })
            #expect(!feature.definition.isEmpty)
        }
    }
}
