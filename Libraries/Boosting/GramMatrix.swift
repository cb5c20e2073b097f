/// Sums over rows of the products of every two columns, XᵀX, in Double.
///
/// Rows wait in a block that stays in the processor's cache; a full block is added four by four columns at a time, so that
/// the sums of a tile stay in registers. The order of the additions is fixed: equal rows give equal sums, bit for bit.
struct GramMatrix {
    private static let blockRows = 128
    private static let tile = 4

    let columnCount: Int
    /// Columns filled up to whole tiles with zeros.
    private let stride: Int
    private var block: [Double]
    private var waiting = 0
    private var sums: [Double]

    init(columnCount: Int) {
        self.columnCount = columnCount
        stride = (columnCount + Self.tile - 1) / Self.tile * Self.tile
        block = [Double](repeating: 0, count: Self.blockRows * stride)
        sums = [Double](repeating: 0, count: stride * stride)
    }

    /// Adds a row, whose values the closure puts into a buffer of `columnCount`. It has to set them all.
    @inline(__always)
    mutating func addRow(_ fill: (UnsafeMutableBufferPointer<Double>) -> Void) {
        let start = waiting * stride
        let end = start + columnCount
        block.withUnsafeMutableBufferPointer { fill(UnsafeMutableBufferPointer(rebasing: $0[start..<end])) }
        waiting += 1
        if waiting == Self.blockRows { addBlock() }
    }

    /// The sums, row by row, `columnCount` squared of them.
    mutating func finish() -> [Double] {
        addBlock()
        return (0..<columnCount * columnCount).map { index in
            let (row, column) = index.quotientAndRemainder(dividingBy: columnCount)
            return sums[min(row, column) * stride + max(row, column)]
        }
    }

    private mutating func addBlock() {
        let (rows, stride) = (waiting, stride)
        waiting = 0
        block.withUnsafeBytes { block in
            sums.withUnsafeMutableBytes { sums in
                for left in Swift.stride(from: 0, to: stride, by: Self.tile) {
                    for right in Swift.stride(from: left, to: stride, by: Self.tile) {
                        Self.addTile(block, sums, rows: rows, stride: stride, left: left, right: right)
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func addTile(
        _ block: UnsafeRawBufferPointer,
        _ sums: UnsafeMutableRawBufferPointer,
        rows: Int,
        stride: Int,
        left: Int,
        right: Int
    ) {
        var (first, second) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
        var (third, fourth) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
        for row in 0..<rows {
            let start = row * stride
            let lefts = block.loadUnaligned(fromByteOffset: (start + left) * 8, as: SIMD4<Double>.self)
            let rights = block.loadUnaligned(fromByteOffset: (start + right) * 8, as: SIMD4<Double>.self)
            first += lefts[0] * rights
            second += lefts[1] * rights
            third += lefts[2] * rights
            fourth += lefts[3] * rights
        }
        for (index, added) in [first, second, third, fourth].enumerated() {
            let offset = ((left + index) * stride + right) * 8
            let sum = sums.loadUnaligned(fromByteOffset: offset, as: SIMD4<Double>.self) + added
            sums.storeBytes(of: sum, toByteOffset: offset, as: SIMD4<Double>.self)
        }
    }
}
