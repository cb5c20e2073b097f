/// One figure of every game, ready for means and sample standard deviations over any windows.
///
/// The prefix sums begin anew in every segment, and they are sums of whole numbers: values as tables hold them, with four
/// decimals, are counted in ten-thousandths. So nothing is lost to cancellation, equal values deviate by exactly 0, and a
/// window's figures depend on the games in it and on nothing else, bit for bit. A window with a value that has more
/// decimals, or is so large that n·Σx² could leave 64 bits, is computed from its values instead (two passes).
public struct RollingColumn: Sendable {
    /// Ten-thousandths in one.
    private static let scale = 10_000.0
    /// Whole numbers are below it: 750 for a value.
    private static let limit = 7_500_000.0
    /// (400 × 7.5 million)² is below 2⁶³.
    private static let mostGames = 400

    private let values: [Double?]
    /// By slot, over the segment's games before it: Σx and Σx² in ten-thousandths, and the games with a value.
    private let sums: [Int64]
    private let squares: [Int64]
    private let counts: [Int32]
    /// The rows whose values are no such whole numbers, ascending; they add nothing to the sums.
    private let inexact: [Int32]

    /// A column of values, one a game and in the rows' order; nil where the game has none.
    public init(_ values: [Double?], in segments: GameSegments) {
        precondition(values.count == segments.rows, "one value a game")
        let slots = segments.rows + segments.count
        var sums = [Int64](repeating: 0, count: slots)
        var squares = [Int64](repeating: 0, count: slots)
        var counts = [Int32](repeating: 0, count: slots)
        var inexact: [Int32] = []
        // Spans: they cost nothing at an element.
        var sumSpan = sums.mutableSpan
        var squareSpan = squares.mutableSpan
        var countSpan = counts.mutableSpan
        let valueSpan = values.span
        for segment in 0..<segments.count {
            var (sum, square, count) = (Int64(0), Int64(0), Int32(0))
            for row in segments.rows(of: segment) {
                if let value = valueSpan[row] {
                    count &+= 1
                    if let whole = Self.whole(value) {
                        sum &+= whole
                        square &+= whole &* whole
                    } else {
                        inexact.append(Int32(row))
                    }
                }
                let slot = row + segment + 1
                sumSpan[slot] = sum
                squareSpan[slot] = square
                countSpan[slot] = count
            }
        }
        self.values = values
        self.sums = sums
        self.squares = squares
        self.counts = counts
        self.inexact = inexact
    }

    /// The value in ten-thousandths; nil when it is not a whole number of them, or too large.
    @inline(__always)
    private static func whole(_ value: Double) -> Int64? {
        let scaled = value * scale
        guard scaled.magnitude < limit else { return nil }
        let whole = Int64(scaled + (scaled < 0 ? -0.5 : 0.5))
        // The nearest binary value of a decimal, times the scale, is off by two roundings at most.
        return (scaled - Double(whole)).magnitude <= scaled.magnitude * 0x1p-51 ? whole : nil
    }
}

/// A figure of each window.
public struct RollingValues: Sendable {
    /// Not a number where the window has too few values.
    public let values: [Double]

    /// The figure of a window; nil when too few of its games have a value.
    public subscript(index: Int) -> Double? { values[index].isNaN ? nil : values[index] }
}

extension RollingColumn {
    /// How many games of a window have a value.
    public func count(in windows: RollingWindows, _ index: Int) -> Int {
        Int(counts[Int(windows.ends[index])] - counts[Int(windows.firsts[index])])
    }

    /// Sums; 0 for a window without a value.
    public func sums(over windows: RollingWindows) -> RollingValues {
        figures(windows) { sum, _, _ in
            sum / Self.scale
        } direct: {
            $0.reduce(0, +)
        }
    }

    /// Arithmetic means; nil for a window without a value.
    public func means(over windows: RollingWindows) -> RollingValues {
        figures(windows) { sum, _, count in
            sum / (count * Self.scale)
        } direct: {
            SampleStatistics.mean($0)
        }
    }

    /// Sample standard deviations (n − 1); nil below two values.
    public func sampleDeviations(over windows: RollingWindows) -> RollingValues {
        figures(windows) { _, spread, count in
            (spread / (count * (count - 1) * (Self.scale * Self.scale))).squareRoot()
        } direct: {
            SampleStatistics.standardDeviation($0)
        }
    }

    /// - Parameters:
    ///   - exact: a figure of n values from Σx and n·Σx² − (Σx)², in ten-thousandths, and n; 0/0 for too few values.
    ///   - direct: the same figure from the values.
    @inline(__always)
    private func figures(
        _ windows: RollingWindows,
        _ exact: (_ sum: Double, _ spread: Double, _ count: Double) -> Double,
        direct: ([Double]) -> Double?
    ) -> RollingValues {
        let (sums, squares, counts) = (sums.span, squares.span, counts.span)
        let (firsts, ends) = (windows.firsts.span, windows.ends.span)
        var figures = [Double](capacity: windows.count) { figures in
            for index in 0..<windows.count {
                let (first, end) = (Int(firsts[index]), Int(ends[index]))
                let count = Int64(counts[end] &- counts[first])
                let sum = sums[end] &- sums[first]
                let spread = count &* (squares[end] &- squares[first]) &- sum &* sum
                figures.append(exact(Double(sum), Double(spread), Double(count)))
            }
        }
        guard !inexact.isEmpty || windows.mostGames > Self.mostGames else { return RollingValues(values: figures) }
        for index in 0..<windows.count {
            let rows = windows.rows(index)
            let next = inexact[...].partitioned { $0 < rows.lowerBound }
            guard next < inexact.count && inexact[next] < rows.upperBound || rows.count > Self.mostGames else {
                continue
            }
            figures[index] = direct(values[rows].compactMap { $0 }) ?? .nan
        }
        return RollingValues(values: figures)
    }
}
