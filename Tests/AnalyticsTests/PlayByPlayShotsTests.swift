import Basketball
import Testing

@testable import Analytics

@Suite struct PlayByPlayShotsTests {
    static let game = "0022300561"

    /// A field goal as the tables tell it: the zone comes from its kind and its distance.
    static func shot(
        isThree: Bool? = false,
        feet: Double? = 2,
        isMade: Bool = false,
        by shooter: String? = "jaysontatum",
        of team: String = "BOS",
        against defense: String = "TOR",
        in game: String = game,
        assist: String? = nil,
        block: String? = nil
    ) -> ShotEvent {
        ShotEvent(
            nbaGameID: game,
            team: team,
            defense: defense,
            shooter: shooter,
            assistant: assist,
            blocker: block,
            kind: .fieldGoal(ShotZone(isThree: isThree, feet: feet), isMade: isMade)
        )
    }

    static func andOne(by shooter: String?, of team: String = "BOS", in game: String = game) -> ShotEvent {
        ShotEvent(
            nbaGameID: game,
            team: team,
            defense: team == "BOS" ? "TOR" : "BOS",
            shooter: shooter,
            assistant: nil,
            blocker: nil,
            kind: .andOne
        )
    }

    /// The attempts of a team that make up the zones, all of them one player's.
    static func events(
        _ zones: ZoneShots,
        by shooter: String? = "jaysontatum",
        of team: String = "BOS",
        against defense: String = "TOR",
        in game: String = game
    ) -> [ShotEvent] {
        ShotZone.allCases.flatMap { zone in
            (0..<zones[zone].attempts).map { number in
                ShotEvent(
                    nbaGameID: game,
                    team: team,
                    defense: defense,
                    shooter: shooter,
                    assistant: nil,
                    blocker: nil,
                    kind: .fieldGoal(zone, isMade: number < zones[zone].makes)
                )
            }
        }
    }

    static func key(_ team: String, _ game: String = game) -> TeamBoxes.Key { .init(nbaGameID: game, team: team) }

    static func zones(
        _ paint: (attempts: Int, makes: Int) = (0, 0),
        mid: (attempts: Int, makes: Int) = (0, 0),
        three: (attempts: Int, makes: Int) = (0, 0)
    ) -> ZoneShots {
        ZoneShots(
            paint: ShotCount(attempts: paint.attempts, makes: paint.makes),
            midRange: ShotCount(attempts: mid.attempts, makes: mid.makes),
            perimeter: ShotCount(attempts: three.attempts, makes: three.makes)
        )
    }

    // Eight feet are the paint's last; the kind decides before the distance, so that a corner three of 22 feet is one.
    @Test(
        arguments: [
            (false, 0, .paint), (false, 8, .paint), (false, 8.1, .midRange), (false, 22, .midRange),
            (false, 23.75, .midRange), (true, 22, .perimeter), (true, 23.75, .perimeter), (true, nil, .perimeter),
            (true, 1, .perimeter), (nil, 23.75, .perimeter), (nil, 23.7, .midRange), (nil, 8, .paint),
        ] as [(Bool?, Double?, ShotZone)]
    )
    func aShotCountsInItsZoneAlone(isThree: Bool?, feet: Double?, zone: ShotZone) {
        for isMade in [true, false] {
            let shots = PlayByPlayShots([.bigDataBall: [Self.shot(isThree: isThree, feet: feet, isMade: isMade)]])
            var expected = ZoneShots()
            expected[zone] = ShotCount(attempts: 1, makes: isMade ? 1 : 0)
            #expect(shots.team(Self.key("BOS"))?.zones == expected)
            #expect(shots.player("jaysontatum", inGame: Self.game)?.zones == expected)
            #expect(shots.team(Self.key("TOR"))?.zones == ZoneShots())
        }
    }

