/// What the page calls things.
enum Words {
    static func state(_ state: String) -> String {
        switch state {
        case "no_games": "No games"
        case "scheduled_no_lines": "Lines not posted yet"
        case "lines_no_predictions": "Predictions not made yet"
        case "predictions_ready": "Predictions ready"
        case "live": "Games under way"
        case "awaiting_grading": "Games over, not graded yet"
        case "graded": "Graded"
        default: state.replacing("_", with: " ")
        }
    }

    static func recommendation(_ value: String) -> String {
        switch value {
        case "OVER": "Over"
        case "UNDER": "Under"
        case "PASS": "Pass"
        case "NO_LINE": "No line"
        default: value
        }
    }

    static func bookmaker(_ key: String) -> String {
        switch key {
        case "draftkings": "DraftKings"
        case "fanduel": "FanDuel"
        case "betmgm": "BetMGM"
        case "pointsbetus": "PointsBet"
        case "williamhill_us": "Caesars"
        case "betrivers": "BetRivers"
        case "bovada": "Bovada"
        default: key
        }
    }

    static func system(_ key: String) -> String {
        key.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
    }

    static func injury(_ status: String) -> HTML {
        guard status != "available" else { return .empty }
        return .element("span", [.class("badge \(badges.contains(status) ? status : "other")")], .text(status))
    }

    private static let badges: Set<String> = ["out", "doubtful", "questionable", "probable"]
}
