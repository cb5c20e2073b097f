import Basketball
import Testing

@Suite struct ZoneTests {
    static let day = HistoryTests.day("2025-01-20")

    /// Attempts and makes of each zone.
    static func zones(paint: (Int, Int) = (0, 0), mid: (Int, Int) = (0, 0), three: (Int, Int) = (0, 0)) -> ZoneShots {
        ZoneShots(
            paint: ShotCount(attempts: paint.0, makes: paint.1),
            midRange: ShotCount(attempts: mid.0, makes: mid.1),
            perimeter: ShotCount(attempts: three.0, makes: three.1)
        )
    }

    /// No player and no team shoots like that.
    static let absurd = zones(paint: (900, 1), mid: (700, 699), three: (500, 500))

    @Test(
        arguments: [
            (true, nil, .perimeter), (true, 3, .perimeter), (true, 22, .perimeter),
            (false, 0, .paint), (false, 8, .paint), (false, 8.1, .midRange), (false, 30, .midRange), (false, nil, nil),
            (nil, 8, .paint), (nil, 8.1, .midRange), (nil, 23.7, .midRange), (nil, 23.75, .perimeter), (nil, nil, nil),
        ] as [(Bool?, Double?, ShotZone?)]
    )
    func theKindDecidesBeforeTheDistance(isThree: Bool?, feet: Double?, zone: ShotZone?) {
        #expect(ShotZone(isThree: isThree, feet: feet) == zone)
    }

    @Test(
        arguments: [
            (.paint, zones(paint: (3, 2)), ZoneBlocks(paint: 1)),
            (.midRange, zones(mid: (3, 2)), ZoneBlocks(midRange: 1)),
            (.perimeter, zones(three: (3, 2)), ZoneBlocks(perimeter: 1)),
        ] as [(ShotZone, ZoneShots, ZoneBlocks)]
    )
    func everyZoneHasItsOwnPlace(zone: ShotZone, shots: ZoneShots, blocks: ZoneBlocks) {
        var written = ZoneShots()
        written[zone] = ShotCount(attempts: 3, makes: 2)
        var counted = ZoneBlocks()
        counted.add(zone)
        #expect(written == shots && counted == blocks)
        for other in ShotZone.allCases { #expect(shots[other].attempts == (other == zone ? 3 : 0)) }
        #expect(shots.attempts == 3 && shots.makes == 2)
        #expect(shots[zone].share == 2.0 / 3 && ShotCount().share == nil)
        let sum = ZoneShots.sum([shots, Self.absurd, shots])
        #expect(sum.attempts == 2_106 && sum.makes == 1_204)
        #expect(sum[zone].makes == Self.absurd[zone].makes + 4)
    }

    // MARK: - Players

    /// One game a day up to yesterday, oldest first.
    static func shotGames(_ zones: [ZoneShots?], assisted: Int? = nil, unassisted: Int? = nil) -> [ShotGame] {
        zones.enumerated().map { index, shots in
            ShotGame(
                date: day.adding(days: index - zones.count),
                zones: shots,
                assistedMakes: assisted,
                unassistedMakes: unassisted
            )
        }
    }

    static func profile(_ games: [ShotGame], last window: Int = 10) -> ShotProfile {
        ShotProfile(GamesBefore(games, before: day), last: window)
    }

    /// Figures of paint, mid-range and perimeter, rounded as the study prints them.
    struct ProfileCase: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var games: [ShotGame]
        var attempts: Int
        var rates: [Double?]
        var shares: [Double?]
        var attemptsPerGame: [Double?]
        var assisted: [Double?] = [nil, nil]
    }

    static let profileCases = [
        ProfileCase(
            testDescription: "analytics 60",
            games: shotGames(
                Array(repeating: zones(paint: (8, 5), mid: (4, 2), three: (6, 2)), count: 10),
                assisted: 6,
                unassisted: 3
            ),
            attempts: 180,
            rates: [44.44, 22.22, 33.33],
            shares: [0.625, 0.5, 0.333],
            attemptsPerGame: [8, 4, 6],
            assisted: [66.67, 33.33]
        ),
        ProfileCase(
            testDescription: "analytics 61",
            games: shotGames((1...10).map { zones(paint: $0 % 2 == 0 ? (8, 4) : (4, 3)) }),
            attempts: 60,
            rates: [100, 0, 0],
            shares: [0.583, nil, nil],
            attemptsPerGame: [6, 0, 0]
        ),
        ProfileCase(
            testDescription: "known games only",
            games: shotGames([zones(mid: (9, 3)), nil, nil, zones(three: (3, 1))]),
            attempts: 12,
            rates: [0, 75, 25],
            shares: [nil, 0.333, 0.333],
            attemptsPerGame: [0, 4.5, 1.5]
        ),
        ProfileCase(
            testDescription: "games without a shot",
            games: shotGames([zones(), zones()], assisted: 0, unassisted: 0),
            attempts: 0,
            rates: [nil, nil, nil],
            shares: [nil, nil, nil],
            attemptsPerGame: [0, 0, 0]
        ),
        ProfileCase(
            testDescription: "no play-by-play",
            games: shotGames([nil, nil]),
            attempts: 0,
            rates: [nil, nil, nil],
            shares: [nil, nil, nil],
            attemptsPerGame: [nil, nil, nil]
        ),
    ]