    // analytics 29: 10 shots in the paint with 7 makes, 8 with 3 from mid-range, 12 with 5 from three.
    @Test(arguments: PlayByPlayShots.Source.allCases) func attemptsAndMakesOfEachZone(source: PlayByPlayShots.Source) {
        let expected = Self.zones((10, 7), mid: (8, 3), three: (12, 5))
        let shots = PlayByPlayShots([source: Self.events(expected).reversed()])
        #expect(shots.team(Self.key("BOS"))?.zones == expected)
        #expect(shots.player("jaysontatum", inGame: Self.game)?.zones == expected)
        #expect(expected.attempts == 30 && expected.makes == 15)
    }

    // analytics 30: Los Angeles faces 45 shots in the paint with 28 makes and 18 with 7, Boston 38 with 22.
    @Test func eachTeamHasItsOwnShots() {
        let (boston, angeles) = (Self.zones((45, 28), mid: (18, 7)), Self.zones((38, 22)))
        let shots = PlayByPlayShots([
            .bigDataBall: Self.events(boston, against: "LAL")
                + Self.events(angeles, by: "lebronjames", of: "LAL", against: "BOS")
        ])
        #expect(shots.team(Self.key("BOS"))?.zones == boston)
        #expect(shots.team(Self.key("LAL"))?.zones == angeles)
        #expect(shots.player("lebronjames", inGame: Self.game)?.zones == angeles)
    }

    @Test(
        arguments: [
            (false, 3, ZoneBlocks(paint: 1)), (false, 12, ZoneBlocks(midRange: 1)),
            (true, 22, ZoneBlocks(perimeter: 1)),
        ] as [(Bool, Double, ZoneBlocks)]
    )
    func aBlockIsTheDefendersInTheZoneOfTheShot(isThree: Bool, feet: Double, blocks: ZoneBlocks) {
        let shots = PlayByPlayShots([
            .league: [Self.shot(isThree: isThree, feet: feet, block: "jakobpoeltl"), Self.shot(feet: 1)]
        ])
        #expect(shots.team(Self.key("TOR"))?.blocks == blocks)
        #expect(shots.team(Self.key("BOS"))?.blocks == ZoneBlocks())
        #expect(shots.player("jakobpoeltl", inGame: Self.game) == .init(blocks: blocks))
        #expect(shots.player("jaysontatum", inGame: Self.game)?.blocks == ZoneBlocks())
        // The blocked shot is an attempt of its shooter all the same.
        #expect(shots.team(Self.key("BOS"))?.zones.attempts == 2)
    }

    @Test func makesAreAssistedOrNotAndMissesAreNeither() throws {
        let shots = PlayByPlayShots([
            .bigDataBall: [
                Self.shot(isMade: true, assist: "derrickwhite"), Self.shot(isMade: true),
                Self.shot(isThree: true, feet: 25, isMade: true, assist: "jrueholiday"), Self.shot(), Self.shot(),
            ]
        ])
        let player = try #require(shots.player("jaysontatum", inGame: Self.game))
        #expect(player.assistedMakes == 2 && player.unassistedMakes == 1)
        #expect(player.zones.attempts == 5 && player.zones.makes == 3)
        // Who passes has not shot.
        #expect(shots.player("derrickwhite", inGame: Self.game) == .init())
    }

    @Test func anAndOneIsAFreeThrowAndNoShot() throws {
        let shots = PlayByPlayShots([
            .league: [
                Self.shot(isMade: true), Self.andOne(by: "jaysontatum"), Self.andOne(by: "jaysontatum"),
                Self.andOne(by: "jaylenbrown"), Self.andOne(by: nil),
            ]
        ])
        let player = try #require(shots.player("jaysontatum", inGame: Self.game))
        #expect(player.andOnes == 2 && player.zones == Self.zones((1, 1)) && player.unassistedMakes == 1)
        #expect(shots.player("jaylenbrown", inGame: Self.game) == .init(andOnes: 1))
        #expect(shots.team(Self.key("BOS"))?.zones == Self.zones((1, 1)))
    }

