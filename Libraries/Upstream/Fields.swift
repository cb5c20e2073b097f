public import Pipeline

/// The members of a JSON object, asked for by name and type. A member of another type, and a missing one that is
/// required, throws a ``RowRejection`` that names it.
public struct Fields: Sendable {
    private let object: JSONObject
    private let subject: String

    /// - Parameter subject: what the object is, for messages.
    public init(_ value: JSONValue?, _ subject: String) throws(RowRejection) {
        guard let object = value?.objectValue else {
            throw RowRejection("unexpected_structure", "\(subject) is \(value?.kind ?? "missing")")
        }
        self.object = object
        self.subject = subject
    }

    /// The member, null counting as missing.
    public func value(_ key: String) -> JSONValue? {
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    public func fields(_ key: String) throws(RowRejection) -> Fields { try Fields(value(key), "\(subject).\(key)") }

    public func list(_ key: String) throws(RowRejection) -> [JSONValue] {
        guard let value = value(key) else { throw missing(key) }
        guard let list = value.arrayValue else { throw wrong(key, value) }
        return list
    }

    /// A text without blanks around it; nil when it is missing or empty.
    public func optionalText(_ key: String) throws(RowRejection) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.stringValue else { throw wrong(key, value) }
        let trimmed = text.trimmed
        return trimmed.isEmpty ? nil : trimmed
    }

    public func text(_ key: String) throws(RowRejection) -> String {
        guard let text = try optionalText(key) else { throw missing(key) }
        return text
    }

    /// A whole number, also one written as `1610612749.0` or as text; an empty text counts as missing.
    public func optionalInteger(_ key: String) throws(RowRejection) -> Int? {
        guard let value = value(key) else { return nil }
        if let number = value.intValue { return Int(number) }
        guard let text = value.stringValue?.trimmed else { throw wrong(key, value) }
        if text.isEmpty { return nil }
        guard let number = Int(text) else { throw wrong(key, value) }
        return number
    }

    public func integer(_ key: String) throws(RowRejection) -> Int {
        guard let number = try optionalInteger(key) else { throw missing(key) }
        return number
    }

    /// A number, also one written as text; an empty text counts as missing.
    public func optionalNumber(_ key: String) throws(RowRejection) -> Double? {
        guard let value = value(key) else { return nil }
        if let number = value.doubleValue { return number }
        guard let text = value.stringValue?.trimmed else { throw wrong(key, value) }
        if text.isEmpty { return nil }
        guard let number = Double(text), number.isFinite else { throw wrong(key, value) }
        return number
    }

    public func number(_ key: String) throws(RowRejection) -> Double {
        guard let number = try optionalNumber(key) else { throw missing(key) }
        return number
    }

    public func optionalBoolean(_ key: String) throws(RowRejection) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let truth = value.boolValue else { throw wrong(key, value) }
        return truth
    }

    private func missing(_ key: String) -> RowRejection { RowRejection("missing_value", "\(subject).\(key)") }

    private func wrong(_ key: String, _ value: JSONValue) -> RowRejection {
        RowRejection("unexpected_type", "\(subject).\(key) is \(value.kind)")
    }
}

extension String {
    /// Without blanks at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}

/// A table of the league's statistics site: rows by header name, because positions change and names did not.
public struct ResultSet: Sendable {
    public let name: String
    public let rows: [Fields]

    /// The set of a name in a payload of `resultSets` (or of the older single `resultSet`). Throws ``PayloadError`` when it
    /// is missing or lacks a required header.
    public init(_ name: String, in payload: JSONValue, requires headers: [String]) throws(PayloadError) {
        let sets = payload["resultSets"]?.arrayValue ?? [payload["resultSet"]].compactMap { $0 }
        guard let set = sets.first(where: { $0["name"]?.stringValue == name }) else {
            throw PayloadError(.structure, "the result set \(name) is missing")
        }
        guard let names = set["headers"]?.arrayValue?.map({ $0.stringValue ?? "" }),
            let rows = set["rowSet"]?.arrayValue
        else { throw PayloadError(.structure, "the result set \(name) has no headers or no rowSet") }
        let missing = headers.filter { !names.contains($0) }
        guard missing.isEmpty else {
            throw PayloadError(.structure, "\(name): the headers \(missing.joined(separator: ", ")) are missing")
        }
        self.name = name
        do throws(RowRejection) {
            var read: [Fields] = []
            for row in rows {
                guard let cells = row.arrayValue, cells.count == names.count else {
                    throw RowRejection("unexpected_structure", "a row has not the \(names.count) cells of the headers")
                }
                read.append(try Fields(.object(JSONObject(zip(names, cells))), name))
            }
            self.rows = read
        } catch {
            throw PayloadError(.structure, "\(name): \(error.detail)")
        }
    }
}
