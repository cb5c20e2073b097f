import Foundation

/// A team's home arena, for travel, altitude and local time.
public struct Arena: Sendable, Hashable {
    /// The team that plays here.
    public let team: Team
    /// The arena's name at the time of writing.
    public let name: String
    /// Degrees north.
    public let latitude: Double
    /// Degrees east (negative in North America).
    public let longitude: Double
    /// IANA zone, for example `America/Denver`.
    public let timeZoneIdentifier: String
    /// Metres above the sea.
    public let elevationMeters: Int

    /// The thirty arenas, in the order of the team codes.
    public static let all: [Arena] = Team.all.compactMap { team in
        rows[team.tricode].map {
            Arena(
                team: team,
                name: $0.name,
                latitude: $0.latitude,
                longitude: $0.longitude,
                timeZoneIdentifier: $0.zone,
                elevationMeters: $0.elevation
            )
        }
    }

    private static let byTeam = Dictionary(uniqueKeysWithValues: all.map { ($0.team, $0) })

    /// The home arena of a team.
    public static func home(of team: Team) -> Arena {
        guard let arena = byTeam[team] else { preconditionFailure("every team of the table has an arena") }
        return arena
    }

    /// Where it stands.
    public var place: Place {
        Place(latitude: latitude, longitude: longitude, timeZoneIdentifier: timeZoneIdentifier)
    }

    /// Great-circle distance to another arena, in statute miles.
    public func miles(to other: Arena) -> Double { place.miles(to: other.place) }

    /// Great-circle distance in statute miles (haversine, mean radius 3,958.8 mi); coordinates in degrees.
    public static func greatCircleMiles(
        latitude: Double,
        longitude: Double,
        toLatitude: Double,
        toLongitude: Double
    ) -> Double {
        let radians = Double.pi / 180
        let (phi1, phi2) = (latitude * radians, toLatitude * radians)
        let halfPhi = (phi2 - phi1) / 2
        let halfLambda = (toLongitude - longitude) * radians / 2
        let chord = sin(halfPhi) * sin(halfPhi) + cos(phi1) * cos(phi2) * sin(halfLambda) * sin(halfLambda)
        return 2 * 3_958.8 * asin(min(1, chord.squareRoot()))
    }

    private typealias Row = (name: String, latitude: Double, longitude: Double, zone: String, elevation: Int)

    private static let rows: [String: Row] = [
        "ATL": ("State Farm Arena", 33.757, -84.396, "America/New_York", 315),
        "BOS": ("TD Garden", 42.366, -71.062, "America/New_York", 6),
        "BKN": ("Barclays Center", 40.683, -73.975, "America/New_York", 15),
        "CHA": ("Spectrum Center", 35.225, -80.839, "America/New_York", 229),
        "CHI": ("United Center", 41.881, -87.674, "America/Chicago", 181),
        "CLE": ("Rocket Arena", 41.497, -81.688, "America/New_York", 200),
        "DAL": ("American Airlines Center", 32.790, -96.810, "America/Chicago", 131),
        "DEN": ("Ball Arena", 39.749, -105.008, "America/Denver", 1_580),
        "DET": ("Little Caesars Arena", 42.341, -83.055, "America/Detroit", 190),
        "GSW": ("Chase Center", 37.768, -122.388, "America/Los_Angeles", 3),
        "HOU": ("Toyota Center", 29.751, -95.362, "America/Chicago", 14),
        "IND": ("Gainbridge Fieldhouse", 39.764, -86.156, "America/Indiana/Indianapolis", 218),
        "LAC": ("Intuit Dome", 33.945, -118.343, "America/Los_Angeles", 30),
        "LAL": ("Crypto.com Arena", 34.043, -118.267, "America/Los_Angeles", 82),
        "MEM": ("FedExForum", 35.138, -90.051, "America/Chicago", 80),
        "MIA": ("Kaseya Center", 25.781, -80.187, "America/New_York", 2),
        "MIL": ("Fiserv Forum", 43.045, -87.917, "America/Chicago", 190),
        "MIN": ("Target Center", 44.980, -93.276, "America/Chicago", 256),
        "NOP": ("Smoothie King Center", 29.949, -90.082, "America/Chicago", 2),
        "NYK": ("Madison Square Garden", 40.751, -73.993, "America/New_York", 12),
        "OKC": ("Paycom Center", 35.463, -97.515, "America/Chicago", 366),
        "ORL": ("Kia Center", 28.539, -81.384, "America/New_York", 32),
        "PHI": ("Xfinity Mobile Arena", 39.901, -75.172, "America/New_York", 5),
        "PHX": ("Mortgage Matchup Center", 33.446, -112.071, "America/Phoenix", 331),
        "POR": ("Moda Center", 45.532, -122.667, "America/Los_Angeles", 16),
        "SAC": ("Golden 1 Center", 38.580, -121.500, "America/Los_Angeles", 9),
        "SAS": ("Frost Bank Center", 29.427, -98.437, "America/Chicago", 200),
        "TOR": ("Scotiabank Arena", 43.643, -79.379, "America/Toronto", 77),
        "UTA": ("Delta Center", 40.768, -111.901, "America/Denver", 1_300),
        "WAS": ("Capital One Arena", 38.898, -77.021, "America/New_York", 12),
    ]
}
