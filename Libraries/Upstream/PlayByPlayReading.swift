import Basketball
import Foundation
import Pipeline

/// Reads the actions of either feed one by one, and then what only all of them together tell.
struct PlayByPlayReading {
    private struct Entry {
        var order: Int
        /// The live feed's number, or the number that the statistics site gives to all rows of one play.
        var play: Int
        var event: PlayByPlayEvent
        /// The last name by which the statistics site tells an assistant.
        var assistantName: String?
        var playerName: String?
    }

    private var entries: [Entry] = []
    private var seen: Set<Int> = []

    /// Ids of teams stand where an event has no person.
    private static let firstTeamID = 1_610_612_700

    mutating func add(_ action: JSONValue) throws(RowRejection) {
        let fields = try Fields(action, "action")
        let play = try fields.integer("actionNumber")
        // Only the statistics site counts its rows; there, several rows share the number of their play.
        let row = try fields.optionalInteger("actionId")
        let id = row ?? play
        guard seen.insert(id).inserted else { throw RowRejection("listed_twice", "event \(id)") }
        let text = try fields.optionalText("description")
        var event = PlayByPlayEvent(
            id: id,
            period: try fields.integer("period"),
            secondsLeft: 0,
            type: try Self.type(fields, text, id)
        )
        event.secondsLeft = try Self.secondsLeft(try fields.text("clock"), event)
        event.text = text
        event.subType = try fields.optionalText("subType").flatMap { $0 == "Unknown" ? nil : $0 }
        event.descriptor = try fields.optionalText("descriptor")
        event.occurredAt = try fields.optionalText("timeActual").flatMap(Instant.parse)
        event.homeScore = try fields.optionalInteger("scoreHome")
        event.awayScore = try fields.optionalInteger("scoreAway")
        event.team = try Self.team(fields, id)
        event.possession = try fields.optionalInteger("possession").flatMap { number in known { try Team(id: number) } }
        event.player = try Self.person(fields, "personId")
        event.fouledPlayer = try Self.person(fields, "foulDrawnPersonId")
        event.jumpBallWinner = try Self.person(fields, "jumpBallWonPersonId")
        event.jumpBallLoser = try Self.person(fields, "jumpBallLostPersonId")
        event.assistant = try Self.person(fields, "assistPersonId")
        event.blocker = try Self.person(fields, "blockPersonId")
        event.stealer = try Self.person(fields, "stealPersonId")
        event.hasVideo = try fields.optionalInteger("videoAvailable").map { $0 != 0 }
        try Self.readShot(fields, &event)
        entries.append(
            Entry(
                order: try fields.optionalInteger("orderNumber") ?? id,
                play: play,
                event: event,
                assistantName: text?.firstMatch(of: /\(([^()]+) \d+ AST\)/).map { String($0.1) },
                playerName: try fields.optionalText("playerName")
            )
        )
    }

    /// The events in order, with scores carried forward and the people whom other rows of the same play name.
    func finished() -> [PlayByPlayEvent] {
        let sorted = entries.sorted { ($0.order, $0.event.id) < ($1.order, $1.event.id) }
        let people = Dictionary(grouping: sorted.filter { $0.event.player != nil }) {
            Name(team: $0.event.team, name: $0.playerName ?? "")
        }.mapValues { Set($0.compactMap(\.event.player)) }
        let plays = Dictionary(grouping: sorted, by: \.play)
        var score: (home: Int?, away: Int?) = (nil, nil)
        return sorted.map { entry in
            var event = entry.event
            // A row without a score leaves it as it was.
            score = (event.homeScore ?? score.home, event.awayScore ?? score.away)
            (event.homeScore, event.awayScore) = score
            if let others = plays[entry.play], others.count > 1 {
                let others = others.map(\.event).filter { $0.id != event.id && $0.team != event.team }
                if event.isMade == false { event.blocker = others.first { $0.type == "block" }?.player }
                if event.type == "turnover" { event.stealer = others.first { $0.type == "steal" }?.player }
            }
            if event.assistant == nil, let name = entry.assistantName,
                let named = people[Name(team: event.team, name: name)], named.count == 1
            {
                event.assistant = named.first
            }
            return event
        }
    }

    private struct Name: Hashable {
        var team: Team?
        var name: String
    }

    private static func type(_ fields: Fields, _ text: String?, _ id: Int) throws(RowRejection) -> String {
        guard let action = try fields.optionalText("actionType") else {
            // The statistics site leaves the kind of these two to their text.
            if text?.contains(" STEAL (") == true { return "steal" }
            if text?.contains(" BLOCK (") == true { return "block" }
            throw RowRejection("missing_value", "event \(id): actionType")
        }
        switch action {
        case "Made Shot", "Missed Shot": return try fields.optionalInteger("shotValue") == 3 ? "3pt" : "2pt"
        default: return action.lowercased().filter { $0 != " " }
        }
    }

    private static func secondsLeft(_ clock: String, _ event: PlayByPlayEvent) throws(RowRejection) -> Int {
        guard (1...14).contains(event.period) else {
            throw RowRejection("period_out_of_range", "event \(event.id): \(event.period)")
        }
        guard let seconds = known({ try Minutes.parse(clock)?.seconds }) ?? nil,
            (0...PlayByPlayEvent.length(of: event.period)).contains(seconds)
        else { throw RowRejection("bad_clock", "event \(event.id): \(clock.prefix(20)) of period \(event.period)") }
        return seconds
    }

    private static func team(_ fields: Fields, _ id: Int) throws(RowRejection) -> Team? {
        guard let code = try fields.optionalText("teamTricode") else { return nil }
        guard let team = known({ try Team(tricode: code) }) else {
            throw RowRejection("unknown_team", "event \(id): \(code.prefix(10))")
        }
        return team
    }

    private static func person(_ fields: Fields, _ key: String) throws(RowRejection) -> Int? {
        guard let id = try fields.optionalInteger(key), id > 0, id < firstTeamID else { return nil }
        return id
    }

    /// What an attempt was and whether it went in.
    private static func readShot(_ fields: Fields, _ event: inout PlayByPlayEvent) throws(RowRejection) {
        let isFieldGoal = try fields.optionalInteger("isFieldGoal") == 1
        switch event.type {
        case "2pt": event.shot = .two
        case "3pt": event.shot = .three
        case "freethrow": event.shot = .freeThrow
        default: return
        }
        switch try fields.optionalText("shotResult") {
        case "Made": event.isMade = true
        case "Missed": event.isMade = false
        case nil where event.shot == .freeThrow:
            // The statistics site says of free throws only in words that they were missed.
            event.isMade = event.text.map { !$0.hasPrefix("MISS ") }
        case let result:
            throw RowRejection("unknown_result", "event \(event.id): \(result?.prefix(20) ?? "no shotResult")")
        }
        guard isFieldGoal else { return }
        event.shotDistance = try fields.optionalNumber("shotDistance")
        event.shotX = try fields.optionalNumber("xLegacy").flatMap { Int(exactly: $0.rounded()) }
        event.shotY = try fields.optionalNumber("yLegacy").flatMap { Int(exactly: $0.rounded()) }
        event.courtX = try fields.optionalNumber("x")
        event.courtY = try fields.optionalNumber("y")
        event.shotArea = try fields.optionalText("area")
        event.shotAreaDetail = try fields.optionalText("areaDetail")
    }
}
