import Foundation

/// The canonical spelling of a player's name that tables are joined by.
public enum PlayerLookup {
    /// Lower-case ASCII letters and digits of a display name; generational suffixes stay.
    ///
    /// Accents fold ("Dončić" → `doncic`), letters that do not decompose are dropped ("Đurišić" → `urisic`), a trailing
    /// "Junior"/"Senior" becomes `jr`/`sr`. An empty name gives an empty lookup.
    public static func normalize(_ name: String) -> String {
        var ascii: [UInt8]
        if name.utf8.allSatisfy({ $0 < 0x80 }) {
            ascii = Array(name.utf8)
        } else {
            let folded = String(
                String.UnicodeScalarView(
                    name.precomposedStringWithCompatibilityMapping.unicodeScalars.map { scalar in
                        switch scalar {
                        case "\u{0131}": "i"
                        case "\u{0130}": "I"
                        default: scalar
                        }
                    }
                )
            )
            // After compatibility composition the canonical decomposition is also the compatibility one.
            ascii = folded.decomposedStringWithCanonicalMapping.utf8.filter { $0 < 0x80 }
        }
        for index in ascii.indices where ascii[index] >= 65 && ascii[index] <= 90 { ascii[index] += 32 }
        for (ending, replacement) in endings
        where ascii.count >= ending.count && ascii.suffix(ending.count) == ending[...] {
            ascii.replaceSubrange((ascii.count - ending.count)..., with: replacement)
            break
        }
        return String(decoding: ascii.filter { (97...122).contains($0) || (48...57).contains($0) }, as: UTF8.self)
    }

    private static let endings: [(ending: [UInt8], replacement: [UInt8])] = [
        (Array(" junior".utf8), Array("jr".utf8)), (Array(" senior".utf8), Array("sr".utf8)),
        (Array(" jr.".utf8), Array("jr".utf8)), (Array(" sr.".utf8), Array("sr".utf8)),
    ]

    /// Splits a generational suffix off a name, for last-name lists: "Gary Payton II" → ("Gary Payton", "II").
    ///
    /// A suffix needs a space before it, so "Mozgov" keeps its V.
    public static func splitSuffix(_ name: String) -> (name: String, suffix: String?) {
        guard let space = name.lastIndex(of: " ") else { return (name, nil) }
        let last = name[name.index(after: space)...].lowercased()
        guard suffixes.contains(last) else { return (name, nil) }
        let head = name[..<space].trimmingCharacters(in: .whitespaces)
        return head.isEmpty ? (name, nil) : (head, String(name[name.index(after: space)...]))
    }

    private static let suffixes: Set<String> = [
        "junior", "senior", "jr.", "sr.", "jr", "sr", "ii", "iii", "iv", "v", "2nd", "3rd", "4th", "5th",
    ]
}
