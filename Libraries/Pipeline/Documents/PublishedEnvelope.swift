public import Foundation

/// A published document as its readers get it, for what is done to it afterwards: shown again, halted, without a player.
public struct PublishedEnvelope: Sendable, Hashable {
    public private(set) var object: JSONObject

    /// - Parameter payload: the bytes of a version. Throws `JSONError` where they are no JSON object.
    public init(parsing payload: String) throws {
        guard let object = try JSONValue(parsing: payload).objectValue else {
            throw JSONError(code: .unexpectedType, detail: "a document is an object")
        }
        self.object = object
    }

    public var data: JSONValue { object["data"] ?? .null }
    public var reasons: [String] { object["status_reasons"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
    public var status: String { object["status"]?.stringValue ?? "" }

    /// The bytes for readers; their SHA-256 is the ETag.
    public func utf8() throws -> [UInt8] { try JSONValue.object(object).utf8() }

    /// SHA-256 over what readers are told, without version, times and run: equal means that nothing new is said.
    public var contentHash: String {
        get throws {
            let told: JSONValue = [
                "data": data, "state": object["state"] ?? .null, "status": object["status"] ?? .null,
                "reasons": object["status_reasons"] ?? .null, "slate_date": object["slate_date"] ?? .null,
                "schema_version": object["schema_version"] ?? .null,
            ]
            return SHA256.hash(try told.utf8(.canonical)).hex
        }
    }

    /// SHA-256 over the content alone: the same content is recognised whatever is said about it.
    public var dataHash: String {
        get throws { SHA256.hash(try data.utf8(.canonical)).hex }
    }

    /// The same content as a new version. Whose checks had refused it, or what is older than the newest content, is
    /// degraded, and the reader is told why he sees it.
    public func shownAgain(as version: Int64, at instant: Date, because note: String) -> PublishedEnvelope {
        var copy = self
        copy.object["version"] = .int(version)
        copy.object["generated_at"] = .string(Instant.text(instant))
        if status != "empty" { copy.object["status"] = "degraded" }
        copy.object["status_reasons"] = .array((reasons + [note]).map { .string($0) })
        return copy
    }

    /// What readers get while a halt holds: the content stays to be seen, and nobody takes it for valid.
    public func halted(by halt: PublishHalt) -> PublishedEnvelope {
        var copy = self
        copy.object["status"] = "halted"
        copy.object["status_reasons"] = .array((["halted: \(halt.reason)"] + reasons).map { .string($0) })
        copy.object["halt"] = halt.json
        return copy
    }

    /// The document without a player's prediction, as a new version; nil where it shows none. A pick stays and is marked
    /// as retracted.
    ///
    /// - Parameter reason: why, as readers of picks are told.
    public func withdrawing(
        _ player: String,
        as version: Int64,
        at instant: Date,
        because reason: String
    ) -> PublishedEnvelope? {
        if object["kind"]?.stringValue == RetractedPick.kind {
            return RetractedPick(player: player, at: instant, reason: reason).marked(in: data).map {
                newVersion(version, at: instant, data: $0)
            }
        }
        guard var data = data.objectValue, let games = data["games"]?.arrayValue else { return nil }
        var isChanged = false
        let left = games.map { game -> JSONValue in
            guard let changed = Self.withdrawing(player, from: game) else { return game }
            isChanged = true
            return changed
        }
        guard isChanged else { return nil }
        data["games"] = .array(left)
        if data["total_predictions"] != nil {
            let predictions = left.flatMap { $0["predictions"]?.arrayValue ?? [] }
            data["total_predictions"] = .int(Int64(predictions.count))
            data["total_with_lines"] = .int(
                Int64(predictions.count { $0["prediction"]?["line"]?.isNull == false })
            )
        }
        return newVersion(version, at: instant, data: .object(data))
    }

    private func newVersion(_ version: Int64, at instant: Date, data: JSONValue) -> PublishedEnvelope {
        var copy = self
        copy.object["data"] = data
        copy.object["version"] = .int(version)
        copy.object["generated_at"] = .string(Instant.text(instant))
        return copy
    }

    private static func withdrawing(_ player: String, from game: JSONValue) -> JSONValue? {
        guard var object = game.objectValue else { return nil }
        if let players = object["players"]?.arrayValue {
            var isChanged = false
            object["players"] = .array(
                players.map { entry in
                    guard entry["player_lookup"]?.stringValue == player, entry["prediction"] != nil,
                        var fields = entry.objectValue
                    else { return entry }
                    isChanged = true
                    fields["prediction"] = nil
                    fields["prediction_withdrawn"] = true
                    // It is judged by the prediction that is not shown any more.
                    if fields["result"] != nil { fields["result"] = .null }
                    return .object(fields)
                }
            )
            return isChanged ? .object(object) : nil
        }
        guard let predictions = object["predictions"]?.arrayValue else { return nil }
        let left = predictions.filter { $0["player_lookup"]?.stringValue != player }
        guard left.count < predictions.count else { return nil }
        object["predictions"] = .array(left)
        object["prediction_count"] = .int(Int64(left.count))
        func count(_ recommendation: String) -> JSONValue {
            .int(Int64(left.count { $0["prediction"]?["recommendation"]?.stringValue == recommendation }))
        }
        object["recommendation_breakdown"] = [
            "over": count("OVER"), "under": count("UNDER"), "pass": count("PASS"), "no_line": count("NO_LINE"),
        ]
        return .object(object)
    }
}
