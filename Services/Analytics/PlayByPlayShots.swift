public import Basketball
import Pipeline
import Postgres
import Warehouse

/// An attempt of a play-by-play: a field goal, or a free throw that tells of a basket with a foul.
struct ShotEvent: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case fieldGoal(ShotZone?, isMade: Bool)
        /// The one free throw of a player who was fouled while he made a basket.
        case andOne
    }

    var nbaGameID: String
    /// Tricode of the team that shoots.
    var team: String
    /// Tricode of the team that defends.
    var defense: String
    var shooter: String?
    var assistant: String?
    var blocker: String?
    var kind: Kind
}

/// The field goals of a date by zone, of players and of teams. A game's figures come from one source: BigDataBall, or the
/// league's own play-by-play where that alone has the box score's shots.
public struct PlayByPlayShots: Sendable, Hashable {
    /// What the play-by-play tells of one player in one game.
    public struct Player: Sendable, Hashable {
        public var zones = ZoneShots()
        /// Shots that he blocked, by the zone that they were tried from.
        public var blocks = ZoneBlocks()
        public var assistedMakes = 0
        public var unassistedMakes = 0
        public var andOnes = 0
    }

    /// What it tells of one team in one game.
    public struct Team: Sendable, Hashable {
        public var zones = ZoneShots()
        public var blocks = ZoneBlocks()
    }

    /// The sources in the order in which a game is looked for.
    enum Source: String, Sendable, CaseIterable {
        case bigDataBall = "bigdataball_play_by_play"
        case league = "nbac_play_by_play"
    }

    private var sources: [String: Source] = [:]
    private var players: [String: [String: Player]] = [:]
    private var teams: [TeamBoxes.Key: Team] = [:]

    public init() {}

    /// Counts the events of each game from one source: of those that tell where every shot was tried from the one that fits
    /// most of the game's boxes, the first of equals.
    ///
    /// - Parameters:
    ///   - box: the teams' field goals by their box scores, where those are known.
    ///   - order: the sources that count, the first of equals first.
    init(
        _ events: [Source: [ShotEvent]],
        box: [TeamBoxes.Key: ShotCount] = [:],
        order: [Source] = Source.allCases
    ) {
        var best: [String: (source: Source, shots: [ShotEvent], fits: Int)] = [:]
        for source in order {
            for (game, shots) in Dictionary(grouping: events[source] ?? [], by: \.nbaGameID) {
                let isPlaced = shots.allSatisfy { if case .fieldGoal(nil, _) = $0.kind { false } else { true } }
                guard isPlaced else { continue }
                let fits = Self.fieldGoals(shots).count { key, count in box[key].map { Self.fit(count, $0) } ?? false }
                if let other = best[game], other.fits >= fits { continue }
                best[game] = (source, shots, fits)
            }
        }
        for (game, chosen) in best {
            sources[game] = chosen.source
            for shot in chosen.shots { add(shot) }
        }
    }

    /// Whether a play-by-play holds the shots of a box score. It may miss one, or count a heave that the box leaves out.
    static func fit(_ count: ShotCount, _ box: ShotCount) -> Bool {
        abs(count.attempts - box.attempts) <= 1 && abs(count.makes - box.makes) <= 1
    }

    private static func fieldGoals(_ shots: [ShotEvent]) -> [TeamBoxes.Key: ShotCount] {
        var counts: [TeamBoxes.Key: ShotCount] = [:]
        for shot in shots {
            guard case .fieldGoal(_, let isMade) = shot.kind else { continue }
            let key = TeamBoxes.Key(nbaGameID: shot.nbaGameID, team: shot.team)
            counts[key] = (counts[key] ?? ShotCount()) + ShotCount(attempts: 1, makes: isMade ? 1 : 0)
        }
        return counts
    }

