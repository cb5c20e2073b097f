import Basketball
import Foundation

extension Envelope {
    /// The message as a JSON object; absent optional fields are left out.
    public var json: JSONValue {
        var object = unknownFields
        func set(_ name: String, _ value: String?) { if let value { object[name] = .string(value) } }
        object["schema_version"] = .int(Int64(schemaVersion))
        set("message_id", messageID.uuidString.lowercased())
        set("run_id", runID?.uuidString.lowercased())
        set("processor_name", processorName)
        set("phase", phase.wireName)
        set("execution_id", executionID)
        set("correlation_id", correlationID)
        set("game_date", gameDate.description)
        set("output_dataset", outputDataset)
        set("output_table", outputTable)
        set("status", status.rawValue)
        object["record_count"] = .int(Int64(recordCount))
        object["records_failed"] = .int(Int64(recordsFailed))
        if let durationSeconds { object["duration_seconds"] = .double(durationSeconds) }
        set("timestamp", Instant.text(timestamp))
        set("parent_processor", parentProcessor)
        set("trigger_source", triggerSource.rawValue)
        set("trigger_message_id", triggerMessageID)
        set("scope", scope.rawValue)
        object["entities_changed"] = .object([
            "players": .array(entitiesChanged.players.map { .string($0) }),
            "teams": .array(entitiesChanged.teams.map { .string($0) }),
            "games": .array(entitiesChanged.games.map { .string($0) }),
        ])
        if let entitiesTotal { object["entities_total"] = .int(Int64(entitiesTotal)) }
        object["skip_downstream_trigger"] = .bool(skipDownstreamTrigger)
        set("lane", lane.rawValue)
        set("error_type", errorType)
        set("error_message", errorMessage)
        object["metadata"] = .dictionary(metadata)
        return .dictionary(object)
    }
}
