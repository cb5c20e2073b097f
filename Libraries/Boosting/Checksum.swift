/// FNV-1a of 64 bits (Fowler, Noll and Vo): finds accidents in stored bytes, not forgeries.
public enum Checksum {
    public static func fnv1a(_ bytes: some Collection<UInt8>) -> UInt64 {
        func sum(_ bytes: some Sequence<UInt8>) -> UInt64 {
            bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        }
        return bytes.withContiguousStorageIfAvailable { sum($0) } ?? sum(bytes)
    }
}
