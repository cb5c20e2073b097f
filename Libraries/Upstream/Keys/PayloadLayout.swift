import Foundation
import Basketball
import Pipeline

/// Where one source's payloads lie. The folders are written with fields in braces; writers and readers share them, so
/// that their forms cannot drift apart.
public struct PayloadLayout: Sendable, Hashable {
    /// What a unit must look like, because a unit may come from a message.
    public enum UnitForm: String, Sendable, Hashable {
        case wholeDate
        /// An NBA game id.
        case game
        case oddsEvent
        /// The league's tricode.
        case team
        /// A `player_lookup`.
        case player
        /// A source's own number of up to 12 digits.
        case number

        /// Ten digits of the league; a shorter form of them would be another name of the same game.
        private static func isGameID(_ unit: String) -> Bool {
            do { return try NBAGameID(unit).rawValue == unit } catch { return false }
        }

        /// Whether a unit has this form.
        public func accepts(_ unit: String) -> Bool {
            switch self {
            case .wholeDate: unit == UnitKind.wholeDate
            case .game: Self.isGameID(unit)
            case .oddsEvent: OddsEventID(unit) != nil
            case .team: Team.all.contains { $0.tricode == unit }
            case .player: !unit.isEmpty && PlayerLookup.normalize(unit) == unit
            case .number: (1...12).contains(unit.utf8.count) && unit.utf8.allSatisfy { (48...57).contains($0) }
            }
        }
    }

    /// How well the form of the payloads is known.
    public enum Form: String, Sendable, Hashable {
        /// From real payloads that the tests read.
        case captured
        /// By its provider, or by those who used it.
        case documented
        case guessed
        /// Ours: an operator's word.
        case own
    }

    public enum FileType: String, Sendable, Hashable {
        case json, html, pdf, csv
    }

    public var scraper: String
    /// Folders with fields: `{season}`, `{date}`, `{unit}`, `{teams}` and `{part}`; a folder is a literal, a field, or a
    /// field after a literal, and `{unit}-{teams}`.
    public var folders: [String]
    public var unitForm: UnitForm
    public var fileType: FileType
    /// Whether file names end with `-snap-HHMM`, the hour and minute of the capture.
    public var isSnapshot: Bool
    public var form: Form

    init(
        _ scraper: String,
        _ path: String,
        _ unitForm: UnitForm = .wholeDate,
        _ fileType: FileType = .json,
        isSnapshot: Bool = false,
        form: Form
    ) {
        self.scraper = scraper
        folders = path.split(separator: "/").map(String.init)
        self.unitForm = unitForm
        self.fileType = fileType
        self.isSnapshot = isSnapshot
        self.form = form
    }

    /// Every source's layout.
    public static let all: [PayloadLayout] = [
        .init("nbac_schedule_api", "nba-com/schedule/{season}", form: .captured),
        .init("nbac_schedule_cdn", "nba-com/schedule-cdn/{season}", form: .captured),
        .init("nbac_player_list", "nba-com/player-list/{date}", form: .captured),
        .init("nbac_player_movement", "nba-com/player-movement/{date}", form: .captured),
        .init("nbac_scoreboard_v2", "nba-com/scoreboard-v2/{date}", form: .captured),
        .init("nbac_injury_report", "nba-com/injury-report-pdf/{date}/{part}", .wholeDate, .pdf, form: .captured),
        .init("nbac_play_by_play", "nba-com/play-by-play/{date}/game-{unit}", .game, form: .captured),
        .init("nbac_player_boxscore", "nba-com/player-boxscores/{date}", form: .documented),
        .init("nbac_team_boxscore", "nba-com/team-boxscore/{date}/{unit}", .game, form: .captured),
        .init("nbac_roster", "nba-com/rosters/{date}/team_{unit}", .team, .html, form: .captured),
        .init("nbac_gamebook_pdf", "nba-com/gamebooks-pdf/{date}/{unit}-{teams}", .game, .pdf, form: .documented),
        .init("nbac_referee_assignments", "nba-com/referee-assignments/{date}", form: .captured),
        .init("oddsa_events", "odds-api/events/{date}", form: .documented),
        .init(
            "oddsa_player_props",
            "odds-api/player-props/{date}/{unit}-{teams}",
            .oddsEvent,
            isSnapshot: true,
            form: .captured
        ),
        .init(
            "oddsa_game_lines",
            "odds-api/game-lines/{date}/{unit}-{teams}",
            .oddsEvent,
            isSnapshot: true,
            form: .documented
        ),
        .init("oddsa_events_his", "odds-api/events-history/{date}", form: .captured),
        .init(
            "oddsa_player_props_his",
            "odds-api/player-props-history/{date}/{unit}-{teams}",
            .oddsEvent,
            isSnapshot: true,
            form: .documented
        ),
        .init(
            "oddsa_game_lines_his",
            "odds-api/game-lines-history/{date}/{unit}-{teams}",
            .oddsEvent,
            isSnapshot: true,
            form: .captured
        ),
        .init("oddsa_team_players", "odds-api/players/{date}/team_{unit}", .team, form: .guessed),
        .init("bp_events", "bettingpros/events/{date}", form: .captured),
        .init("bp_player_props", "bettingpros/player-props/{part}/{date}", form: .documented),
        .init("br_season_roster", "basketball-ref/season-rosters/{season}/{unit}", .team, .html, form: .documented),
        .init("bigdataball_discovery", "big-data-ball/discovery/{date}", form: .documented),
        .init("bigdataball_pbp", "big-data-ball/play-by-play/{date}/game_{unit}", .game, .csv, form: .captured),
        .init("espn_roster", "espn/rosters/{date}/team_{unit}", .team, form: .captured),
        .init("espn_scoreboard", "espn/scoreboard/{date}", form: .captured),
        .init("espn_game_boxscore", "espn/boxscores/{date}/game-{unit}", .number, .html, form: .captured),
        .init("bdl_games", "ball-dont-lie/games/{date}", form: .captured),
        .init("bdl_box_scores", "ball-dont-lie/boxscores/{date}", form: .captured),
        .init("bdl_player_box_scores", "ball-dont-lie/player-box-scores/{date}", form: .captured),
        .init("bdl_active_players", "ball-dont-lie/active-players/{date}", form: .captured),
        .init("bdl_injuries", "ball-dont-lie/injuries/{date}", form: .captured),
        .init("bdl_standings", "ball-dont-lie/standings/{season}/{date}", form: .captured),
        // Laid down by `tipoff override player`.
        .init("operator_player_status", "operator/player-status/{date}/{unit}", .player, form: .own),
    ]

