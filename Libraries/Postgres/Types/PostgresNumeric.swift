#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// PostgreSQL's numeric: groups of four decimal digits, the first with the weight 10000^weight.
struct PostgresNumeric {
    private static let negative: UInt16 = 0x4000
    private static let notANumber: UInt16 = 0xC000
    private static let plusInfinity: UInt16 = 0xD000
    private static let minusInfinity: UInt16 = 0xF000

    private var sign: UInt16
    private var weight: Int
    /// Digits after the point that are to be shown.
    private var scale: Int
    private var groups: [UInt16]

    init(_ bytes: UnsafeRawBufferPointer) throws(PostgresCodingError) {
        var reader = CellReader(bytes)
        let count = Int(try reader.integer(Int16.self))
        weight = Int(try reader.integer(Int16.self))
        sign = try reader.integer(UInt16.self)
        scale = Int(try reader.integer(Int16.self))
        groups = []
        guard count >= 0 else { throw .malformed("a numeric of \(count) groups") }
        groups.reserveCapacity(count)
        for _ in 0..<count {
            let group = try reader.integer(UInt16.self)
            guard group < 10_000 else { throw .malformed("a digit group of \(group)") }
            groups.append(group)
        }
    }

    /// All digits without the point, trailing zeros of the last group included.
    private var digits: String {
        var text = ""
        for group in groups {
            let part = String(group)
            text += String(repeating: "0", count: 4 - part.count) + part
        }
        return text.isEmpty ? "0" : text
    }

    /// The power of ten of the last digit.
    private var exponent: Int { groups.isEmpty ? 0 : (weight - groups.count + 1) * 4 }

    /// The nearest Double. Up to 2^53 the digits and the power of ten are exact, and so is one division's rounding.
    func double() throws(PostgresCodingError) -> Double {
        switch sign {
        case 0, Self.negative: break
        case Self.notANumber: return .nan
        case Self.plusInfinity: return .infinity
        case Self.minusInfinity: return -.infinity
        default: throw .malformed("a numeric with the sign \(sign)")
        }
        if groups.count <= 4, (-20...0).contains(exponent) {
            var whole: UInt64 = 0
            for group in groups { whole = whole * 10_000 + UInt64(group) }
            if whole < 1 << 53 {
                var power = 1.0
                for _ in 0..<(-exponent) { power *= 10 }
                let value = Double(whole) / power
                return sign == Self.negative ? -value : value
            }
        }
        guard let value = Double((sign == Self.negative ? "-" : "") + digits + "e\(exponent)") else {
            throw .malformed("a numeric that is no number")
        }
        return value
    }

    func decimal() throws(PostgresCodingError) -> Decimal {
        switch sign {
        case 0, Self.negative: break
        case Self.notANumber: return .nan
        default: throw .notRepresentable("an infinite numeric")
        }
        var significant = Substring(digits)
        var exponent = exponent
        while significant.last == "0", significant.count > 1 {
            significant.removeLast()
            exponent += 1
        }
        while significant.first == "0", significant.count > 1 { significant.removeFirst() }
        if significant == "0" { return Decimal(0) }
        guard significant.count <= 38, (-127...127).contains(exponent) else {
            throw .notRepresentable("a numeric of \(significant.count) digits and the exponent \(exponent)")
        }
        guard let value = Decimal(string: String(significant)) else { throw .malformed("a numeric that is no number") }
        return Decimal(
            sign: sign == Self.negative ? .minus : .plus,
            exponent: exponent,
            significand: value
        )
    }

    init(_ value: Decimal) throws(PostgresCodingError) {
        if value.isNaN {
            (sign, weight, scale, groups) = (Self.notANumber, 0, 0, [])
            return
        }
        var whole = value.description
        sign = 0
        if whole.hasPrefix("-") {
            sign = Self.negative
            whole.removeFirst()
        }
        var fraction = ""
        if let point = whole.firstIndex(of: ".") {
            fraction = String(whole[whole.index(after: point)...])
            whole = String(whole[..<point])
        }
        scale = fraction.count
        whole = String(repeating: "0", count: (4 - whole.count % 4) % 4) + whole
        fraction += String(repeating: "0", count: (4 - fraction.count % 4) % 4)
        weight = whole.count / 4 - 1
        groups = []
        var rest = Substring(whole + fraction)
        while !rest.isEmpty {
            guard let group = UInt16(rest.prefix(4)) else {
                throw .notRepresentable("a decimal that is written \(value.description)")
            }
            groups.append(group)
            rest = rest.dropFirst(4)
        }
        while groups.last == 0 { groups.removeLast() }
        while groups.first == 0 {
            groups.removeFirst()
            weight -= 1
        }
        if groups.isEmpty { (sign, weight) = (0, 0) }
    }

    func encode(into buffer: inout PostgresBuffer) throws(PostgresCodingError) {
        buffer.append(integer: Int16(groups.count))
        buffer.append(integer: Int16(weight))
        buffer.append(integer: sign)
        buffer.append(integer: Int16(scale))
        for group in groups { buffer.append(integer: group) }
    }
}