    @Test(arguments: profileCases)
    func profilesAreSumsOverTheKnownGames(example: ProfileCase) {
        let profile = Self.profile(example.games)
        #expect(profile.games == example.games.count { $0.zones != nil })
        #expect(profile.attempts == example.attempts)
        #expect(profile.zones.map { $0.ratePercent.places(2) } == example.rates)
        #expect(profile.zones.map { $0.fieldGoalShare.places(3) } == example.shares)
        #expect(profile.zones.map { $0.attemptsPerGame.places(1) } == example.attemptsPerGame)
        let assisted = [profile.assistedRatePercent, profile.unassistedRatePercent]
        #expect(assisted.map { $0.places(2) } == example.assisted)
        #expect((profile.primaryZone == nil) == (example.attempts == 0))
    }

    @Test(
        arguments: [
            ("analytics 62", 45, 20, 35, "paint"), ("analytics 63", 35, 25, 40, "perimeter"),
            ("analytics 64", 30, 35, 35, "mid_range"), ("analytics 65", 35, 30, 35, "balanced"),
            ("analytics 65", 35, 25, 38, "balanced"), ("paint before perimeter", 40, 20, 40, "paint"),
            ("perimeter before mid-range", 20, 40, 40, "perimeter"), ("below all", 39.9, 20.3, 39.8, "balanced"),
        ] as [(String, Double, Double, Double, String)]
    )
    func thePrimaryZoneHasAnOrder(name: String, paint: Double, mid: Double, three: Double, zone: String) {
        #expect(ShotProfile.PrimaryZone(paint: paint, midRange: mid, perimeter: three).rawValue == zone, "\(name)")
        var profile = Self.profile([])
        profile.paint.ratePercent = paint
        profile.midRange.ratePercent = mid
        #expect(profile.primaryZone == nil, "\(name)")
        profile.perimeter.ratePercent = three
        #expect(profile.primaryZone?.rawValue == zone, "\(name)")
    }

    @Test(arguments: [
        (10, 10, "excellent"), (9, 10, "good"), (7, 10, "good"), (6, 10, "limited"), (5, 10, "limited"),
        (4, 10, "insufficient"), (0, 10, "insufficient"), (20, 20, "excellent"), (19, 20, "good"), (14, 20, "good"),
        (13, 20, "limited"), (10, 20, "limited"), (9, 20, "insufficient"),
    ])
    func aSampleIsMeasuredByItsWindow(games: Int, window: Int, quality: String) {
        #expect(ShotProfile.SampleQuality(games: games, of: window).rawValue == quality)
    }

    // MARK: - Defences

    static func defense(_ games: [DefenseGame], league: LeagueZones = LeagueZones()) -> ZoneDefense {
        ZoneDefense(GamesBefore(games, before: day), league: league)
    }

    /// The study's fixture, one game a day up to yesterday.
    static let fifteen = (1...15).map {
        DefenseGame(
            date: day.adding(days: -$0),
            zones: zones(paint: (35, 20), mid: (20, 8), three: (35, 12)),
            blocks: ZoneBlocks(paint: 2, perimeter: 1),
            pointsAllowed: 102 + $0,
            defensiveRating: 104.5 + Double($0),
            opponentPace: 91.2 + Double($0)
        )
    }

