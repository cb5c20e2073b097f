import Pipeline

/// What two versions of a document say differently, by player and field.
struct DocumentDifference: Sendable, Hashable {
    struct Change: Sendable, Hashable {
        /// A player's lookup, a game, or `document`.
        var subject: String
        /// `prediction.line`
        var field: String
        /// Nil where the version has no such field.
        var before: JSONValue?
        var after: JSONValue?

        var json: JSONValue {
            [
                "subject": .string(subject), "field": .string(field), "before": before ?? .null,
                "after": after ?? .null, "is_new": .bool(before == nil), "is_gone": .bool(after == nil),
            ]
        }
    }

    /// By subject and field.
    let changes: [Change]

    /// What differs between any two versions.
    private static let passing: Set<String> = ["version", "generated_at", "run_id", "correlation_id"]

    init(_ before: PublishedEnvelope, _ after: PublishedEnvelope) {
        let (old, new) = (Self.fields(before), Self.fields(after))
        changes = Set(old.keys).union(new.keys).sorted { ($0.subject, $0.field) < ($1.subject, $1.field) }.compactMap {
            old[$0] == new[$0]
                ? nil : Change(subject: $0.subject, field: $0.field, before: old[$0], after: new[$0])
        }
    }

    private struct Place: Hashable {
        var subject: String
        var field: String
    }

    private static func fields(_ envelope: PublishedEnvelope) -> [Place: JSONValue] {
        var found: [Place: JSONValue] = [:]
        for (name, value) in envelope.object where !passing.contains(name) {
            collect(value, Place(subject: "document", field: name), into: &found)
        }
        return found
    }

    private static func collect(_ value: JSONValue, _ place: Place, into found: inout [Place: JSONValue]) {
        if let object = value.objectValue {
            for (name, member) in object {
                collect(
                    member,
                    Place(subject: place.subject, field: place.field.isEmpty ? name : "\(place.field).\(name)"),
                    into: &found
                )
            }
        } else if let array = value.arrayValue, array.contains(where: { $0.objectValue != nil }) {
            for (index, item) in array.enumerated() {
                // Players and games are the same wherever they stand in the order.
                let subject = item["player_lookup"]?.stringValue ?? item["game_id"]?.stringValue
                collect(
                    item,
                    subject.map { Place(subject: $0, field: "") }
                        ?? Place(subject: place.subject, field: "\(place.field)[\(index)]"),
                    into: &found
                )
            }
        } else {
            found[place] = value
        }
    }

    var lines: [String] {
        var table = TextTable(["WHO", "FIELD", "BEFORE", "AFTER"])
        for change in changes {
            table.add([change.subject, change.field, Self.text(change.before), Self.text(change.after)])
        }
        return table.lines
    }

    private static func text(_ value: JSONValue?) -> String {
        guard let value else { return "-" }
        return SafeText.cut(value.stringValue ?? value.encodedText, to: 60)
    }
}
