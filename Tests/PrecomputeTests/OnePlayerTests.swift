import Basketball
import Foundation
import Postgres
import Testing
import Warehouse

@testable import Pipeline

/// What a change costs: the rows that depend on it, no more and no less.
@Suite struct OnePlayerTests {
    /// The version of every stored row of Phases 2 to 4, by table and key: a row that is written again has another one.
    private func versions(_ bench: Workbench) async throws -> [String: [String: String]] {
        var versions: [String: [String: String]] = [:]
        for table in WarehouseTables.raw + WarehouseTables.analytics + WarehouseTables.precompute {
            let key = SQL.joined(table.key.map { "\(identifier: $0)::text" as SQL }, separator: ", ")
            let rows = try await bench.pool.query(
                "SELECT concat_ws('/', \(sql: key)) AS key, xmin::text AS version FROM \(sql: .table(table.name))"
            )
            versions[table.name] = Dictionary(
                uniqueKeysWithValues: zip(
                    try rows.column("key", as: String.self),
                    try rows.column("version", as: String.self)
                )
            )
        }
        return versions
    }

    private func rewritten(_ bench: Workbench, since before: [String: [String: String]]) async throws
        -> [String: Set<String>]
    {
        try await versions(bench).mapValues { Set($0.map { "\($0.key) \($0.value)" }) }
            .merging(before.mapValues { Set($0.map { "\($0.key) \($0.value)" }) }) { $0.subtracting($1) }
            .mapValues { rows in Set(rows.map { String($0.prefix { $0 != " " }) }) }
            .filter { !$0.value.isEmpty }
    }

    /// The processors and dates that the registry makes look at what has changed in the tables.
    private func reached(_ bench: Workbench, _ dates: [GameDate]) async throws -> Set<String> {
        let rows = try await bench.pool.query(
            """
            SELECT DISTINCT table_name, game_date, d.key AS changed_column
            FROM nba_orchestration.row_change, jsonb_each(differences) AS d
            """
        )
        var reached: Set<String> = []
        for row in rows {
            let date = try GameDate(try row.decode("game_date", as: PostgresDate.self))
            let changed: String = try row.decode("changed_column")
            for (reader, input) in bench.registry.readers(of: try row.decode("table_name"))
            where input.columns.contains(changed) && Workbench.chain.contains(reader.name) {
                let seen = dates.filter { input.window == .sameDate ? $0 == date : $0 > date }
                reached.formUnion(seen.map { "\(reader.name) \($0)" })
            }
        }
        return reached
    }

