import Basketball
public import Pipeline

extension PublishedSlate {
    /// - Throws: `PublishedSlateError` when the document lacks what every slate has.
    public init(document: JSONValue) throws(PublishedSlateError) {
        let data = document["data"] ?? .null
        let day = try document.text("slate_date")
        guard let date = try? GameDate(day) else { throw PublishedSlateError(field: "slate_date") }
        guard let version = document["version"]?.intValue else { throw PublishedSlateError(field: "version") }
        guard let games = data["games"]?.arrayValue else { throw PublishedSlateError(field: "games") }
        self.date = date
        self.version = Int(version)
        state = try document.text("state")
        status = try document.text("status")
        reasons = document["status_reasons"].texts
        generatedAt = try document.text("generated_at")
        dataAsOf = document["data_as_of"]?.stringValue
        if let halt = document["halt"], halt["active"]?.boolValue == true {
            self.halt = Halt(
                reason: halt["reason"]?.stringValue ?? "no reason given",
                since: halt["since"]?.stringValue
            )
        }
        self.games = []
        players = []
        for value in games {
            let game = try Game(value)
            self.games.append(game)
            for player in value["players"]?.arrayValue ?? [] { players.append(try Player(player, in: game)) }
        }
        // As the document orders them within a game, over the whole slate.
        players = players.enumerated().sorted { left, right in
            func key(_ entry: (offset: Int, element: Player)) -> (Int, Double, Double, Int) {
                let player = entry.element
                return (
                    player.line == nil ? 1 : 0, -(player.prediction?.confidence ?? 0), -(player.seasonPoints ?? 0),
                    entry.offset
                )
            }
            return key(left) < key(right)
        }.map(\.element)
    }
}

extension PublishedSlate.Game {
    fileprivate init(_ value: JSONValue) throws(PublishedSlateError) {
        gameID = try value.text("game_id")
        home = try value.text("home_team")
        away = try value.text("away_team")
        time = value["game_time"]?.stringValue
        startsAt = value["starts_at"]?.stringValue
        status = try value.text("game_status")
        homeScore = value["home_score"]?.intValue.map { Int($0) }
        awayScore = value["away_score"]?.intValue.map { Int($0) }
        playerCount = value["players"]?.arrayValue?.count ?? 0
    }
}

extension PublishedSlate.Player {
    fileprivate init(_ value: JSONValue, in game: PublishedSlate.Game) throws(PublishedSlateError) {
        lookup = try value.text("player_lookup")
        name = value["name"]?.stringValue ?? lookup
        team = try value.text("team")
        isHome = value["is_home"]?.boolValue ?? (team == game.home)
        opponent = isHome ? game.away : game.home
        gameID = game.gameID
        injuryStatus = value["injury_status"]?.stringValue
        injuryReason = value["injury_reason"]?.stringValue
        daysRest = value["days_rest"]?.intValue.map { Int($0) }
        isBackToBack = value["is_back_to_back"]?.boolValue
        fatigueLevel = value["fatigue_level"]?.stringValue
        gamesPlayed = Int(value["games_played"]?.intValue ?? 0)
        seasonPoints = value["season_ppg"]?.doubleValue
        seasonMinutes = value["season_mpg"]?.doubleValue
        lastFivePoints = value["last_5_ppg"]?.doubleValue
        last30DaysPoints = value["last_30d_ppg"]?.doubleValue
        form = value["recent_form"]?.stringValue
        let last = value["last_10"] ?? .null
        recent = (last["points"]?.arrayValue ?? []).enumerated().map { index, points in
            PublishedSlate.PastGame(
                points: points.intValue.map { Int($0) },
                minutes: last["minutes"]?[index]?.doubleValue,
                line: last["lines"]?[index]?.doubleValue,
                isHome: last["home_away"]?[index]?.stringValue == "H"
            )
        }
        offers = (value["props"]?.arrayValue ?? []).compactMap { offer in
            guard let line = offer["line"]?.doubleValue else { return nil }
            return PublishedSlate.Offer(
                bookmaker: offer["bookmaker"]?.stringValue ?? "unknown",
                line: line,
                overOdds: offer["over_odds"]?.intValue.map { Int($0) },
                underOdds: offer["under_odds"]?.intValue.map { Int($0) },
                isSynthetic: offer["is_line_synthetic"]?.boolValue ?? false,
                seenAt: offer["seen_at"]?.stringValue
            )
        }
        lineHistory = (value["line_history"]?.arrayValue ?? []).compactMap { point in
            guard let line = point["line"]?.doubleValue, let seen = point["seen_at"]?.stringValue else { return nil }
            return PublishedSlate.LinePoint(line: line, seenAt: seen)
        }
        prediction = value["prediction"].flatMap(PublishedSlate.Prediction.init)
        actualPoints = value["actual_points"]?.intValue.map { Int($0) }
        result = value["result"]?.stringValue
    }
}

extension PublishedSlate.Prediction {
    fileprivate init?(_ value: JSONValue) {
        guard let points = value["predicted"]?.doubleValue else { return nil }
        self.points = points
        confidence = (value["confidence_percent"]?.doubleValue ?? 0) / 100
        recommendation = value["recommendation"]?.stringValue ?? "PASS"
        line = value["line"]?.doubleValue
        edge = value["edge"]?.doubleValue
        overProbability = value["over_probability"]?.doubleValue
        if let low = value["interval_low"]?.doubleValue, let high = value["interval_high"]?.doubleValue, low <= high {
            interval = low...high
        }
        modelVersion = value["model_version"]?.stringValue
        isLineSynthetic = value["is_line_synthetic"]?.boolValue ?? false
        reasonsFor = value["factors"].texts
        reasonsAgainst = value["factors_against"].texts
    }
}

extension JSONValue {
    func text(_ field: String) throws(PublishedSlateError) -> String {
        guard let text = self[field]?.stringValue else { throw PublishedSlateError(field: field) }
        return text
    }
}

extension JSONValue? {
    fileprivate var texts: [String] { self?.arrayValue?.compactMap(\.stringValue) ?? [] }
}
