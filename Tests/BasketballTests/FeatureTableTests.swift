import Foundation
import Testing

@testable import Basketball

/// docs/features.md, which is made from the list of features.
@Suite struct FeatureTableTests {
    static let file = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/features.md")

    static func source(_ source: FeatureSource) -> String {
        switch source {
        case .dailyCache: "`player_daily_cache`"
        case .context: "`upcoming_player_game_context`"
        case .calculated: "earlier games"
        case .lines: "books, through the context"
        case .compositeFactors: "`player_composite_factors`"
        case .shotZones: "`player_shot_zone_analysis`"
        case .availability: "reports, operators and gamebooks"
        }
    }

    static func number(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : String(value)
    }

    static var page: String {
        let rows = FeatureList.all.map { feature in
            let range = "\(number(feature.range.lowerBound)) … \(number(feature.range.upperBound))"
            return "| \(feature.index) | `\(feature.name)` | \(feature.meaning) | \(feature.unit.rawValue) "
                + "| \(source(feature.source)) | \(range) | \(feature.isRequired ? "yes" : "") |"
        }
        return """
            # Features

            The \(FeatureList.count) features of `nba_precompute.ml_feature_store_v2`, version `\(FeatureList.version)`, in the order of
            its `features`. Made from `Libraries/Basketball/Features`; a test compares. All games are strictly before the date.
            A feature without a value is NULL and `missing_features` says why; there are no defaults. A value outside its range is
            kept and named. Required features make the quality score.

            | # | name | meaning | unit | source | range | required |
            |---|---|---|---|---|---|---|

            """ + rows.joined(separator: "\n") + """


                ## Why a feature has no value

                \(MissingReason.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")).

                """
    }

    @Test func thePageSaysWhatTheListSays() throws {
        if ProcessInfo.processInfo.environment["TIPOFF_WRITE_DOCS"] != nil {
            try Data(Self.page.utf8).write(to: Self.file)
        }
        let isCurrent = String(decoding: try Data(contentsOf: Self.file), as: UTF8.self) == Self.page
        #expect(isCurrent, "write it anew: TIPOFF_WRITE_DOCS=1 swift test --filter FeatureTableTests")
    }

    @Test func everyFeatureHasAMeaningOfItsOwn() {
        #expect(FeatureList.all.count == 60)
        #expect(FeatureList.meanings.map(\.key) == FeatureList.names)
        #expect(Set(FeatureList.all.map(\.meaning)).count == 60)
        let short = FeatureList.all.filter { $0.meaning.count < 10 }.map(\.name)
        #expect(short == [])
    }
}
