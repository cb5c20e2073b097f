public import Pipeline

extension JSONValue {
    /// Counts by name as an object, in the order of the names.
    public static func counts(_ counts: [String: Int]) -> JSONValue {
        .object(JSONObject(counts.sorted { $0.key < $1.key }.map { ($0.key, .int(Int64($0.value))) }))
    }
}