    @Test func oneChangedPlayerOf450RewritesHisRowsOnly() async throws {
        try await Workbench.with("one450") { bench in
            var league = SmallLeague(seed: 21, days: 4, teams: Team.all.map(\.tricode), teamSize: 15)
            #expect(league.rosters.count == 450)
            let dates = league.dates
            try await league.store(in: bench)
            for date in dates { try await bench.openRun(date) }
            for date in dates { try await bench.runChain(date, full: true) }
            let before = try await versions(bench)

            // A free throw that he missed counts after all.
            func hit(_ line: inout NbacPlayerBoxscore) {
                line.points = line.points.map { $0 + 1 }
                line.freeThrowsMade = line.freeThrowsMade.map { $0 + 1 }
            }
            let index = try #require(
                league.players.firstIndex {
                    $0.gameDate == dates[1] && ($0.minutes ?? 0) > 20
                        && ($0.freeThrowsMade ?? 0) < ($0.freeThrowsAttempted ?? 0)
                }
            )
            let row = league.players[index]
            let player = row.playerLookup
            hit(&league.players[index])
            var listed: Set<String> = []
            for line in league.gamebooks.indices
            where league.gamebooks[line].game.playerLookup == player && league.gamebooks[line].game.gameDate == dates[1]
            {
                hit(&league.gamebooks[line].game)
                listed.insert("\(row.gameID)/\(row.teamAbbr)/\(player)")
            }
            try await league.store(in: bench)
            var ran: Set<String> = []
            var inScope = 0
            for date in dates {
                for (name, result) in try await bench.runChain(date)
                where result.outcome.skipReason != "nothing_pending" {
                    ran.insert("\(name) \(date)")
                    inScope = max(inScope, result.outcome.entitiesInScope)
                }
            }

            // His line of the night, and of each later date on which his team plays one row in every table whose
            // processor reads the points of his games before.
            let later = league.schedule.filter {
                $0.gameDate > dates[1] && [$0.homeTeamTricode, $0.awayTeamTricode].contains(row.teamAbbr)
            }.map(\.gameDate)
            #expect(later == Array(dates[2...]))
            let line = "\(row.gameDate)/\(player)"
            var expected = [
                "nba_raw.nbac_player_boxscores": ["\(row.gameDate)/\(row.nbaGameID)/\(row.nbaPlayerID)"],
                "nba_analytics.player_game_summary": [line],
            ].mapValues(Set.init)
            if !listed.isEmpty { expected["nba_raw.nbac_gamebook_player_stats"] = listed }
            let history = bench.registry.readers(of: "nba_analytics.player_game_summary")
                .filter { $0.input.window == .laterDatesOfSeason && $0.input.columns.contains("points") }
            #expect(history.count >= 3)
            for table in history.compactMap(\.reader.output) { expected[table] = Set(later.map { "\($0)/\(player)" }) }
            let quarantined = await bench.quarantined.all
            #expect(quarantined == [])
            let found = try await rewritten(bench, since: before)
            #expect(found == expected)
            for (table, keys) in found.sorted(by: { $0.key < $1.key }) {
                print("one of 450: \(keys.count) of \(before[table]?.count ?? 0) rows of \(table)")
            }
            // Who ran had a changed column of his to read; nobody looked at more than two games' players.
            let told = try await reached(bench, dates)
            #expect(ran == told)
            #expect(inScope <= 4 * 15)
            for date in dates {
                for (name, result) in try await bench.runChain(date, full: true) {
                    #expect(result.changed == 0, "\(name) on \(date)")
                }
            }
            #expect(try await rewritten(bench, since: before) == expected)
        }
    }

    /// A value of the same type that is another one.
    private func other(_ cell: Cell, _ type: ColumnType) throws -> Cell {
        switch (type, cell) {
        case (.text, _): .text("something else")
        case (.integer, .integer(let value)): .integer(value + 1)
        case (.integer, _): .integer(1)
        case (.double, .double(let value)): .double(value + 0.125)
        case (.double, _): .double(0.125)
        case (.boolean, .boolean(let value)): .boolean(!value)
        case (.boolean, _): .boolean(true)
        case (.date, _): .date(try GameDate("2024-02-29"))
        case (.instant, _): .instant(Date(timeIntervalSince1970: 1_709_200_000))
        case (.json, _): .json("{}")
        }
    }

    @Test func aColumnThatNobodyReadsStartsNothing() async throws {
        try await Workbench.with("unread") { bench in
            let league = SmallLeague(seed: 22, days: 2)
            let date = league.dates[1]
            try await league.store(in: bench)
            for day in league.dates { try await bench.openRun(day) }
            for day in league.dates { try await bench.runChain(day, full: true) }
            try await bench.pool.execute("UPDATE nba_orchestration.run SET state = 'complete', finished_at = now()")
            #expect(try await bench.count("SELECT count(*) FROM nba_orchestration.change_marker WHERE phase <= 4") == 0)
            try await bench.pool.execute("DELETE FROM nba_orchestration.change_marker")

            let scope = WriteScope.date(date)
            let writes = [
                TableWrite(
                    league.schedule,
                    scope: .rows([ScopeCondition("season_year", .integer(Int64(2023)))]),
                    date: date
                ),
                TableWrite(league.players.filter { $0.gameDate == date }, scope: scope),
                TableWrite(league.boxes.filter { $0.gameDate == date }, scope: scope),
                TableWrite(league.lines.filter { $0.gameDate == date }, scope: scope),
                TableWrite(league.props.filter { $0.gameDate == date }, scope: scope),
            ]
            for var write in writes {
                let table = write.table
                let read = bench.registry.readers(of: table.name).reduce(into: Set<String>()) {
                    $0.formUnion($1.input.columns)
                }
                let taken = read.union(table.key).union(table.entityColumns.values).union([table.dateColumn ?? ""])
                let unread = table.columns.indices.filter {
                    !taken.contains(table.columns[$0].name) && table.columns[$0].isBusiness
                }
                #expect(!unread.isEmpty, "\(table.name)")
                for row in write.rows.indices {
                    for column in unread {
                        write.rows[row][column] = try other(write.rows[row][column], table.columns[column].type)
                    }
                }
                let plans = try await bench.store(write, on: date)
                #expect(plans.map(\.changedCount) == [write.rows.count], "\(table.name)")
                let markers = try await bench.count("SELECT count(*) FROM nba_orchestration.change_marker")
                #expect(markers == 0, "\(table.name)")
            }
            let opener = RunOpener(registry: bench.registry, role: "test")
            let request = RunRequest(
                kind: .delta,
                gameDate: date,
                firstPhase: .analytics,
                planKey: "test:unread",
                openedBy: "test"
            )
            let opened = try await bench.pool.transaction {
                try await opener.openDelta(request, now: Date(), in: $0)
            }
            #expect(opened.messages.isEmpty)
            #expect(try await bench.count("SELECT count(*) FROM nba_orchestration.task") == 0)
            let state = try await bench.pool.query(
                "SELECT state FROM nba_orchestration.run WHERE run_id = \(opened.run.runID)"
            ).scalar(as: String.self)
            #expect(state == "unchanged")
            for day in league.dates {
                for (name, result) in try await bench.runChain(day) {
                    #expect(result.outcome.skipReason == "nothing_pending", "\(name) on \(day)")
                }
            }
        }
    }

    @Test func aTradeMovesThePlayersRowsAndRecomputesBothTeamsTheirOpponentsAndLaterDates() async throws {
        try await Workbench.with("trade") { bench in
            var league = SmallLeague(seed: 23, days: 6)
            let dates = league.dates
            try await league.store(in: bench)
            for date in dates { try await bench.openRun(date) }
            for date in dates { try await bench.runChain(date, full: true) }
            // He plays on the day, and his old and new team do not meet, so that four teams are concerned.
            let row = try #require(league.players.first { $0.gameDate == dates[2] && ($0.minutes ?? 0) > 20 })
            let team = try #require(
                SmallLeague.teams.first { $0 != row.teamAbbr && $0 != row.opponentTeamAbbr }
            )
            league.trade(row.playerLookup, to: team, from: dates[2])
            try await league.store(in: bench)
            var changedTeams: [String: Set<String>] = [:]
            for date in dates {
                for (name, result) in try await bench.runChain(date) {
                    for change in result.plans.flatMap(\.changes) {
                        let team = change.entities[.team] ?? change.entities[.player].flatMap { league.rosters[$0] }
                        if let team { changedTeams["\(name) \(date)", default: []].insert(team) }
                    }
                }
            }
            func teams(_ table: SQL) async throws -> [GameDate: String] {
                let rows = try await bench.pool.query(
                    """
                    SELECT game_date, team_abbr FROM \(sql: table)
                    WHERE player_lookup = \(row.playerLookup) AND removed_at IS NULL
                    """
                )
                var teams: [GameDate: String] = [:]
                for row in rows {
                    teams[try GameDate(try row.decode("game_date", as: PostgresDate.self))] =
                        try row.decode("team_abbr")
                }
                return teams
            }
            // His lines count for the new team from the trade on; he is expected there from the next date on.
            let played = try await teams("nba_analytics.player_game_summary")
            #expect(played[dates[2]] == team)
            #expect(played.allSatisfy { ($0.key < dates[2]) == ($0.value == row.teamAbbr) })
            for table: SQL in ["nba_analytics.upcoming_player_game_context", "nba_precompute.ml_feature_store_v2"] {
                let expected = try await teams(table)
                #expect(expected[dates[2]] == row.teamAbbr)
                for date in dates[3...] { #expect(expected[date] == team, "\(date)") }
            }
            // Both teams and both opponents: on the night through what each allowed, and later through pace and ratings.
            let game = try #require(
                league.schedule.first {
                    $0.gameDate == dates[2] && [$0.homeTeamTricode, $0.awayTeamTricode].contains(team)
                }
            )
            let four = Set([row.teamAbbr, row.opponentTeamAbbr, game.homeTeamTricode, game.awayTeamTricode])
            #expect(four.count == 4)
            #expect(changedTeams["team_defense_game_summary \(dates[2])"] == four)
            for date in dates[3...] {
                let changed = changedTeams["upcoming_player_game_context \(date)"] ?? []
                let facing = league.schedule.filter { $0.gameDate == date }.flatMap { game in
                    [(game.homeTeamTricode, game.awayTeamTricode), (game.awayTeamTricode, game.homeTeamTricode)]
                }.filter { four.contains($0.1) }.map(\.0)
                #expect(facing.count == 4)
                #expect(changed.isSuperset(of: facing), "\(date)")
            }
            for date in dates {
                for (name, result) in try await bench.runChain(date, full: true) {
                    #expect(result.changed == 0, "\(name) on \(date)")
                }
            }
        }
    }

    @Test func theKindOfAFreeThrowAloneIsSeen() async throws {
        try await Workbench.with("subtype") { bench in
            var league = SmallLeague(seed: 24, days: 3)
            let dates = league.dates
            try await league.store(in: bench)
            for date in dates { try await bench.openRun(date) }
            for date in dates { try await bench.runChain(date, full: true) }
            let index = try #require(league.shots.firstIndex { $0.type == "FT" })
            league.shots[index].subtype = "Technical"
            let shot = league.shots[index]
            let andOnes: SQL = """
                SELECT and1_count FROM nba_analytics.player_game_summary
                WHERE game_date = \(PostgresDate(shot.date)) AND player_lookup = \(shot.shooter)
                """
            let before = try await bench.count(andOnes)
            try await league.store(in: bench)
            let changed = try await bench.runChain(shot.date)["player_game_summary"]?.plans.flatMap(\.changes)
            #expect(changed?.map { $0.entities[.player] } == [shot.shooter])
            #expect(changed?.map(\.columns) == [["and1_count"]])
            #expect(try await bench.count(andOnes) == before - 1)
            for date in dates {
                for (name, result) in try await bench.runChain(date, full: true) {
                    #expect(result.changed == 0, "\(name) on \(date)")
                }
            }
        }
    }

    @Test func aRosterThatArrivesLateReachesTheDatesBeforeItAsWell() async throws {
        try await Workbench.with("roster") { bench in
            var league = SmallLeague(seed: 25, days: 4)
            let dates = league.dates
            try await league.store(in: bench)
            for date in dates { try await bench.openRun(date) }
            for date in dates { try await bench.runChain(date, full: true) }
            let ages: SQL = "SELECT count(player_age) FROM nba_analytics.upcoming_player_game_context"
            #expect(try await bench.count(ages) == 0)
            league.addRoster(of: "BOS", arrived: dates[2])
            try await league.store(in: bench)
            for date in dates { try await bench.runChain(date) }
            #expect(
                try await bench.count(ages)
                    == bench.count(
                        "SELECT count(*) FROM nba_analytics.upcoming_player_game_context WHERE team_abbr = 'BOS'"
                    )
            )
            #expect(
                try await bench.count(
                    """
                    SELECT count(DISTINCT game_date) FROM nba_analytics.upcoming_player_game_context
                    WHERE player_age IS NOT NULL
                    """
                ) == 3
            )
            for date in dates {
                for (name, result) in try await bench.runChain(date, full: true) {
                    #expect(result.changed == 0, "\(name) on \(date)")
                }
            }
        }
    }
}