    @Test(
        arguments: [
            ("analytics 51, 52, 53", .paint, 0.571, 35, 2, -0.9),
            ("analytics 51, 53", .midRange, 0.4, 20, 0, -1), ("analytics 51, 53", .perimeter, 0.343, 35, 1, -1.2),
        ] as [(String, ShotZone, Double, Double, Double, Double)]
    )
    func whatADefenceAllowsByZone(
        name: String,
        zone: ShotZone,
        share: Double,
        attempts: Double,
        blocks: Double,
        versus: Double
    ) {
        let league = LeagueZones([.paint: 0.580, .midRange: 0.410, .perimeter: 0.355])
        let older = DefenseGame(date: Self.day.adding(days: -16), zones: Self.absurd, blocks: ZoneBlocks(paint: 99))
        let defense = Self.defense(Self.fifteen + [older], league: league)
        #expect(defense[zone].allowedShare.places(3) == share, "\(name)")
        #expect(defense[zone].attemptsPerGame == attempts && defense[zone].blocksPerGame == blocks, "\(name)")
        #expect(defense[zone].versusLeaguePoints.places(1) == versus, "\(name)")
        #expect(defense.games == 15 && defense.zoneGames == 15, "\(name)")
    }

    @Test func meansOfADefenceAreOverTheGamesThatTell() {
        let defense = Self.defense(Self.fifteen)
        // Two points for each of twenty makes; the study's 42.0 is a column of its fixture.
        #expect(defense.paintPointsPerGame == 40, "analytics 52")
        #expect(defense.defensiveRating == 112.5, "analytics 52")
        #expect(defense.pointsAllowedPerGame == 110, "analytics 52")
        #expect(defense.opponentPace == 99.2, "analytics 52")
        #expect(defense.zones.allSatisfy { $0.versusLeaguePoints == nil })

        var silent = Self.fifteen
        for index in 1..<15 { silent[index] = DefenseGame(date: silent[index].date) }
        let one = Self.defense(silent)
        #expect(one.games == 15 && one.zoneGames == 1)
        #expect(one.paintPointsPerGame == 40 && one.paint.attemptsPerGame == 35 && one.paint.blocksPerGame == 2)
        #expect(one.defensiveRating == 105.5 && one.pointsAllowedPerGame == 103 && one.opponentPace == 92.2)

        silent[0] = DefenseGame(date: silent[0].date, pointsAllowed: 99)
        let none = Self.defense(silent)
        #expect(none.games == 15 && none.zoneGames == 0 && none.pointsAllowedPerGame == 99)
        #expect(none.zones == Self.defense([]).zones && none.paintPointsPerGame == nil)
        #expect(none.defensiveRating == nil && none.opponentPace == nil)
    }

    @Test func aZoneWithoutAnAttemptIsNotCompared() {
        let games = Self.fifteen.map { game in
            var game = game
            game.zones?.midRange = ShotCount()
            return game
        }
        let league = LeagueZones([.paint: 0.5, .midRange: 0.4, .perimeter: 0.3])
        let defense = Self.defense(games, league: league)
        #expect(defense.midRange.allowedShare == nil && defense.midRange.versusLeaguePoints == nil, "analytics 59")
        #expect(defense.midRange.attemptsPerGame == 0)
        #expect(defense.paint.versusLeaguePoints == 7.1429 && defense.perimeter.versusLeaguePoints == 4.2857)
        #expect(defense.strongestZone == .perimeter && defense.weakestZone == .paint)
    }

    @Test(
        arguments: [
            ("analytics 54", 3, -2.5, 0.5, .midRange, .paint), ("analytics 55", 1, 0.5, -4, .perimeter, .paint),
            ("analytics 56", 2, nil, -1, .perimeter, .paint),
            ("analytics 57", 0.1, 0.2, -0.1, .perimeter, .midRange), ("analytics 57", nil, nil, nil, nil, nil),
            ("all equal", 1, 1, 1, .paint, .paint), ("two equal", nil, 1, 1, .midRange, .midRange),
            ("one known", nil, nil, 0, .perimeter, .perimeter),
        ] as [(String, Double?, Double?, Double?, ShotZone?, ShotZone?)]
    )
    func theExtremesAreOfTheComparedZones(
        name: String,
        paint: Double?,
        mid: Double?,
        three: Double?,
        strongest: ShotZone?,
        weakest: ShotZone?
    ) {
        var defense = Self.defense([])
        defense.paint.versusLeaguePoints = paint
        defense.midRange.versusLeaguePoints = mid
        defense.perimeter.versusLeaguePoints = three
        #expect(defense.strongestZone == strongest, "\(name)")
        #expect(defense.weakestZone == weakest, "\(name)")
    }

