public import Pipeline

/// Which source tells of a game and which stands in for it, in order. A source that is left out is not used: one that has become
/// unreliable is retired by a setting and not by a release.
public struct SourceOrder: Sendable, Hashable {
    /// Where a team's box comes from.
    public enum TeamSource: String, Sendable, Hashable, CaseIterable {
        case box = "nbac_team_boxscore"
        case gamebook = "nbac_gamebook_player_stats"
        case players = "nbac_player_boxscores"
    }

    /// Where a player's line comes from.
    public var players: [PlayerSummaries.Box.Source]
    public var teams: [TeamSource]
    /// Where shots by zone come from.
    var plays: [PlayByPlayShots.Source]

    public static let standard = SourceOrder()

    public init() {
        players = PlayerSummaries.Box.Source.allCases
        teams = TeamSource.allCases
        plays = PlayByPlayShots.Source.allCases
    }

    /// Reads the settings; problems are the reader's.
    public init(_ reader: inout ConfigurationReader) {
        players = Self.read(
            &reader,
            "TIPOFF_PLAYER_LINE_SOURCES",
            help: "tables of players' lines, the first that has a game telling of it"
        )
        teams = Self.read(
            &reader,
            "TIPOFF_TEAM_BOX_SOURCES",
            help: "tables of teams' boxes, the first that has a game telling of it; those of players are added up"
        )
        plays = Self.read(
            &reader,
            "TIPOFF_PLAY_BY_PLAY_SOURCES",
            help:
                "tables of plays, of which the one that fits a game's boxes best tells of its shots; the first of equals"
        )
    }

    private static func read<Source: RawRepresentable<String> & CaseIterable & Hashable>(
        _ reader: inout ConfigurationReader,
        _ name: String,
        help: String
    ) -> [Source] {
        let all = Array(Source.allCases)
        let names = all.map(\.rawValue).joined(separator: ",")
        return reader.value(
            name,
            default: all,
            expected: "some of \(names)",
            example: names,
            help: help,
            show: { $0.map(\.rawValue).joined(separator: ",") },
            parse: parse
        ) ?? all
    }

    /// Names with commas, each once; nil for anything else.
    static func parse<Source: RawRepresentable<String> & Hashable>(_ text: String) -> [Source]? {
        let names = text.split(separator: ",", omittingEmptySubsequences: false)
        let sources = names.compactMap { Source(rawValue: $0.trimmingPrefix { $0 == " " }.description) }
        return sources.count == names.count && Set(sources).count == names.count ? sources : nil
    }
}
