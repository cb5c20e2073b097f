import Foundation

/// Marks a player's picks in a published document of picks as retracted by an operator. They stay where readers saw them.
struct RetractedPick {
    static let kind = "best-bets"

    var player: String
    var at: Date
    /// As readers are told.
    var reason: String

    /// The document's data with the marks, counts and order included; nil where no pick of the player is open for a game
    /// to come.
    func marked(in data: JSONValue) -> JSONValue? {
        guard var object = data.objectValue else { return nil }
        var isChanged = false
        if let picks = object["picks"]?.arrayValue, let left = marked(picks) {
            isChanged = true
            object["picks"] = .array(left)
            if object["active"] != nil {
                let active = left.count { $0["state"]?.stringValue == "active" }
                object["active"] = .int(Int64(active))
                object["retracted"] = .int(Int64(left.count - active))
            }
        }
        if let days = object["days"]?.arrayValue {
            object["days"] = .array(
                days.map { day in
                    guard let changed = marked(in: day) else { return day }
                    isChanged = true
                    return changed
                }
            )
        }
        return isChanged ? .object(object) : nil
    }

    /// Open picks in their order, then what was retracted; nil where nothing changes. A game that has begun is played.
    private func marked(_ picks: [JSONValue]) -> [JSONValue]? {
        var isChanged = false
        let marked = picks.map { pick -> JSONValue in
            guard pick["player_lookup"]?.stringValue == player, pick["state"]?.stringValue == "active",
                let start = pick["starts_at"]?.stringValue.flatMap(Instant.parse), at < start,
                var fields = pick.objectValue
            else { return pick }
            isChanged = true
            fields["state"] = "retracted"
            fields["retraction"] = [
                "reason": "withdrawn", "detail": .string(reason), "at": .string(Instant.text(at)),
            ]
            return .object(fields)
        }
        guard isChanged else { return nil }
        let open = marked.filter { $0["state"]?.stringValue == "active" }
        let rest = marked.filter { $0["state"]?.stringValue != "active" }
        return (open + rest).enumerated().map { index, pick in
            guard var fields = pick.objectValue else { return pick }
            fields["rank"] = index < open.count ? .int(Int64(index + 1)) : .null
            return .object(fields)
        }
    }
}
