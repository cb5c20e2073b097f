extension NBAGameID {
    /// A round of the playoffs.
    public enum PlayoffRound: Int, Sendable, Hashable, CaseIterable {
        case first = 1
        case conferenceSemifinals
        case conferenceFinals
        case finals

        /// Such as `conference_finals`.
        public var name: String {
            switch self {
            case .first: "first_round"
            case .conferenceSemifinals: "conference_semifinals"
            case .conferenceFinals: "conference_finals"
            case .finals: "finals"
            }
        }
    }

    /// The round of a game of the playoffs, from the third digit from the end: `004YY00RSG`.
    public var playoffRound: PlayoffRound? {
        guard seasonType == .playoffs else { return nil }
        return Int(rawValue.suffix(3).prefix(1)).flatMap(PlayoffRound.init)
    }
}
