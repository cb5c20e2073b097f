public import Basketball
import Pipeline

/// One play of a game with everybody on the floor.
public struct BigDataBallPlay: Sendable, Hashable {
    public var number: Int
    /// 1 to 4, overtimes from 5.
    public var period: Int
    /// Left in the period, and since its start.
    public var secondsLeft: Int
    public var secondsOfPeriod: Int
    /// Since the play before.
    public var length: Int?
    /// Nil where the source leaves it empty.
    public var type: String?
    public var subType: String?
    public var text: String?
    public var awayScore: Int
    public var homeScore: Int
    public var team: Team?
    /// People as the source spells them, without the ids that it put before names for a season.
    public var away: [String?]
    public var home: [String?]
    public var player: String?
    public var assistant: String?
    public var blocker: String?
    public var stealer: String?
    public var jumpBallAway: String?
    public var jumpBallHome: String?
    public var possession: String?
    public var entered: String?
    public var left: String?
    public var opponent: String?
    public var reason: String?
    public var shot: PlayByPlayEvent.Shot?
    public var isMade: Bool?
    public var points: Int?
    public var shotDistance: Double?
    public var originalX: Double?
    public var originalY: Double?
    public var convertedX: Double?
    public var convertedY: Double?
    public var freeThrowNumber: Int?
    public var freeThrowsAwarded: Int?

    /// Seconds since the tip-off, over all periods.
    public var secondsElapsed: Int {
        PlayByPlayEvent.start(of: period) + PlayByPlayEvent.length(of: period) - secondsLeft
    }

    /// Everybody whom the play names.
    public var people: [String] {
        let named = [
            player, assistant, blocker, stealer, jumpBallAway, jumpBallHome, possession, entered, left, opponent,
        ]
        return (away + home + named).compactMap { $0 }
    }
}

/// BigDataBall's play-by-play of one game, a table with 44 columns.
public struct BigDataBallPayload: Sendable, Hashable {
    public var game: NBAGameID
    /// Such as `NBA 2025 Playoffs`.
    public var dataSet: String?
    /// The day that the file names.
    public var date: GameDate?
    public var plays: [BigDataBallPlay]
    public var notes: PayloadNotes
    public var listedCount: Int

    /// Whether the last period has ended and one team is ahead.
    public var isFinished: Bool {
        guard let last = plays.last else { return false }
        return last.type == "end of period" && last.period >= 4 && last.homeScore != last.awayScore
    }

    public static let requiredHeaders = [
        "game_id", "data_set", "date", "a1", "a2", "a3", "a4", "a5", "h1", "h2", "h3", "h4", "h5", "period",
        "away_score", "home_score", "remaining_time", "elapsed", "play_length", "play_id", "team", "event_type",
        "assist", "away", "home", "block", "entered", "left", "num", "opponent", "outof", "player", "points",
        "possession", "reason", "result", "steal", "type", "shot_distance", "original_x", "original_y", "converted_x",
        "converted_y", "description",
    ]

    /// Reads a file, record by record. Throws ``PayloadError``, also when it is about another game.
    public static func parse(_ body: [UInt8], game: NBAGameID) throws -> BigDataBallPayload {
        var records = CSVRecords(try Payload.table(body))
        let headers = try records.next() ?? []
        let missing = requiredHeaders.filter { !headers.contains($0) }
        guard missing.isEmpty, Set(headers).count == headers.count else {
            let what = missing.isEmpty ? "a header stands twice" : "the headers \(missing) are missing"
            throw PayloadError(.structure, what)
        }
        var payload = BigDataBallPayload(game: game, plays: [], notes: PayloadNotes(), listedCount: 0)
        var seen: Set<Int> = []
        while let cells = try records.next() {
            payload.listedCount += 1
            do throws(RowRejection) {
                guard cells.count == headers.count else {
                    throw RowRejection("wrong_width", "\(cells.count) cells under \(headers.count) headers")
                }
                let row = try Fields(.object(JSONObject(zip(headers, cells.map(value)))), "play")
                try payload.checkGame(try row.text("game_id"))
                if payload.dataSet == nil { payload.dataSet = try row.optionalText("data_set") }
                if payload.date == nil { payload.date = try row.optionalText("date").flatMap(day) }
                let play = try BigDataBallPlay(row)
                guard seen.insert(play.number).inserted else {
                    throw RowRejection("listed_twice", "play \(play.number)")
                }
                payload.plays.append(play)
            } catch {
                payload.notes.reject(error)
            }
        }
        if let other = payload.otherGame {
            throw PayloadError(.wrongSubject, "asked for \(game), got \(other)")
        }
        payload.plays.sort { $0.number < $1.number }
        return payload
    }

    /// The game of a row that is about another one.
    private var otherGame: String?

    private init(game: NBAGameID, plays: [BigDataBallPlay], notes: PayloadNotes, listedCount: Int) {
        self.game = game
        self.plays = plays
        self.notes = notes
        self.listedCount = listedCount
    }

