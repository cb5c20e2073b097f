public import Basketball
public import Foundation
public import Pipeline

/// The place of a captured payload in the object store.
public struct PayloadKey: Sendable, Hashable {
    public var subject: PayloadSubject
    /// Whole seconds.
    public var capturedAt: Date
    /// Eight hexadecimal digits of the checksum, where two different payloads of one second need two names.
    public var variant: String?

    public init(_ subject: PayloadSubject, capturedAt: Date, variant: String? = nil) {
        self.subject = subject
        self.capturedAt = Date(timeIntervalSince1970: capturedAt.timeIntervalSince1970.rounded(.down))
        self.variant = variant
    }

    /// The scraper that writes such payloads.
    public var scraper: String { subject.scraper }

    /// The unit of the tasks that the payload belongs to.
    public var unit: String { subject.unit }

    /// The game date that the key names; nil for a payload about a whole season.
    public var gameDate: GameDate? { subject.date }

    /// The path, such as `nba-com/team-boxscore/2024-01-15/0022300561/20240116_040000.json`.
    public var path: ObjectPath {
        let layout = PayloadLayout.of(subject.scraper)
        let stamp = Self.stamp(capturedAt)
        var name = stamp + (variant.map { "-\($0)" } ?? "")
        if layout.isSnapshot { name += "-snap-\(stamp.dropFirst(9).prefix(4))" }
        let text = (layout.filled(subject) + ["\(name).\(layout.fileType.rawValue)"]).joined(separator: "/")
        do {
            return try ObjectPath(validating: text)
        } catch {
            preconditionFailure("dates, digits and tricodes always make a path: \(error)")
        }
    }

    /// `YYYYMMDD_HHMMSS` in UTC.
    public static func stamp(_ instant: Date) -> String {
        let text = LeagueClock.formatUTC(instant)
        return text.prefix(10).filter { $0 != "-" } + "_" + text.dropFirst(11).prefix(8).filter { $0 != ":" }
    }
}

extension PayloadKey {
    /// Reads a path back; nil for a path of another kind.
    public init?(path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let file = parts.last.flatMap(FileName.init) else { return nil }
        let folders = Array(parts.dropLast())
        for layout in PayloadLayout.all where layout.fileType == file.type {
            guard let subject = layout.subject(folders) else { continue }
            self.init(subject, capturedAt: file.capturedAt, variant: file.variant)
            // One form for each payload: anything that would be written otherwise is not ours.
            if self.path.string == path { return }
        }
        return nil
    }

    /// `YYYYMMDD_HHMMSS[-variant][-snap-HHMM].type`
    private struct FileName {
        var capturedAt: Date
        var variant: String?
        var type: PayloadLayout.FileType

        init?(_ text: String) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, let type = PayloadLayout.FileType(rawValue: String(parts[1])) else { return nil }
            let words = parts[0].split(separator: "-", omittingEmptySubsequences: false)
            let stamp = words[0].split(separator: "_", omittingEmptySubsequences: false)
            guard stamp.count == 2, Self.areDigits(stamp[0], 8), Self.areDigits(stamp[1], 6) else { return nil }
            let time = Array(stamp[1])
            do {
                let date = try GameDate(compact: String(stamp[0]))
                capturedAt = try LeagueClock.parseUTC(
                    "\(date)T\(String(time[0..<2])):\(String(time[2..<4])):\(String(time[4..<6]))Z"
                )
            } catch {
                return nil
            }
            var rest = words.dropFirst()
            if let first = rest.first, first != "snap" {
                guard first.utf8.count == 8, first.allSatisfy({ $0.isHexDigit && !$0.isUppercase }) else { return nil }
                variant = String(first)
                rest = rest.dropFirst()
            }
            guard rest.isEmpty || rest.count == 2 && rest.first == "snap" && Self.areDigits(rest[rest.endIndex - 1], 4)
            else { return nil }
            self.type = type
        }

        private static func areDigits(_ text: Substring, _ count: Int) -> Bool {
            text.utf8.count == count && text.utf8.allSatisfy { (48...57).contains($0) }
        }
    }
}
