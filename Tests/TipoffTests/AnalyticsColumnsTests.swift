import Testing

/// docs/analytics-columns.md, held against the data dictionary.
@Suite struct AnalyticsColumnsTests {
    static let tables = [
        "PGS": "nba_analytics.player_game_summary", "TOGS": "nba_analytics.team_offense_game_summary",
        "TDGS": "nba_analytics.team_defense_game_summary", "UPGC": "nba_analytics.upcoming_player_game_context",
        "UTGC": "nba_analytics.upcoming_team_game_context", "TDZA": "nba_precompute.team_defense_zone_analysis",
        "PSZA": "nba_precompute.player_shot_zone_analysis", "PCF": "nba_precompute.player_composite_factors",
        "PDC": "nba_precompute.player_daily_cache", "MLFS": "nba_precompute.ml_feature_store_v2",
    ]

    /// The columns of each table that the dictionary describes.
    static func columns() throws -> [String: Set<String>] {
        let chapters = try CataloguesTests.page("data-dictionary.md").split(separator: "\n## ")
        return Dictionary(
            chapters.map { chapter in
                (
                    String(chapter.prefix { $0 != "\n" }),
                    Set(CataloguesTests.rows(String(chapter)).dropFirst(2).compactMap(\.first))
                )
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    static func names(in cell: String) -> [String] { cell.matches(of: /`([a-z0-9_]+)`/).map { String($0.1) } }

    @Test func whatIsSaidToBeMissingIsAndWhatStandsForItIsThere() throws {
        let columns = try Self.columns()
        let tail = try #require(columns["The tail"])
        var (missing, standIns): (Set<String>, Int) = ([], 0)
        for row in CataloguesTests.rows(try CataloguesTests.page("analytics-columns.md")) {
            let tables = row[0].split(separator: " ").map { Self.tables[String($0)] }
            guard !tables.isEmpty, !tables.contains(nil) else { continue }
            for table in tables.compactMap(\.self) {
                let held = try #require(columns[table])
                for column in Self.names(in: row[1]) {
                    #expect(!held.contains(column), "\(table) has \(column)")
                    #expect(missing.insert("\(table).\(column)").inserted, "\(table).\(column) stands twice")
                }
                // Rows of four cells name what stands for the columns, those of three say why nothing does.
                guard row.count == 4 else {
                    #expect(row[2].count > 5)
                    continue
                }
                let named = Self.names(in: row[2])
                #expect(!named.isEmpty)
                for column in named {
                    standIns += 1
                    #expect(held.contains(column) || tail.contains(column), "\(table) has no \(column)")
                }
            }
        }
        // 239 of the study's columns, and the first and last of the columns that the feature store had by number.
        #expect(missing.count == 239 + 2)
        #expect(standIns > 40)
    }
}