    private mutating func add(_ event: ShotEvent) {
        let game = event.nbaGameID
        switch event.kind {
        case .andOne:
            if let shooter = event.shooter { players[game, default: [:]][shooter, default: Player()].andOnes += 1 }
        case .fieldGoal(nil, _): break
        case .fieldGoal(let zone?, let isMade):
            let count = ShotCount(attempts: 1, makes: isMade ? 1 : 0)
            let team = TeamBoxes.Key(nbaGameID: game, team: event.team)
            teams[team, default: Team()].zones[zone] = (teams[team]?.zones[zone] ?? ShotCount()) + count
            if let shooter = event.shooter {
                var player = players[game]?[shooter] ?? Player()
                player.zones[zone] = player.zones[zone] + count
                if isMade {
                    if event.assistant == nil { player.unassistedMakes += 1 } else { player.assistedMakes += 1 }
                }
                players[game, default: [:]][shooter] = player
            }
            if let blocker = event.blocker {
                players[game, default: [:]][blocker, default: Player()].blocks.add(zone)
                teams[TeamBoxes.Key(nbaGameID: game, team: event.defense), default: Team()].blocks.add(zone)
            }
        }
    }

    /// The table that tells of a game; nil when none tells where every shot was tried from.
    public func source(ofGame game: String) -> String? { sources[game]?.rawValue }

    /// What a player did in a game; nil without a play-by-play of it. Who took no shot has zeros.
    public func player(_ lookup: String, inGame game: String) -> Player? {
        source(ofGame: game).map { _ in players[game]?[lookup] ?? Player() }
    }

    /// What a team did in a game; nil without a play-by-play of it.
    public func team(_ key: TeamBoxes.Key) -> Team? {
        source(ofGame: key.nbaGameID).map { _ in teams[key] ?? Team() }
    }
}

extension SnapshotReader {
    /// The attempts of a date, from both play-by-plays; `box` as the choice between them takes it.
    func playByPlayShots(
        on date: GameDate,
        box: [TeamBoxes.Key: ShotCount],
        order: SourceOrder
    ) async throws -> PlayByPlayShots {
        let bigDataBall = try await query(
            """
            SELECT nba_game_id, team_abbr, home_team_abbr, away_team_abbr, player_1_lookup, assist_player_lookup,
                   block_player_lookup, shot_made, shot_type, shot_distance
            FROM nba_raw.bigdataball_play_by_play
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL AND team_abbr IS NOT NULL
                AND (shot_type IN ('2PT', '3PT')
                     OR shot_type = 'FT' AND free_throw_number = 1 AND free_throws_awarded = 1
                        AND COALESCE(event_subtype, '') !~* 'technical|flagrant')
            """
        )
        let league = try await query(
            """
            SELECT nba_game_id, team_abbr, home_team_abbr, away_team_abbr, player_1_lookup, assist_player_lookup,
                   block_player_lookup, shot_made, shot_type, shot_distance
            FROM nba_raw.nbac_play_by_play
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL AND team_abbr IS NOT NULL
                AND (shot_type IN ('2PT', '3PT')
                     OR shot_type = 'FT' AND event_action_type ~* '1 of 1'
                        AND concat(event_action_type, event_descriptor) !~* 'technical|flagrant')
            """
        )
        return PlayByPlayShots(
            [.bigDataBall: try Self.shots(bigDataBall), .league: try Self.shots(league)],
            box: box,
            order: order.plays
        )
    }

    private static func shots(_ rows: PostgresRows) throws -> [ShotEvent] {
        try rows.map { row in
            let team: String = try row.decode("team_abbr")
            let home: String = try row.decode("home_team_abbr")
            let type: String = try row.decode("shot_type")
            let zone = ShotZone(isThree: type == "3PT", feet: try row.decode("shot_distance", as: Double?.self))
            let isMade = try row.decode("shot_made", as: Bool?.self) ?? false
            return ShotEvent(
                nbaGameID: try row.decode("nba_game_id"),
                team: team,
                defense: team == home ? try row.decode("away_team_abbr") : home,
                shooter: try row.decode("player_1_lookup"),
                assistant: try row.decode("assist_player_lookup"),
                blocker: try row.decode("block_player_lookup"),
                kind: type == "FT" ? .andOne : .fieldGoal(zone, isMade: isMade)
            )
        }
    }
}
