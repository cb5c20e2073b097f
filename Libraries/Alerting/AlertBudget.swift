public import Foundation
public import Pipeline

/// What may still be told of one signature: the first occurrence at once, a summary at the third, at most five messages
/// in a window of an hour, and each end once.
///
/// Pure: it is read from its row, asked, and written back in one transaction, so that all who deliver share it.
public struct AlertBudget: Sendable, Hashable {
    public struct Rules: Sendable, Hashable {
        /// How long a window lasts; after it the signature is told anew.
        public var window: TimeInterval
        /// Messages of a window.
        public var messages: Int
        /// The occurrence of a window that brings its summary.
        public var summaryAt: Int

        public init(window: TimeInterval = 3600, messages: Int = 5, summaryAt: Int = 3) {
            self.window = window
            self.messages = messages
            self.summaryAt = summaryAt
        }
    }

    /// An incident as its row says.
    public struct Incident: Sendable, Hashable {
        public var id: Int64
        public var level: Alerts.Level
        public var occurrences: Int

        public init(id: Int64, level: Alerts.Level, occurrences: Int) {
            self.id = id
            self.level = level
            self.occurrences = occurrences
        }
    }

    /// What is to be told now.
    public struct Message: Sendable, Hashable {
        public var kind: AlertKind
        /// Occurrences since the last message that nobody was told of by themselves.
        public var suppressed: Int
        /// The window's start and the message's number in it: unique within the signature.
        public var windowKey: String
    }

    /// The incident that was looked at last.
    public var incidentID: Int64?
    /// Of it that have been counted.
    public var occurrences = 0
    /// The worst level that was told of what is open.
    public var toldLevel: Alerts.Level?
    /// Whether people were told of an incident and not yet of its end.
    public var isTold = false
    public var windowStartedAt: Date?
    public var windowOccurrences = 0
    public var windowMessages = 0
    public var suppressed = 0
    public var isSummarised = false

    public init() {}

    /// Looks at an open incident.
    public mutating func see(_ incident: Incident, at now: Date, _ rules: Rules) -> Message? {
        let isKnown = incident.id == incidentID
        let fresh = isKnown ? max(0, incident.occurrences - occurrences) : incident.occurrences
        incidentID = incident.id
        occurrences = incident.occurrences
        let isWorse = isTold && incident.level.severity > (toldLevel ?? .info).severity
        if isOver(now, rules) {
            guard !isTold || isWorse || fresh > 0 || suppressed > 0 else { return nil }
            let kind: AlertKind = isTold ? (isWorse ? .escalation : .summary) : .first
            // The message itself tells of one.
            suppressed += kind == .first ? max(0, fresh - 1) : fresh
            begin(now)
            windowOccurrences = fresh
            return tell(kind, incident.level)
        }
        windowOccurrences += fresh
        guard windowMessages < rules.messages else {
            suppressed += fresh
            return nil
        }
        if !isTold {
            suppressed += max(0, fresh - 1)
            return tell(.first, incident.level)
        }
        suppressed += fresh
        if isWorse { return tell(.escalation, incident.level) }
        guard fresh > 0, !isSummarised, windowOccurrences >= rules.summaryAt else { return nil }
        isSummarised = true
        return tell(.summary, incident.level)
    }

    /// Looks at an incident that is over. What was never told has no end to tell.
    public mutating func end(at now: Date, _ rules: Rules) -> Message? {
        guard isTold else { return nil }
        if isOver(now, rules) {
            begin(now)
        } else if windowMessages >= rules.messages {
            return nil
        }
        let message = tell(.resolve, toldLevel ?? .info)
        isTold = false
        toldLevel = nil
        return message
    }

    /// Whether the window has passed, or none has begun.
    func isOver(_ now: Date, _ rules: Rules) -> Bool {
        windowStartedAt.map { now.timeIntervalSince($0) >= rules.window } ?? true
    }

    private mutating func begin(_ now: Date) {
        windowStartedAt = now
        (windowOccurrences, windowMessages, isSummarised) = (0, 0, false)
    }

    private mutating func tell(_ kind: AlertKind, _ level: Alerts.Level) -> Message {
        windowMessages += 1
        let key = "\(Instant.text(windowStartedAt ?? .distantPast))#\(windowMessages)"
        let message = Message(kind: kind, suppressed: suppressed, windowKey: key)
        suppressed = 0
        isTold = true
        toldLevel = [toldLevel ?? .info, level].max { $0.severity < $1.severity }
        return message
    }
}
