import Foundation
import Pipeline

/// A payload that was fetched, checked and stored.
struct Capture<Content: Sendable>: Sendable {
    var content: Content
    var path: ObjectPath
    var sha256: String
    var capturedAt: Date
    var byteCount: Int
}

/// The last capture of a few URLs, so that what hardly changes is neither fetched nor parsed for each of many dates.
/// Several tasks that ask at the same time share one request.
actor CaptureCache<Content: Sendable> {
    struct Entry: Sendable {
        var capture: Capture<Content>
        /// The source's own mark of this version, if it gives one.
        var etag: String?
        var lastModified: String?
        var checkedAt: ContinuousClock.Instant
    }

    private let capacity: Int
    private var entries: [String: Entry] = [:]
    private var flights: [String: Task<Entry, any Error>] = [:]

    init(capacity: Int) { self.capacity = capacity }

    /// What is there, however old.
    func peek(_ url: String) -> Capture<Content>? { entries[url]?.capture }

    /// The capture of a URL, at most `maximumAge` old. `load` gets the older entry, if there is one.
    func capture(
        _ url: String,
        maximumAge: Duration,
        _ load: @escaping @Sendable (Entry?) async throws -> Entry
    ) async throws -> Capture<Content> {
        if let flight = flights[url] { return try await flight.value.capture }
        let old = entries[url]
        if let old, ContinuousClock.now - old.checkedAt < maximumAge { return old.capture }
        // A task of its own: a waiter that is cancelled must not take the answer away from the others.
        let flight = Task { try await load(old) }
        flights[url] = flight
        do {
            let entry = try await flight.value
            flights[url] = nil
            entries[url] = entry
            evict()
            return entry.capture
        } catch {
            flights[url] = nil
            throw error
        }
    }

    private func evict() {
        while entries.count > capacity, let oldest = entries.min(by: { $0.value.checkedAt < $1.value.checkedAt }) {
            entries[oldest.key] = nil
        }
    }
}
