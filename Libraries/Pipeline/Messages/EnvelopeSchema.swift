/// The JSON Schema of ``Envelope``, made from the same types that decode it; `docs/envelope.schema.json` is its copy.
public enum EnvelopeSchema {
    /// What a message must have; everything else has a default.
    public static let required = ["processor_name", "phase", "game_date", "status"]

    /// The schema (draft 2020-12).
    public static var document: JSONValue {
        [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Tipoff message",
            "description": .string(
                "The envelope of every topic. Unknown fields are kept; null means the same as an absent field."
            ),
            "type": "object",
            "required": .array(required.map { .string($0) }),
            "properties": .object(JSONObject(properties)),
            "additionalProperties": true,
        ]
    }

    private static var properties: [(String, JSONValue)] {
        [
            (
                "schema_version",
                ["type": nullable("integer"), "enum": [.int(Int64(Envelope.currentSchemaVersion)), .null]]
            ),
            ("message_id", uuid("Default: derived from where the message lies and what it says.")),
            ("run_id", uuid("A run that exists; without it the message opens a manual run.")),
            (
                "processor_name",
                [
                    "type": "string", "minLength": 1, "maxLength": 4096,
                    "description": "A name of the registry, in snake case or as in PlayerGameSummaryProcessor.",
                ]
            ),
            ("phase", ["type": "string", "enum": .array(Phase.allCases.map { .string($0.wireName) })]),
            ("execution_id", text("Default: the message id.")),
            ("correlation_id", text("One for all messages of a run. Default: the execution id.")),
            (
                "game_date",
                [
                    "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                    "description": "A calendar day of the league (America/New_York). It has no default.",
                ]
            ),
            ("output_dataset", text("Such as nba_analytics.")),
            ("output_table", text("Such as player_game_summary.")),
            ("status", ["type": "string", "enum": .array(CompletionStatus.allCases.map { .string($0.rawValue) })]),
            ("record_count", count("Rows written.")),
            ("records_failed", count("Rows refused.")),
            ("duration_seconds", ["type": nullable("number"), "minimum": 0]),
            ("timestamp", ["type": nullable("string"), "format": "date-time", "description": "UTC."]),
            ("parent_processor", text("Who caused it.")),
            ("trigger_source", choice(TriggerSource.allCases.map(\.rawValue))),
            ("trigger_message_id", text("The message that caused it.")),
            ("scope", choice(MessageScope.allCases.map(\.rawValue))),
            ("entities_changed", entities),
            ("entities_total", ["type": nullable("integer")]),
            ("skip_downstream_trigger", ["type": nullable("boolean"), "description": "The run ends with this phase."]),
            ("lane", choice(Lane.allCases.map(\.rawValue))),
            ("error_type", text("A stable name.")),
            ("error_message", text("For people.")),
            (
                "metadata",
                [
                    "type": nullable("object"),
                    "properties": [
                        "unit": text("A game, event, team or player id; * is the whole date."),
                        "object_path": text("A payload, as a path relative to the object store's root."),
                        "sha256": text("Of the payload."),
                        "captured_at": text("When the source said it, ISO 8601."),
                        "level": [
                            "type": nullable("integer"), "description": "The level of Phase 4 that a trigger opens.",
                        ],
                    ],
                ]
            ),
            (
                "is_incremental",
                ["type": nullable("boolean"), "deprecated": true, "description": "Older form of scope."]
            ),
            (
                "affected_entities",
                .object(
                    JSONObject(
                        [("deprecated", true), ("description", "Older name of entities_changed.")]
                            + (entities.objectValue.map { object in object.map { ($0.0, $0.1) } } ?? [])
                    )
                )
            ),
        ]
    }

    /// Accepted on reading, never written.
    public static let aliases = ["is_incremental", "affected_entities"]

    private static func nullable(_ type: String) -> JSONValue { [.string(type), "null"] }

    private static func text(_ description: String) -> JSONValue {
        ["type": nullable("string"), "maxLength": 4096, "description": .string(description)]
    }

    private static func uuid(_ description: String) -> JSONValue {
        ["type": nullable("string"), "format": "uuid", "description": .string(description)]
    }

    private static func count(_ description: String) -> JSONValue {
        [
            "type": nullable("integer"), "minimum": 0, "maximum": .int(Int64(Int32.max)),
            "description": .string(description),
        ]
    }

    private static func choice(_ values: [String]) -> JSONValue {
        ["type": nullable("string"), "enum": .array(values.map { .string($0) } + [.null])]
    }

    private static var entities: JSONValue {
        let list: JSONValue = ["type": nullable("array"), "items": ["type": "string"]]
        return ["type": nullable("object"), "properties": ["players": list, "teams": list, "games": list]]
    }
}