    private static let byScraper = Dictionary(uniqueKeysWithValues: all.map { ($0.scraper, $0) })

    /// A source's layout; traps on a name that is no scraper of ours.
    public static func of(_ scraper: String) -> PayloadLayout {
        guard let layout = byScraper[scraper] else { preconditionFailure("no payload layout for \(scraper)") }
        return layout
    }
}

extension PayloadLayout {
    private static let fields = ["{season}", "{date}", "{unit}", "{teams}", "{part}"]

    /// The folders of a subject, filled in; traps when the subject lacks a field of its source.
    func filled(_ subject: PayloadSubject) -> [String] {
        precondition(unitForm.accepts(subject.unit), "\(subject.unit) is no unit of \(scraper)")
        let values: [String?] = [
            subject.season?.label, subject.date?.description, subject.unit, subject.teams?.text, subject.part,
        ]
        return folders.map { folder in
            var text = folder
            for (field, value) in zip(Self.fields, values) where text.contains(field) {
                guard let value else { preconditionFailure("a payload of \(scraper) has a \(field)") }
                text = text.replacingOccurrences(of: field, with: value)
            }
            return text
        }
    }

    /// Reads the folders of a path back; nil when they are not this source's.
    func subject(_ parts: [String]) -> PayloadSubject? {
        guard parts.count == folders.count else { return nil }
        var subject = PayloadSubject(scraper)
        for (folder, part) in zip(folders, parts) {
            guard let brace = folder.firstIndex(of: "{") else {
                if folder != part { return nil }
                continue
            }
            guard part.hasPrefix(folder[..<brace]) else { return nil }
            let value = String(part.dropFirst(folder.distance(from: folder.startIndex, to: brace)))
            guard Self.read(value, as: String(folder[brace...]), into: &subject) else { return nil }
        }
        return unitForm.accepts(subject.unit) ? subject : nil
    }

    private static func read(_ value: String, as field: String, into subject: inout PayloadSubject) -> Bool {
        do {
            switch field {
            case "{season}": subject.season = try Season(label: value)
            case "{date}": subject.date = try GameDate(value)
            case "{unit}": subject.unit = value
            case "{part}":
                guard value.wholeMatch(of: /[a-z0-9_]{1,40}/) != nil else { return false }
                subject.part = value
            case "{unit}-{teams}":
                let pieces = value.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
                guard pieces.count == 2, let teams = TeamPair(pieces[1]) else { return false }
                subject.unit = pieces[0]
                subject.teams = teams
            default: preconditionFailure("\(field) is no field of a payload's path")
            }
            return true
        } catch {
            // Not a season or a date: not a path of ours, which is what false says.
            return false
        }
    }
}
