/// Builds Prometheus' text exposition format 0.0.4.
public struct PrometheusText {
    /// The value of the `Content-Type` header.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var output = ""

    init() {}

    mutating func header(_ name: String, type: String, help: String) {
        output += "# HELP \(name) \(Self.escapeHelp(help))\n# TYPE \(name) \(type)\n"
    }

    mutating func sample(_ name: String, _ labels: [String], _ values: [String], _ value: Double) {
        output += name
        if !labels.isEmpty {
            output += "{"
            for (index, (label, text)) in zip(labels, values).enumerated() {
                if index > 0 { output += "," }
                output += "\(label)=\"\(Self.escapeLabel(text))\""
            }
            output += "}"
        }
        output += " \(Self.number(value))\n"
    }

    mutating func histogram(_ name: String, _ labels: [String], _ values: [String], _ snapshot: Histogram.Snapshot) {
        var cumulative: UInt64 = 0
        for (index, count) in snapshot.counts.enumerated() {
            cumulative &+= count
            let bound = index < snapshot.bounds.count ? Self.number(snapshot.bounds[index]) : "+Inf"
            sample("\(name)_bucket", labels + ["le"], values + [bound], Double(cumulative))
        }
        sample("\(name)_sum", labels, values, snapshot.sum)
        sample("\(name)_count", labels, values, Double(cumulative))
    }

    /// A number as Prometheus reads it; whole numbers without fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return value.description
    }

    static func isMetricName(_ name: String) -> Bool {
        isName(name) { $0 == "_" || $0 == ":" }
    }

    static func isLabelName(_ name: String) -> Bool {
        isName(name) { $0 == "_" } && !name.hasPrefix("__")
    }

    private static func isName(_ name: String, _ isSpecial: (Character) -> Bool) -> Bool {
        guard let first = name.first, !first.isNumber else { return false }
        return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || isSpecial($0) }
    }

    private static func escapeHelp(_ text: String) -> String { escape(text, quotes: false) }
    private static func escapeLabel(_ text: String) -> String { escape(text, quotes: true) }

    private static func escape(_ text: String, quotes: Bool) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || $0 == 0x22 }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
