import Basketball
import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

@Suite struct NamesTests {
    static func fill(_ pool: PostgresPool) async throws {
        for (id, name, team) in [
            (1, "Nicolas Claxton", "BKN"), (2, "Jalen Williams", "OKC"), (3, "Jaylin Williams", "OKC"),
        ] {
            try await pool.execute(
                """
                INSERT INTO nba_raw.nbac_player_list_current
                    (season_year, nba_player_id, player_lookup, player_full_name, team_abbr, is_active)
                VALUES (2023, \(Int64(id)), \(PlayerLookup.normalize(name)), \(name), \(team), true)
                """
            )
        }
        for source in ["odds_api_player_points_props", "bdl_injuries"] {
            try await pool.execute(
                """
                INSERT INTO nba_reference.unresolved_player_name
                    (source, player_lookup, team_abbr, season_year, player_name, example_object)
                VALUES (\(source), 'nicclaxton', 'BKN', 2023, 'Nic Claxton', 'odds-api/player-props/x.json')
                """
            )
        }
    }

    static func environment(_ database: TestDatabase) -> [String: String] { ["TIPOFF_DATABASE_URL": database.url] }

    @Test func anUnknownNameIsListedSuggestedAndMatchedOnce() async throws {
        try await Database.with { database, pool in
            try await Self.fill(pool)
            let environment = Self.environment(database)
            let list = try await tipoff("names", "ls", "--json", environment: environment).json()
            #expect(list.arrayValue?.count == 2)

            let suggested = try await tipoff("names", "suggest", "nicclaxton", "--json", environment: environment)
                .json()
            #expect(suggested[0]?["player_lookup"] == "nicolasclaxton")

            let matched = await tipoff(
                "names",
                "match",
                "Nic Claxton",
                "--player",
                "Nicolas Claxton",
                "--reason",
                "same man",
                environment: environment
            )
            #expect(matched.code == 0)
            #expect(matched.output.contains("next: tipoff object reread odds-api/player-props/x.json"))
            let aliases = try await pool.query(
                "SELECT player_lookup FROM nba_reference.player_alias WHERE alias_lookup = 'nicclaxton'"
            )
            #expect(try aliases.column("player_lookup", as: String.self) == ["nicolasclaxton"])
            let pending = try await tipoff("names", "ls", "--json", environment: environment).json()
            #expect(pending == [])
            let decisions: Int = try await pool.query("SELECT count(*) FROM nba_reference.name_decision").scalar()
            #expect(decisions == 1)

            #expect(
                await tipoff("names", "unmatch", "nicclaxton", "--reason", "no", environment: environment).code == 0
            )
            let again = try await tipoff("names", "ls", "--json", environment: environment).json()
            #expect(again.arrayValue?.count == 2)
        }
    }

    static let undecidable: [(arguments: [String], code: Int32)] = [
        // A player whom the league does not know, a name that nobody met, the same spelling, no reason.
        (["match", "Nic Claxton", "--player", "Nobody Atall", "--reason", "x"], 1),
        (["ignore", "Somebody Else", "--reason", "x"], 1),
        (["match", "Jalen Williams", "--player", "jalenwilliams", "--reason", "x"], 2),
        (["ignore", "Nic Claxton", "--reason", " "], 2),
        (["unmatch", "Nic Claxton", "--reason", "x"], 1),
    ]

    @Test(arguments: undecidable)
    func whatCannotBeDecidedChangesNothing(arguments: [String], code: Int32) async throws {
        try await Database.with { database, pool in
            try await Self.fill(pool)
            let result = await tipoff(["names"] + arguments, environment: Self.environment(database))
            #expect(result.code == code)
            let decisions: Int = try await pool.query("SELECT count(*) FROM nba_reference.name_decision").scalar()
            let pending: Int = try await pool.query(
                "SELECT count(*) FROM nba_reference.unresolved_player_name WHERE status = 'pending'"
            ).scalar()
            #expect(decisions == 0 && pending == 2)
        }
    }

    @Test func aSnoozedNameComesBackOnItsDay() async throws {
        try await Database.with { database, pool in
            try await Self.fill(pool)
            var environment = Self.environment(database)
            environment["TIPOFF_CLOCK"] = "2024-01-10T15:00:00Z"
            let snoozed = await tipoff(
                "names",
                "snooze",
                "Nic Claxton",
                "--until",
                "2024-01-15",
                "--reason",
                "not in the list yet",
                environment: environment
            )
            #expect(snoozed.code == 0)
            for (clock, count) in [("2024-01-14T15:00:00Z", 0), ("2024-01-15T15:00:00Z", 2)] {
                environment["TIPOFF_CLOCK"] = clock
                let list = try await tipoff("names", "ls", "--json", environment: environment).json()
                #expect(list.arrayValue?.count == count)
            }
        }
    }

    @Test(arguments: [
        ("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("nicclaxton", "nicolasclaxton", 4), ("ab", "ba", 2),
    ])
    func editsAreCounted(first: String, second: String, distance: Int) {
        #expect(NameDistance.edits(first, second) == distance)
        #expect(NameDistance.edits(second, first) == distance)
    }
}