    /// Spreadsheets drop the leading zeros of an id.
    private mutating func checkGame(_ text: String) throws(RowRejection) {
        guard let id = known({ try NBAGameID(text) }) else {
            throw RowRejection("bad_game_id", String(text.prefix(20)))
        }
        if id != game { otherGame = id.rawValue }
    }

    /// Empty cells and the texts that tables write for numbers that are none are no values.
    private static func value(_ cell: String) -> JSONValue {
        let text = cell.trimmed
        return text.isEmpty || text.lowercased() == "nan" ? .null : .string(text)
    }

    /// `2025-06-22` or `06/22/2025`.
    private static func day(_ text: String) -> GameDate? {
        if let date = known({ try GameDate(text) }) { return date }
        let parts = text.split(separator: "/").map(String.init)
        guard parts.count == 3, let month = Int(parts[0]), let day = Int(parts[1]), let year = Int(parts[2]) else {
            return nil
        }
        return known { try GameDate(year: year, month: month, day: day) }
    }
}

extension BigDataBallPlay {
    fileprivate init(_ row: Fields) throws(RowRejection) {
        number = try row.integer("play_id")
        period = try row.integer("period")
        guard (1...14).contains(period) else {
            throw RowRejection("period_out_of_range", "play \(number): \(period)")
        }
        secondsLeft = try Self.seconds(row, "remaining_time", number)
        secondsOfPeriod = try Self.seconds(row, "elapsed", number)
        length = try row.value("play_length") == nil ? nil : Self.seconds(row, "play_length", number)
        guard secondsLeft <= PlayByPlayEvent.length(of: period) else {
            throw RowRejection("bad_clock", "play \(number): \(secondsLeft) s left of period \(period)")
        }
        type = try row.optionalText("event_type")
        subType = try row.optionalText("type")
        text = try row.optionalText("description")
        awayScore = try row.integer("away_score")
        homeScore = try row.integer("home_score")
        if let code = try row.optionalText("team") {
            guard let team = known({ try Team(named: code) }) else {
                throw RowRejection("unknown_team", "play \(number): \(code.prefix(20))")
            }
            self.team = team
        }
        away = [
            try Self.name(row, "a1"), try Self.name(row, "a2"), try Self.name(row, "a3"), try Self.name(row, "a4"),
            try Self.name(row, "a5"),
        ]
        home = [
            try Self.name(row, "h1"), try Self.name(row, "h2"), try Self.name(row, "h3"), try Self.name(row, "h4"),
            try Self.name(row, "h5"),
        ]
        player = try Self.name(row, "player")
        assistant = try Self.name(row, "assist")
        blocker = try Self.name(row, "block")
        stealer = try Self.name(row, "steal")
        jumpBallAway = try Self.name(row, "away")
        jumpBallHome = try Self.name(row, "home")
        possession = try Self.name(row, "possession")
        entered = try Self.name(row, "entered")
        left = try Self.name(row, "left")
        opponent = try Self.name(row, "opponent")
        reason = try row.optionalText("reason")
        points = try row.optionalInteger("points")
        shotDistance = try row.optionalNumber("shot_distance")
        originalX = try row.optionalNumber("original_x")
        originalY = try row.optionalNumber("original_y")
        convertedX = try row.optionalNumber("converted_x")
        convertedY = try row.optionalNumber("converted_y")
        freeThrowNumber = try row.optionalInteger("num")
        freeThrowsAwarded = try row.optionalInteger("outof")
        try readShot(try row.optionalText("result"))
    }

    private mutating func readShot(_ result: String?) throws(RowRejection) {
        switch type {
        case "shot": shot = subType?.hasPrefix("3pt") == true ? .three : .two
        case "free throw": shot = .freeThrow
        default: return
        }
        switch result {
        case "made": isMade = true
        case "missed": isMade = false
        default: throw RowRejection("unknown_result", "play \(number): \(result?.prefix(20) ?? "none")")
        }
        let expected = isMade == true ? shot?.points : 0
        guard points == nil || points == expected else {
            throw RowRejection("points_do_not_fit", "play \(number): \(points ?? 0) for \(subType ?? "a shot")")
        }
    }

    /// `0:11:44`
    private static func seconds(_ row: Fields, _ key: String, _ number: Int) throws(RowRejection) -> Int {
        let text = try row.text(key)
        guard let seconds = known({ try Minutes.parse(text)?.seconds }) ?? nil else {
            throw RowRejection("bad_clock", "play \(number): \(key) is \(text.prefix(20))")
        }
        return seconds
    }

    /// A name without the league id that stood before names for a season, as in `1630552jalenjohnson`.
    private static func name(_ row: Fields, _ key: String) throws(RowRejection) -> String? {
        guard let text = try row.optionalText(key) else { return nil }
        let name = String(text.drop { $0.isASCII && $0.isNumber }).trimmed
        return name.isEmpty ? nil : name
    }
}
