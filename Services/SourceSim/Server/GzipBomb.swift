/// A valid gzip stream of zeros that unpacks to about 1,032 times its size.
enum GzipBomb {
    static func zeros(megabytes: Int) -> [UInt8] {
        let size = megabytes * 1_024 * 1_024
        var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        bytes.append(contentsOf: deflatedZeros(count: size))
        let checksum = crcOfZeros(count: size)
        for value in [checksum, UInt32(truncatingIfNeeded: size)] {
            for shift in stride(from: UInt32(0), through: 24, by: 8) { bytes.append(UInt8((value >> shift) & 0xFF)) }
        }
        return bytes
    }

    /// One dynamic-Huffman block (RFC 1951 §3.2.7) whose match of 258 bytes costs two bits.
    private static func deflatedZeros(count: Int) -> [UInt8] {
        var bits = BitWriter()
        bits.number(1, width: 1)
        bits.number(2, width: 2)
        // 286 literal/length codes, one distance code, 18 code-length codes.
        bits.number(29, width: 5)
        bits.number(0, width: 5)
        bits.number(14, width: 4)
        // In the order 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1: 18 has one bit, 2 and 1 have two.
        for width in [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2] { bits.number(width, width: 3) }
        let (lengthOne, lengthTwo) = ([true, false], [true, true])
        func skip(_ codes: Int) {
            bits.code([false])
            bits.number(codes - 11, width: 7)
        }
        bits.code(lengthTwo)  // literal 0
        skip(138)
        skip(117)
        bits.code(lengthTwo)  // 256, end of block
        skip(28)
        bits.code(lengthOne)  // 285, a match of 258
        bits.code(lengthOne)  // distance 1
        let literal = [true, false]
        bits.code(literal)
        let matches = (count - 1) / 258
        for _ in 0..<matches { bits.code([false, false]) }
        for _ in 0..<(count - 1 - matches * 258) { bits.code(literal) }
        bits.code([true, true])
        return bits.finish()
    }

    private static func crcOfZeros(count: Int) -> UInt32 {
        let table = (0..<256).map { index -> UInt32 in
            (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
        }
        var state: UInt32 = 0xFFFF_FFFF
        table.withUnsafeBufferPointer { table in
            for _ in 0..<count { state = (state >> 8) ^ table[Int(state & 0xFF)] }
        }
        return ~state
    }

    /// Packs bits from the lowest upwards, as deflate wants them.
    private struct BitWriter {
        private var bytes: [UInt8] = []
        private var current: UInt8 = 0
        private var used: UInt8 = 0

        mutating func number(_ value: Int, width: Int) {
            for bit in 0..<width { push((value >> bit) & 1 == 1) }
        }

        /// A Huffman code, most significant bit first.
        mutating func code(_ bits: [Bool]) {
            for bit in bits { push(bit) }
        }

        private mutating func push(_ bit: Bool) {
            if bit { current |= 1 << used }
            used += 1
            if used == 8 {
                bytes.append(current)
                (current, used) = (0, 0)
            }
        }

        mutating func finish() -> [UInt8] {
            while used != 0 { push(false) }
            return bytes
        }
    }
}