    // The study, §2.2: min(5 + ⌊d/3⌋, 14) for d ≤ 21, else 15.
    @Test(arguments: [(-3, 5), (0, 5), (2, 5), (3, 6), (5, 6), (6, 7), (20, 11), (21, 12), (22, 15), (170, 15)])
    func aYoungSeasonExpectsFewerGames(days: Int, games: Int) {
        #expect(ZoneDefense.expectedGames(daysIntoSeason: days) == games)
    }

    // MARK: - The league

    /// A team's games on the given days before the date.
    static func team(_ daysBefore: [Int], _ zones: ZoneShots?) -> GamesBefore<DefenseGame> {
        GamesBefore(daysBefore.map { DefenseGame(date: day.adding(days: -$0), zones: zones) }, before: day)
    }

    @Test(
        arguments: [
            ("ten teams of ten games", 10, Array(1...10), true), ("nine teams", 9, Array(1...10), false),
            ("nine games", 10, Array(1...9), false), ("the thirtieth day before", 10, Array(21...30), true),
            ("the day before that", 10, Array(22...31), false), ("the day's own game", 10, Array(0...9), false),
        ]
    )
    func aLeagueIsTenTeamsOfTenGames(name: String, teams: Int, daysBefore: [Int], isKnown: Bool) {
        let shots = Self.zones(paint: (10, 6), three: (10, 3))
        let league = LeagueZones((0..<teams).map { _ in Self.team(daysBefore, shots) })
        #expect(league[.paint].places(12) == (isKnown ? 0.6 : nil), "\(name)")
        #expect((league[.perimeter] != nil) == isKnown, "\(name)")
        #expect(league[.midRange] == nil, "\(name)")
    }

    @Test func everyTeamCountsOnceAndTheUnknownNotAtAll() {
        let days = Array(1...10)
        let few = Self.zones(paint: (10, 5))
        let teams = (0..<9).map { _ in Self.team(days, few) }
        let league = LeagueZones(
            teams + [
                Self.team(days, Self.zones(paint: (5_000, 5_000))), Self.team(Array(1...9), Self.absurd),
                Self.team(days, nil),
            ]
        )
        #expect(league[.paint].places(12) == 0.55)
        // Attempts of one team alone make the mean of its zone.
        #expect(LeagueZones(teams + [Self.team(days, Self.zones(mid: (4, 1)))])[.midRange] == 0.25)
        #expect(LeagueZones(teams + [Self.team(days, nil)])[.paint] == nil)
        #expect(LeagueZones([GamesBefore<DefenseGame>]()) == LeagueZones())
    }

    // MARK: - Promises for any games