    @Test func aGameIsBigDataBallsWhereItHasItAndIsNeverMixed() {
        let (both, other, none) = (Self.game, "0022300562", "0022300563")
        let shots = PlayByPlayShots([
            .league: Self.events(Self.zones((9, 9)))
                + Self.events(Self.zones(three: (4, 1)), by: "lebronjames", of: "LAL", against: "DEN", in: other)
                + [Self.shot(feet: 1, by: "rjbarrett", of: "TOR", against: "BOS", block: "alhorford")],
            .bigDataBall: Self.events(Self.zones(mid: (2, 1))),
        ])
        #expect(shots.source(ofGame: both) == "bigdataball_play_by_play")
        #expect(shots.team(Self.key("BOS"))?.zones == Self.zones(mid: (2, 1)))
        // What only the league's play-by-play has of the same game does not count.
        #expect(shots.team(Self.key("TOR")) == .init() && shots.team(Self.key("BOS"))?.blocks == ZoneBlocks())
        #expect(shots.player("rjbarrett", inGame: both) == .init())
        #expect(shots.source(ofGame: other) == "nbac_play_by_play")
        #expect(shots.team(Self.key("LAL", other))?.zones == Self.zones(three: (4, 1)))
        #expect(shots.source(ofGame: none) == nil)
    }

    @Test func whoDidNotShootHasZerosWhereTheGameIsCoveredAndNothingElsewhere() {
        let shots = PlayByPlayShots([.bigDataBall: [Self.shot()]])
        #expect(shots.player("paytonpritchard", inGame: Self.game) == .init())
        #expect(shots.team(Self.key("TOR")) == .init())
        #expect(shots.player("paytonpritchard", inGame: "0022300562") == nil)
        #expect(shots.player("jaysontatum", inGame: "0022300562") == nil)
        #expect(shots.team(Self.key("BOS", "0022300562")) == nil)
        #expect(PlayByPlayShots().player("jaysontatum", inGame: Self.game) == nil)
        #expect(PlayByPlayShots([:]) == PlayByPlayShots())
    }

    // What nothing tells of one shot is unknown of all: three zones are known or none is (analytics §7.5).
    @Test(arguments: [nil, false] as [Bool?]) func aShotOfUnknownZoneLeavesTheGameWithoutZones(isThree: Bool?) {
        let other = "0022300562"
        let known = Self.events(Self.zones((5, 2), three: (3, 1)))
        let unknown = Self.shot(isThree: isThree, feet: nil, isMade: true)
        for events in [known + [unknown], [unknown] + known, [unknown]] {
            let shots = PlayByPlayShots([
                .bigDataBall: events + [Self.shot(in: other), Self.andOne(by: "jaysontatum")]
            ])
            #expect(shots.source(ofGame: Self.game) == nil)
            #expect(shots.team(Self.key("BOS")) == nil && shots.team(Self.key("TOR")) == nil)
            #expect(shots.player("jaysontatum", inGame: Self.game) == nil)
            #expect(shots.team(Self.key("BOS", other))?.zones == Self.zones((1, 0)))
        }
    }

    @Test func aShotWithoutAShooterIsItsTeamsAlone() {
        let shots = PlayByPlayShots([.league: [Self.shot(isMade: true, by: nil), Self.shot()]])
        #expect(shots.team(Self.key("BOS"))?.zones == Self.zones((2, 1)))
        #expect(shots.player("jaysontatum", inGame: Self.game)?.zones == Self.zones((1, 0)))
    }

    private static func random(_ games: [String], using random: inout SeededRandom) -> [ShotEvent] {
        (0..<Int.random(in: 0...120, using: &random)).map { _ in
            let (team, defense) = Bool.random(using: &random) ? ("BOS", "TOR") : ("TOR", "BOS")
            let isThree = Bool.random(using: &random)
            let isMade = Bool.random(using: &random)
            let mate = "\(team)\(Int.random(in: 0..<8, using: &random))"
            let defender = "\(defense)\(Int.random(in: 0..<8, using: &random))"
            let game = games[Int.random(in: 0..<games.count, using: &random)]
            let shooter = "\(team)\(Int.random(in: 0..<8, using: &random))"
            if Int.random(in: 0..<10, using: &random) == 0 { return andOne(by: shooter, of: team, in: game) }
            return shot(
                isThree: isThree,
                feet: Double(Int.random(in: isThree ? 22...30 : 0...23, using: &random)),
                isMade: isMade,
                by: shooter,
                of: team,
                against: defense,
                in: game,
                assist: isMade && Bool.random(using: &random) ? mate : nil,
                block: !isMade && Bool.random(using: &random) ? defender : nil
            )
        }
    }

