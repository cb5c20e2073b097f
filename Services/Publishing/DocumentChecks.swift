import Basketball

/// What is looked at before a document is promoted. It judges the content and not how it was made.
struct DocumentChecks: Sendable, Hashable {
    /// Faults that no reader may see: the candidate is quarantined.
    private(set) var faults: [String] = []
    /// Gaps that the reader is told about.
    private(set) var gaps: [String] = []
    private(set) var playerCount = 0

    /// A slate with fewer players a game than this is incomplete.
    static let playersPerGame = 8
    static let lineRange = 0.5...80.0
    static let oddsLimit = 10_000

    /// A document without players of a slate has nothing that these checks know.
    init(playerCount: Int) { self.playerCount = playerCount }

    /// `players` are the ones that the document shows; `withdrawn` more would stand there if no operator had taken them
    /// out, and make it no thinner.
    init(slate: Slate, players: [Slate.Player], withdrawn: Int = 0) {
        playerCount = players.count + withdrawn
        checkPlaces(slate, players)
        for player in players { checkRanges(player) }
        let games = slate.activeGames.count
        if playerCount < Self.playersPerGame * games { gaps.append("\(players.count) players for \(games) games") }
    }

    /// - Parameter picks: all that a document of picks shows.
    init(picks: [Pick]) {
        playerCount = picks.count
        for (player, own) in Dictionary(grouping: picks, by: \.key.player).sorted(by: { $0.key < $1.key })
        where own.count > 1 { faults.append("\(player) has \(own.count) picks") }
    }

    /// Whether an offer may be shown: what is out of range becomes no pick, and holds nothing else up.
    static func areInRange(_ offer: Pick.Offer) -> Bool {
        lineRange.contains(offer.line) && offer.price.magnitude <= oddsLimit && (0...1).contains(offer.winProbability)
            && (0...60).contains(offer.predicted)
    }

    private mutating func checkPlaces(_ slate: Slate, _ players: [Slate.Player]) {
        let counts = Dictionary(grouping: players, by: \.lookup)
        for (lookup, rows) in counts.sorted(by: { $0.key < $1.key }) where rows.count > 1 {
            faults.append("\(lookup) stands in the slate \(rows.count) times")
        }
        let games = Dictionary(slate.games.map { ($0.gameID, $0) }, uniquingKeysWith: { first, _ in first })
        if games.count < slate.games.count { faults.append("a game stands in the slate twice") }
        var teams: [String: Set<String>] = [:]
        for player in players {
            guard let game = games[player.gameID] else {
                faults.append("\(player.lookup) plays in \(player.gameID), which is not of this date")
                continue
            }
            guard player.team == (player.isHome ? game.home : game.away) else {
                faults.append("\(player.lookup) plays for \(player.team), not in \(player.gameID)")
                continue
            }
            teams[player.gameID, default: []].insert(player.team)
        }
        for (game, present) in teams.sorted(by: { $0.key < $1.key }) where present.count == 1 {
            faults.append("\(game) has players of \(present.sorted()[0]) only")
        }
        for game in slate.activeGames where teams[game.gameID] == nil { gaps.append("\(game.gameID) has no player") }
    }

    private mutating func checkRanges(_ player: Slate.Player) {
        func require(_ isRight: Bool, _ what: @autoclosure () -> String) {
            if !isRight { faults.append("\(player.lookup): \(what())") }
        }
        if let prediction = player.prediction {
            require((0...60).contains(prediction.points), "\(prediction.points) predicted points")
            require((0...1).contains(prediction.confidence), "confidence \(prediction.confidence)")
            if let line = prediction.line { require(Self.lineRange.contains(line), "a line of \(line)") }
            let hasLine = prediction.line != nil
            require(
                hasLine == (prediction.recommendation != "NO_LINE"),
                "\(prediction.recommendation) \(hasLine ? "with" : "without") a line"
            )
        }
        for offer in player.offers {
            require(Self.lineRange.contains(offer.line), "a line of \(offer.line) at \(offer.bookmaker)")
            for odds in [offer.overOdds, offer.underOdds] {
                guard let odds else { continue }
                require(odds.magnitude <= Self.oddsLimit, "odds of \(odds) at \(offer.bookmaker)")
            }
        }
    }

    /// Whether the candidate may take the place of what readers see now. `shownPlayers` is the number of players in the
    /// current document of the same slate; a thin candidate must not take the place of a fuller one.
    func verdict(shownPlayers: Int?) -> Verdict {
        if !faults.isEmpty { return .quarantine(faults) }
        if !gaps.isEmpty, let shownPlayers, playerCount < shownPlayers {
            return .quarantine(gaps + ["the current document has \(shownPlayers) players"])
        }
        return .promote(gaps: gaps)
    }

    enum Verdict: Sendable, Hashable {
        case promote(gaps: [String])
        case quarantine([String])
    }
}