    @Test func ratesAddUpToTheWhole() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        var shooters = 0
        for _ in 0..<500 {
            let zones = (0..<Int.random(in: 0...14, using: &random)).map { _ in ZoneShots.random(using: &random) }
            let games = Self.shotGames(
                zones,
                assisted: Int.random(in: 0...9, using: &random),
                unassisted: Int.random(in: 0...9, using: &random)
            )
            let profile = Self.profile(games)
            let rates = profile.zones.compactMap(\.ratePercent)
            #expect(rates.count == (profile.attempts > 0 ? 3 : 0), "seed \(seed)")
            if profile.attempts > 0 {
                shooters += 1
                #expect(abs(rates.reduce(0, +) - 100) < 0.0002, "seed \(seed)")
            }
            if let assisted = profile.assistedRatePercent, let unassisted = profile.unassistedRatePercent {
                #expect(abs(assisted + unassisted - 100) < 0.0002, "seed \(seed)")
            }
            let tried = profile.zones.compactMap(\.attemptsPerGame).reduce(0, +) * Double(profile.games)
            #expect(abs(tried - Double(profile.attempts)) < 0.002, "seed \(seed)")
            #expect(profile.zones.compactMap(\.fieldGoalShare).allSatisfy { (0...1).contains($0) }, "seed \(seed)")
        }
        #expect(shooters > 100, "seed \(seed)")
    }

    @Test func theDaysOwnGameAndLaterOnesChangeNothing() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let count = Int.random(in: 0...25, using: &random)
            let zones = (0..<count).map { _ in Bool.random(using: &random) ? ZoneShots.random(using: &random) : nil }
            let later = (0...Int.random(in: 0...3, using: &random)).map { Self.day.adding(days: $0 * $0) }
            let window = Int.random(in: 1...20, using: &random)

            let shots = Self.shotGames(zones, assisted: 2, unassisted: 1)
            let lateShots = later.map {
                ShotGame(date: $0, zones: Self.absurd, assistedMakes: 1_000, unassistedMakes: 1)
            }
            let mixed = (shots + lateShots).shuffled(using: &random)
            #expect(Self.profile(mixed, last: window) == Self.profile(shots, last: window), "seed \(seed)")

            let games = shots.map { DefenseGame(date: $0.date, zones: $0.zones, pointsAllowed: 110) }
            let lateGames = later.map {
                DefenseGame(
                    date: $0,
                    zones: Self.absurd,
                    blocks: ZoneBlocks(paint: 99),
                    pointsAllowed: 999,
                    defensiveRating: 999,
                    opponentPace: 999
                )
            }
            let all = (games + lateGames).shuffled(using: &random)
            #expect(Self.defense(all) == Self.defense(games), "seed \(seed)")
            let clean = Array(repeating: GamesBefore(games, before: Self.day), count: 10)
            let dirty = Array(repeating: GamesBefore(all, before: Self.day), count: 10)
            #expect(LeagueZones(dirty) == LeagueZones(clean), "seed \(seed)")
            #expect(GamesBefore(all, before: Self.day).games == games, "seed \(seed)")
            #expect(Array(GamesBefore(all, before: Self.day).last(window)) == games.suffix(window), "seed \(seed)")
        }
    }

    @Test func gamesWithoutPlayByPlayOnlyPushOthersOut() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let zones = (0..<20).map { _ in ZoneShots.random(using: &random) }
            let known = Int.random(in: 1...20, using: &random)
            let silent = Int.random(in: 0...14, using: &random)
            // The silent ones are the latest, so that they take places in the window before any other.
            let told = Array(zones.prefix(known))
            let withSilent = told + Array(repeating: nil, count: silent)

            let expected = Self.profile(Self.shotGames(told.suffix(max(15 - silent, 0))), last: 15)
            #expect(Self.profile(Self.shotGames(withSilent), last: 15) == expected, "seed \(seed)")

            let league = LeagueZones([.paint: 0.6, .midRange: 0.4, .perimeter: 0.36])
            func defense(_ zones: [ZoneShots?]) -> ZoneDefense {
                let games = zones.enumerated().map { index, shots in
                    DefenseGame(
                        date: Self.day.adding(days: index - zones.count),
                        zones: shots,
                        blocks: shots.map { ZoneBlocks(paint: $0.makes, midRange: 1, perimeter: $0.attempts) }
                    )
                }
                return Self.defense(games, league: league)
            }
            let (plain, diluted) = (defense(told.suffix(15 - silent)), defense(withSilent))
            #expect(diluted.zones == plain.zones, "seed \(seed)")
            #expect(diluted.paintPointsPerGame == plain.paintPointsPerGame, "seed \(seed)")
            #expect(diluted.zoneGames == plain.zoneGames && diluted.games == min(known + silent, 15), "seed \(seed)")
        }
    }

    @Test func aGameThatSaysNothingOfAFigureDoesNotChangeIt() {
        let zones = Self.zones(paint: (8, 5))
        let (earlier, later) = (Self.day.adding(days: -2), Self.day.adding(days: -1))
        let made = ShotGame(date: earlier, zones: nil, assistedMakes: 6, unassistedMakes: 3)
        for games in [[made], [made, ShotGame(date: later, zones: zones)]] {
            #expect(Self.profile(games).assistedRatePercent == 66.6667)
            #expect(Self.profile(games).unassistedRatePercent == 33.3333)
        }
        let blocked = DefenseGame(date: earlier, blocks: ZoneBlocks(paint: 3))
        for games in [[blocked], [blocked, DefenseGame(date: later, zones: zones)]] {
            #expect(Self.defense(games).paint.blocksPerGame == 3)
        }
    }
}

extension ShotProfile {
    fileprivate var zones: [Zone] { [paint, midRange, perimeter] }
}

extension ZoneDefense {
    fileprivate var zones: [Zone] { ShotZone.allCases.map { self[$0] } }
}

extension ZoneShots {
    fileprivate static func random(using random: inout SeededGenerator) -> ZoneShots {
        var shots = ZoneShots()
        for zone in ShotZone.allCases {
            let attempts = Int.random(in: 0...12, using: &random)
            shots[zone] = ShotCount(attempts: attempts, makes: Int.random(in: 0...attempts, using: &random))
        }
        return shots
    }
}

extension Double? {
    fileprivate func places(_ count: Int) -> Double? { map { Rounding.halfAway($0, places: count) } }
}

/// A small generator, so that a failing case can be repeated from its seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