    // analytics §6.6: the players' zones are their team's, assisted and other makes are all makes.
    @Test func thePlayersSumsAreTheirTeams() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        let games = [Self.game, "0022300562"]
        for _ in 0..<100 {
            let events = Self.random(games, using: &random)
            let shots = PlayByPlayShots([
                .bigDataBall: events.filter { $0.nbaGameID == Self.game }, .league: events,
            ])
            // The order of the events does not matter.
            let shuffled = events.shuffled(using: &random)
            #expect(PlayByPlayShots([.league: shuffled]) == PlayByPlayShots([.league: events]), "seed \(seed)")
            for game in games where shots.source(ofGame: game) != nil {
                for team in ["BOS", "TOR"] {
                    let players = (0..<8).compactMap { shots.player("\(team)\($0)", inGame: game) }
                    let sum = ZoneShots.sum(players.map(\.zones))
                    let whole = shots.team(Self.key(team, game))
                    #expect(whole?.zones == sum, "seed \(seed)")
                    #expect(whole?.blocks.paint == players.reduce(0) { $0 + $1.blocks.paint }, "seed \(seed)")
                    #expect(whole?.blocks.midRange == players.reduce(0) { $0 + $1.blocks.midRange }, "seed \(seed)")
                    #expect(whole?.blocks.perimeter == players.reduce(0) { $0 + $1.blocks.perimeter }, "seed \(seed)")
                    for player in players {
                        #expect(player.assistedMakes + player.unassistedMakes == player.zones.makes, "seed \(seed)")
                    }
                    let tried = events.count {
                        if case .fieldGoal = $0.kind { $0.nbaGameID == game && $0.team == team } else { false }
                    }
                    #expect(whole?.zones.attempts == tried, "seed \(seed)")
                }
            }
        }
    }

    @Test("Of two play-by-plays the one that has the box scores' shots counts; of equals the first")
    func aTruncatedPlayByPlayKeepsNobodyOut() {
        let whole = Self.zones((10, 7), mid: (8, 3), three: (12, 5))
        let other = Self.zones((9, 4), mid: (2, 1), three: (6, 2))
        let events = Self.events(whole) + Self.events(other, by: "guest", of: "TOR", against: "BOS")
        let truncated = Array(events.prefix(20))
        let box = [
            Self.key("BOS"): ShotCount(attempts: 30, makes: 15), Self.key("TOR"): ShotCount(attempts: 17, makes: 7),
        ]
        typealias Source = PlayByPlayShots.Source
        func source(_ bigDataBall: [ShotEvent], _ league: [ShotEvent], _ box: [TeamBoxes.Key: ShotCount]) -> String? {
            PlayByPlayShots([.bigDataBall: bigDataBall, .league: league], box: box).source(ofGame: Self.game)
        }
        #expect(source(truncated, events, box) == Source.league.rawValue)
        #expect(source(events, truncated, box) == Source.bigDataBall.rawValue)
        #expect(source(events, events, box) == Source.bigDataBall.rawValue)
        // Without a box nothing tells them apart, and where neither fits the first stays, to be reported.
        #expect(source(truncated, events, [:]) == Source.bigDataBall.rawValue)
        #expect(source(truncated, Array(events.prefix(10)), box) == Source.bigDataBall.rawValue)
        // One team that fits is better than none.
        #expect(source(truncated, Self.events(whole), box) == Source.league.rawValue)
    }
}
