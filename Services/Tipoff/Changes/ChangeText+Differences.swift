import Pipeline

extension ChangeText {
    /// Steps of one column that are shown; `--json` has all.
    private static let limit = 20
    /// Characters of a value that are shown.
    private static let width = 60

    /// One value that differs: a column, an element of an array or a member of an object.
    struct Step: Sendable, Hashable {
        var name: String
        var before: JSONValue?
        var after: JSONValue?
    }

    /// A line for each column that changed, or for each of its elements.
    static func differences(_ change: RecordedChange) -> [String] {
        change.differences.sorted { $0.0 < $1.0 }.flatMap { column, pair in
            let steps = steps(column, pair[0], pair[1])
            let lines = steps.prefix(limit).map {
                "    \(SafeText.escaped($0.name)): \(text($0.before)) → \(text($0.after))"
            }
            let hidden = steps.count - lines.count
            return hidden > 0 ? lines + ["    \(SafeText.escaped(column)): \(hidden) more"] : lines
        }
    }

    /// Takes arrays and objects apart as long as both sides are such.
    static func steps(_ name: String, _ before: JSONValue?, _ after: JSONValue?) -> [Step] {
        switch (before, after) {
        case (.array(let old)?, .array(let new)?):
            (0..<max(old.count, new.count)).flatMap { steps("\(name)[\($0)]", before?[$0], after?[$0]) }
        case (.object(let old)?, .object(let new)?):
            (old.keys + new.keys.filter { old[$0] == nil }).flatMap { steps("\(name).\($0)", old[$0], new[$0]) }
        default:
            before == after ? [] : [Step(name: name, before: before, after: after)]
        }
    }

    /// A value fit for a line: long ones lose their middle.
    private static func text(_ value: JSONValue?) -> String {
        guard let value else { return "nothing" }
        let text: String
        do { text = try value.text(.canonical) } catch { text = value.encodedText }
        let safe = SafeText.escaped(text)
        guard safe.count > width else { return safe }
        return "\(safe.prefix(width / 2))…\(safe.suffix(width / 2 - 1))"
    }
}
