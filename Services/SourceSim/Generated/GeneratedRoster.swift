import Basketball
import Foundation

/// An invented player: who he is and what he does in 36 minutes.
struct GeneratedPlayer: Sendable {
    let id: Int32
    let name: String
    /// Rank of his talent, 0…1.
    let talent: Double
    let shotsPer36: Double
    let threeShare: Double
    let twoChance: Double
    let threeChance: Double
    let freeThrowsPer36: Double
    let freeThrowChance: Double
    let offensiveReboundsPer36: Double
    let defensiveReboundsPer36: Double
    let assistsPer36: Double
    let stealsPer36: Double
    let blocksPer36: Double
    let turnoversPer36: Double
    let foulsPer36: Double
}

/// The invented players and which team each is with in a season.
struct GeneratedRoster: Sendable {
    static let squadSize = 16
    let players: [GeneratedPlayer]
    private let seed: UInt64

    init(seed: UInt64) {
        self.seed = seed
        var random = SeededRandom(seed: stableHash("players", salt: seed))
        var used: Set<String> = []
        players = (0..<Team.all.count * Self.squadSize).map { index in
            // The slot decides the role, so that every squad starts with stars and ends with reserves.
            let slot = index % Self.squadSize
            let talent = 1 - (Double(slot) + random.uniform()) / Double(Self.squadSize)
            let big = random.uniform()
            return GeneratedPlayer(
                id: Int32(1_700_001 + index),
                name: Self.uniqueName(&random, &used),
                talent: talent,
                shotsPer36: 9 + 10 * talent * talent + random.normal(0, 1),
                threeShare: max(0.02, 0.62 - 0.6 * big),
                twoChance: 0.47 + 0.11 * big + 0.02 * talent,
                threeChance: 0.33 + 0.05 * random.uniform(),
                freeThrowsPer36: 1.2 + 4.2 * talent * random.uniform() + 0.9 * big,
                freeThrowChance: 0.86 - 0.18 * big + random.normal(0, 0.03),
                offensiveReboundsPer36: 0.5 + 3.2 * big * big,
                defensiveReboundsPer36: 2.6 + 4.8 * big,
                assistsPer36: 1.5 + 6.8 * (1 - big) * talent,
                stealsPer36: 0.7 + 0.8 * random.uniform(),
                blocksPer36: 0.2 + 1.5 * big * big,
                turnoversPer36: 0.9 + 1.6 * talent,
                foulsPer36: 2.2 + 1.6 * big
            )
        }
    }

    /// Squads of a season in order of talent; trades accumulate from the first season to this one.
    func squads(of season: Season) -> [Team: [GeneratedPlayer]] {
        var squads = Team.all.indices.map { team in
            (0..<Self.squadSize).map { team * Self.squadSize + $0 }
        }
        for year in stride(from: 2_000, through: season.startYear, by: 1) {
            var random = SeededRandom(seed: stableHash("trades \(year)", salt: seed))
            for _ in 0..<24 {
                let (first, second) = (random.index(squads.count), random.index(squads.count))
                let slot = random.index(Self.squadSize)
                (squads[first][slot], squads[second][slot]) = (squads[second][slot], squads[first][slot])
            }
        }
        return Dictionary(
            uniqueKeysWithValues: zip(Team.all, squads).map { team, members in
                (team, members.map { players[$0] }.sorted { ($0.talent, $0.id) > ($1.talent, $1.id) })
            }
        )
    }

    private static func uniqueName(_ random: inout SeededRandom, _ used: inout Set<String>) -> String {
        while true {
            let suffix = random.uniform() < 0.06 ? " " + suffixes[random.index(suffixes.count)] : ""
            let name =
                "\(firstNames[random.index(firstNames.count)]) \(lastNames[random.index(lastNames.count)])\(suffix)"
            if used.insert(PlayerLookup.normalize(name)).inserted { return name }
        }
    }

    private static let suffixes = ["Jr.", "II", "III", "Sr."]
    private static let firstNames = [
        "Aaron", "Bashir", "Cal", "Dante", "Élan", "Felix", "Gideon", "Hugo", "Idris", "Jalen", "Kofi", "Luka", "Milo",
        "Nikola", "Omar", "Pierce", "Quincy", "R.J.", "Søren", "Tobias", "Ugo", "Viktor", "Wes", "Xavi", "Yusuf",
        "Zion",
        "Day'Von", "Jean-Luc", "T.J.", "Ömer", "Marcus", "Theo", "Andrés", "Bo", "Corey", "Desmond",
    ]
    private static let lastNames = [
        "Abara", "Bellweather", "Castellane", "Dvořák", "Eastlake", "Farrow", "Grünwald", "Hargrove", "Ibarra",
        "Jovičić",
        "Kestrel", "Lindqvist", "Marchetti", "N'Diaye", "O'Rourke", "Petrović", "Quill", "Rasmussen", "Šimek",
        "Thornbury",
        "Ulloa", "Vance", "Whitcombe", "Xanthos", "Yıldız", "Zeller-Pratt", "Ashdown", "Brandt", "Cole", "Drummond",
        "Everhart", "Fontaine", "Gallo", "Hollis", "Iverson", "Jansen", "Koné", "Lattimore", "Muñoz", "Norwood",
    ]
}
