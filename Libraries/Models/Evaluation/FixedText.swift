import Basketball

/// A number with exactly so many decimals, halves away from zero; "–" for none.
func fixedText(_ value: Double?, _ places: Int) -> String {
    guard let value, value.isFinite else { return "–" }
    let rounded = Rounding.halfAway(value, places: places)
    var units = 1
    for _ in 0..<places { units *= 10 }
    let scaled = Int((rounded.magnitude * Double(units)).rounded())
    let sign = rounded < 0 && scaled > 0 ? "−" : ""
    guard places > 0 else { return "\(sign)\(scaled)" }
    let decimals = String(scaled % units)
    return "\(sign)\(scaled / units)." + String(repeating: "0", count: places - decimals.count) + decimals
}

/// A whole number with commas between thousands.
func groupedText(_ value: Int) -> String {
    var digits = Array(String(value.magnitude))
    var place = digits.count - 3
    while place > 0 {
        digits.insert(",", at: place)
        place -= 3
    }
    return (value < 0 ? "−" : "") + String(digits)
}

extension PointsEvaluation.Interval {
    /// `4.629 (4.573 … 4.686)`.
    func text(_ places: Int) -> String {
        "\(fixedText(value, places)) (\(fixedText(low, places)) … \(fixedText(high, places)))"
    }
}
