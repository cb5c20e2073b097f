import Foundation

/// A place on the map with its clock.
public struct Place: Sendable, Hashable {
    /// Degrees north.
    public let latitude: Double
    /// Degrees east (negative in North America).
    public let longitude: Double
    /// IANA zone.
    public let timeZoneIdentifier: String

    /// Great-circle distance in statute miles.
    public func miles(to other: Place) -> Double {
        Arena.greatCircleMiles(
            latitude: latitude,
            longitude: longitude,
            toLatitude: other.latitude,
            toLongitude: other.longitude
        )
    }

    /// Whole hours between the local times of two places on a day.
    func hoursApart(from other: Place, on date: GameDate) -> Int {
        // Afternoon in North America, so that a change of clocks in the night before has happened everywhere.
        let instant = LeagueClock.instant(date, hour: 15, minute: 0)
        return abs(secondsFromGMT(instant) - other.secondsFromGMT(instant)) / 3_600
    }

    private func secondsFromGMT(_ instant: Date) -> Int {
        guard let zone = TimeZone(identifier: timeZoneIdentifier) else {
            preconditionFailure("\(timeZoneIdentifier) is a zone of every system's table")
        }
        return zone.secondsFromGMT(for: instant)
    }
}

/// Where a game is played, as far as its schedule tells.
public enum GameSite: Sendable, Hashable {
    /// The home team's own arena.
    case homeArena
    /// Another town, such as Toronto's Tampa of 2020-21.
    case town(Place)
    /// Neutral ground in a town that is not in the table.
    case unknown

    /// - Parameters:
    ///   - city: the arena's city as the schedule names it. A town that is neither in the table nor another team's counts
    ///     as the home team's own: teams play in suburbs, and halls change their addresses.
    ///   - isNeutral: nil where the schedule does not say.
    public init(city: String?, isNeutral: Bool?, home: Team) {
        if let city {
            if let town = Self.towns[city] {
                self = .town(town)
                return
            }
            if city != home.city, let other = Team.all.first(where: { $0.city == city }) {
                self = .town(Arena.home(of: other).place)
                return
            }
        }
        self = isNeutral == true && city != home.city ? .unknown : .homeArena
    }

    /// The place; nil when it is not known.
    func place(home: Team) -> Place? {
        switch self {
        case .homeArena: Arena.home(of: home).place
        case .town(let place): place
        case .unknown: nil
        }
    }

    /// Towns without a team in which games that count were played.
    private static let towns: [String: Place] = [
        "Austin": Place(latitude: 30.282, longitude: -97.733, timeZoneIdentifier: "America/Chicago"),
        "Berlin": Place(latitude: 52.506, longitude: 13.444, timeZoneIdentifier: "Europe/Berlin"),
        "Lake Buena Vista": Place(latitude: 28.337, longitude: -81.556, timeZoneIdentifier: "America/New_York"),
        "Las Vegas": Place(latitude: 36.103, longitude: -115.178, timeZoneIdentifier: "America/Los_Angeles"),
        "London": Place(latitude: 51.503, longitude: 0.003, timeZoneIdentifier: "Europe/London"),
        "Mexico City": Place(latitude: 19.497, longitude: -99.176, timeZoneIdentifier: "America/Mexico_City"),
        "Paris": Place(latitude: 48.839, longitude: 2.379, timeZoneIdentifier: "Europe/Paris"),
        "Tampa": Place(latitude: 27.943, longitude: -82.452, timeZoneIdentifier: "America/New_York"),
    ]
}
