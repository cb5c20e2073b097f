import Pipeline

/// The schemas of what the API answers, by name: those of the documents as `docs/schemas` has them, and the rest.
enum APISchemas {
    /// Throws where the text of a schema is no JSON, which a test rules out.
    static func all() throws(JSONError) -> JSONObject {
        var found = JSONObject()
        for definition in Registry.documents {
            guard let text = DocumentSchemas.texts[definition.kind] else { continue }
            var schema = try JSONValue(parsing: text).objectValue ?? JSONObject()
            schema["$schema"] = nil
            found[definition.kind] = local(.object(schema), in: definition.kind)
        }
        for (name, schema) in own { found[name] = schema }
        return found
    }

    /// What a reference points to moves with its schema.
    private static func local(_ value: JSONValue, in name: String) -> JSONValue {
        switch value {
        case .array(let values): .array(values.map { local($0, in: name) })
        case .object(let object):
            .object(
                JSONObject(
                    object.map { key, value -> (String, JSONValue) in
                        guard key == "$ref", let target = value.stringValue, target.hasPrefix("#/$defs/") else {
                            return (key, local(value, in: name))
                        }
                        return (key, .string("#/components/schemas/\(name)/$defs/" + target.dropFirst(8)))
                    }
                )
            )
        default: value
        }
    }

    private static let own: JSONObject = [
        "Problem": object("An error, as RFC 9457 describes it.", problem),
        "KindList": list("Kind"), "Kind": object("A kind of document.", kind),
        "DocumentList": list("DocumentEntry"),
        "DocumentEntry": object("A document and the version that readers get now.", entry),
        "ResultList": list("ResultEntry"), "ResultEntry": object("How the predictions of a date went.", results),
    ]

    private static let problem: JSONObject = [
        "type": ["type": "string"], "title": ["type": "string"],
        "status": ["type": "integer", "minimum": 400, "maximum": 599],
        "detail": ["type": "string", "description": "What is wrong, and what to do about it."],
    ]

    private static let kind: JSONObject = [
        "kind": ["type": "string"], "keys": ["type": "string", "description": "What its keys are."],
        "trigger": ["type": "string", "description": "What makes a new version."],
        "freshness_budget_seconds": [
            "type": "integer", "minimum": 0, "description": "How long after its trigger a new version must be there.",
        ],
        "cache_control": ["type": "string"],
        "is_part_of_slate": [
            "type": "boolean", "description": "Whether it switches together with the other parts of its slate.",
        ],
        "is_haltable": ["type": "boolean", "description": "Whether an operator's halt takes its validity away."],
        "documents": ["type": "integer", "minimum": 0, "description": "How many there are."],
        "schema": ["type": "string"], "href": ["type": "string"],
    ]

    private static let results: JSONObject = {
        let record: JSONValue = ["$ref": "#/components/schemas/results/$defs/record"]
        var members = entry
        members["summary"] = record
        members["made_before_tipoff"] = record
        return members
    }()

    private static let entry: JSONObject = [
        "kind": ["type": "string"], "key": ["type": "string"], "version": ["type": "integer", "minimum": 1],
        "etag": ["type": "string", "description": "Without quotation marks, of the form that is not compressed."],
        "slate_date": ["type": "string", "format": "date"],
        "status": ["enum": ["good", "degraded", "late", "empty", "halted"]],
        "state": ["type": "string", "description": "Where the slate stands."],
        "generated_at": ["type": "string", "format": "date-time"],
        "data_as_of": ["type": ["string", "null"], "format": "date-time"], "href": ["type": "string"],
    ]

    /// An object with these members and no others.
    private static func object(_ description: String, _ members: JSONObject) -> JSONValue {
        [
            "description": .string(description), "type": "object", "additionalProperties": false,
            "required": .list(members.keys), "properties": .object(members),
        ]
    }

    private static func list(_ item: String) -> JSONValue {
        object(
            "A page of a list.",
            [
                "items": ["type": "array", "items": ["$ref": .string("#/components/schemas/\(item)")]],
                "next_cursor": [
                    "type": ["string", "null"], "description": "Where the next page begins; null on the last one.",
                ],
            ]
        )
    }
}
