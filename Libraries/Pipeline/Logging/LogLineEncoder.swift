import Foundation
import Logging

/// Turns log events into JSON lines.
struct LogLineEncoder: Sendable {
    let service: String
    let redactor: SecretRedactor
    /// Longest message or metadata value in bytes; the rest is cut and the cut is said.
    var maximumValueBytes = 16 << 10
    /// Most metadata fields of one line, so that a hostile dictionary cannot make an endless one.
    var maximumFields = 100

    /// One line with its line end.
    func line(
        at instant: Date,
        level: Logger.Level,
        label: String,
        message: String,
        metadata: [(String, Logger.MetadataValue)]
    ) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(256)
        output.append(contentsOf: "{\"ts\":\"".utf8)
        LogInstant.appendUTC(instant, to: &output)
        output.append(contentsOf: "\",\"level\":\"\(level.rawValue)\",\"service\":".utf8)
        JSONText.appendQuoted(service, to: &output)
        output.append(contentsOf: ",\"logger\":".utf8)
        append(label, to: &output)
        output.append(contentsOf: ",\"message\":".utf8)
        append(message, to: &output)
        var used = LogKeys.reserved
        for (key, value) in metadata { appendField(key, value, depth: 0, &used, to: &output) }
        output.append(contentsOf: [0x7D, 0x0A])
        return output
    }

    /// Nested dictionaries become `outer.inner`; a name that a line already has gets `meta_` before it.
    private func appendField(
        _ key: String,
        _ value: Logger.MetadataValue,
        depth: Int,
        _ used: inout Set<String>,
        to output: inout [UInt8]
    ) {
        if case .dictionary(let inner) = value, depth < 8 {
            for (name, value) in inner.sorted(by: { $0.key < $1.key }) {
                appendField(key + "." + name, value, depth: depth + 1, &used, to: &output)
            }
            return
        }
        guard used.count < maximumFields else { return }
        var name = withoutNUL(redactor.redact(String(key.prefix(200))))
        while !used.insert(name).inserted { name = "meta_" + name }
        output.append(0x2C)
        JSONText.appendQuoted(name, to: &output)
        output.append(0x3A)
        guard case .array(let elements) = value else {
            append(value.description, to: &output)
            return
        }
        output.append(0x5B)
        for (index, element) in elements.prefix(maximumFields).enumerated() {
            if index > 0 { output.append(0x2C) }
            append(element.description, to: &output)
        }
        output.append(0x5D)
    }

    /// NUL shown by its symbol: lines stay readable for strict readers such as `jsonb` and `tipoff logs`.
    private func withoutNUL(_ text: String) -> String {
        text.utf8.contains(0) ? text.replacingOccurrences(of: "\0", with: "\u{2400}") : text
    }

    private func append(_ text: String, to output: inout [UInt8]) {
        // Secrets go before the cut: a half secret would no longer be recognised.
        let safe = withoutNUL(redactor.redact(text))
        guard safe.utf8.count > maximumValueBytes else {
            JSONText.appendQuoted(safe, to: &output)
            return
        }
        let cut = String(decoding: safe.utf8.prefix(maximumValueBytes), as: UTF8.self)
        JSONText.appendQuoted("\(cut)… [\(safe.utf8.count - maximumValueBytes) bytes cut]", to: &output)
    }
}

/// Instants as log lines write them.
enum LogInstant {
    /// Appends `2024-01-15T14:03:22.123Z` without a formatter: this runs for every line.
    static func appendUTC(_ instant: Date, to output: inout [UInt8]) {
        // To the nearest microsecond first: a Date is a binary fraction and may lie just below its millisecond.
        let microseconds = (instant.timeIntervalSince1970 * 1e6).rounded().clamped(to: -6.2e16...2.5e17)
        let milliseconds = Int64((microseconds / 1000).rounded(.down))
        let (days, inDay) = milliseconds.quotientAndRemainder(floorDividingBy: 86_400_000)
        let (year, month, day) = civil(days)
        append(year, 4, &output)
        output.append(0x2D)
        append(month, 2, &output)
        output.append(0x2D)
        append(day, 2, &output)
        output.append(0x54)
        append(inDay / 3_600_000, 2, &output)
        output.append(0x3A)
        append(inDay / 60_000 % 60, 2, &output)
        output.append(0x3A)
        append(inDay / 1000 % 60, 2, &output)
        output.append(0x2E)
        append(inDay % 1000, 3, &output)
        output.append(0x5A)
    }

    /// Year, month and day of a day number (days since 1970-01-01), proleptic Gregorian calendar, counted in eras of
    /// 400 years that begin on March 1st.
    private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let (era, dayOfEra) = shifted.quotientAndRemainder(floorDividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func append(_ value: Int64, _ width: Int, _ output: inout [UInt8]) {
        let text = String(value.magnitude)
        output.append(contentsOf: repeatElement(0x30, count: max(0, width - text.utf8.count)))
        output.append(contentsOf: text.utf8)
    }
}

extension Int64 {
    fileprivate func quotientAndRemainder(floorDividingBy divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        isNaN ? 0 : Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
