import Foundation
import Pipeline

/// The part of JSON Schema that the published schemas use. An unknown keyword is an error, so that a schema cannot ask
/// for more than is checked.
struct JSONSchema {
    let root: JSONValue

    static func published(_ name: String) throws -> JSONSchema {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/schemas/\(name).schema.json")
        return JSONSchema(root: try JSONValue(parsing: Array(Data(contentsOf: file))))
    }

    /// What is wrong with a value; empty when it is valid.
    func problems(_ value: JSONValue) -> [String] { problems(value, root, "$") }

    private func problems(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
        var found: [String] = []
        for (keyword, rule) in schema.objectValue ?? [:] {
            switch keyword {
            case "$schema", "title", "description", "$defs": continue
            case "$ref":
                let name = rule.stringValue?.split(separator: "/").last.map(String.init) ?? ""
                found += problems(value, root["$defs"]?[name] ?? .null, place)
            case "const": if value != rule { found.append("\(place): \(value) is not \(rule)") }
            case "enum": if rule.arrayValue?.contains(value) != true { found.append("\(place): \(value) is no choice") }
            case "type":
                let names = rule.stringValue.map { [$0] } ?? (rule.arrayValue ?? []).compactMap(\.stringValue)
                if !names.contains(where: { Self.isA(value, $0) }) { found.append("\(place): \(value) is no \(names)") }
            case "pattern":
                guard let text = value.stringValue, let pattern = rule.stringValue else { continue }
                if text.range(of: pattern, options: .regularExpression) == nil { found.append("\(place): \(text)") }
            case "minimum":
                if let number = value.doubleValue, let least = rule.doubleValue, number < least {
                    found.append("\(place): \(number) is below \(least)")
                }
            case "maximum":
                if let number = value.doubleValue, let most = rule.doubleValue, number > most {
                    found.append("\(place): \(number) is above \(most)")
                }
            case "maxItems":
                if let count = value.arrayValue?.count, count > rule.intValue ?? 0 {
                    found.append("\(place): \(count)")
                }
            case "items":
                for (index, item) in (value.arrayValue ?? []).enumerated() {
                    found += problems(item, rule, "\(place)[\(index)]")
                }
            case "required":
                guard let object = value.objectValue else { continue }
                for name in (rule.arrayValue ?? []).compactMap(\.stringValue) where object[name] == nil {
                    found.append("\(place): \(name) is missing")
                }
            case "properties":
                for (name, member) in value.objectValue ?? [:] {
                    if let inner = rule[name] { found += problems(member, inner, "\(place).\(name)") }
                }
            case "additionalProperties":
                for (name, _) in value.objectValue ?? [:] where schema["properties"]?[name] == nil {
                    found.append("\(place): \(name) is not in the schema")
                }
            default: found.append("\(place): the keyword \(keyword) is not checked")
            }
        }
        return found
    }

    private static func isA(_ value: JSONValue, _ type: String) -> Bool {
        switch type {
        case "object": value.objectValue != nil
        case "array": value.arrayValue != nil
        case "string": value.stringValue != nil
        case "boolean": value.boolValue != nil
        case "null": value.isNull
        case "integer": value.intValue != nil
        case "number": value.doubleValue != nil
        default: false
        }
    }
}
