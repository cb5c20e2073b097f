import Basketball
import Foundation
import Pipeline
import Upstream

/// An object store's notice that objects were created, in the form of S3 event notifications. A payload that was laid
/// down by other means is so loaded like one of our own scrapes: the path says whose it is.
enum ObjectNotice {
    /// What the notice means: one finished scrape an object. Nil when the message is no notice.
    ///
    /// - Parameter prefix: the part of the bucket that is our store; keys outside it are refused.
    static func envelopes(
        _ payload: [UInt8],
        _ origin: MessageOrigin,
        prefix: String
    ) throws(EnvelopeError) -> [Envelope]? {
        let value: JSONValue
        do { value = try JSONValue(parsing: payload, limits: .message) } catch { return nil }
        guard let records = value["Records"]?.arrayValue else { return nil }
        guard !records.isEmpty else { throw .missingField("Records[0]") }
        var envelopes: [Envelope] = []
        for (number, record) in records.enumerated() {
            envelopes.append(try envelope(record, number, origin, prefix: prefix))
        }
        return envelopes
    }

    private static func envelope(
        _ record: JSONValue,
        _ number: Int,
        _ origin: MessageOrigin,
        prefix: String
    ) throws(EnvelopeError) -> Envelope {
        if let event = record["eventName"]?.stringValue, !event.contains("ObjectCreated") {
            throw .invalidField("eventName", found: String(event.prefix(60)), expected: "ObjectCreated")
        }
        guard let encoded = record["s3"]?["object"]?["key"]?.stringValue else {
            throw .missingField("Records[\(number)].s3.object.key")
        }
        // Keys are form-encoded in notices: a plus is a blank.
        let plain = encoded.replacingOccurrences(of: "+", with: " ").removingPercentEncoding ?? encoded
        let root = prefix.isEmpty ? "" : prefix + "/"
        guard plain.hasPrefix(root), let key = PayloadKey(path: String(plain.dropFirst(root.count))) else {
            throw .invalidField("key", found: String(plain.prefix(200)), expected: "the path of a scraped payload")
        }
        let place = "\(origin.cluster)/\(origin.topic)/\(origin.partition)/\(origin.offset)/\(number)"
        let messageID = UUID(deriving: "notice/\(place)/\(key.path)")
        var envelope = Envelope(
            messageID: messageID,
            runID: nil,
            processorName: key.scraper,
            phase: .scrapers,
            executionID: messageID.uuidString.lowercased(),
            correlationID: messageID.uuidString.lowercased(),
            // A schedule is about a season; the day on which it was captured is the one that it tells most about.
            gameDate: key.gameDate ?? LeagueClock.gameDate(of: key.capturedAt),
            status: .success,
            timestamp: Date(timeIntervalSince1970: Double(origin.timestampMilliseconds) / 1000),
            triggerSource: .manual,
            lane: .live
        )
        envelope.metadata = [
            "object_path": .string(key.path.string), "captured_at": .string(Instant.text(key.capturedAt)),
            "unit": .string(key.unit),
        ]
        return envelope
    }
}
