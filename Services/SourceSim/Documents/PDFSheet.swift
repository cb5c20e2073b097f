import Foundation

/// Text at places of pages, as a PDF file.
struct PDFSheet {
    struct Text {
        /// From the left edge to the first letter, in points.
        var left: Double
        /// From the upper edge to the top of the letters, in points.
        var top: Double
        var size = 9.0
        var text: String
    }

    var width = 842.0
    var height = 595.0
    var pages: [[Text]] = []

    /// The file: a catalog, one of the fonts that every reader knows, and a stream of text a page.
    func serialized() -> [UInt8] {
        let kids = pages.indices.map { "\(4 + 2 * $0) 0 R" }.joined(separator: " ")
        var objects: [[UInt8]] = [
            Array("<< /Type /Catalog /Pages 2 0 R >>".utf8),
            Array("<< /Type /Pages /Kids [\(kids)] /Count \(pages.count) >>".utf8),
            Array("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".utf8),
        ]
        for (number, texts) in pages.enumerated() {
            objects.append(
                Array(
                    """
                    << /Type /Page /Parent 2 0 R /MediaBox [0 0 \(width) \(height)] \
                    /Resources << /Font << /F1 3 0 R >> >> /Contents \(5 + 2 * number) 0 R >>
                    """.utf8
                )
            )
            let content = texts.flatMap(operators)
            objects.append(Array("<< /Length \(content.count) >>\nstream\n".utf8) + content + Array("\nendstream".utf8))
        }
        return file(objects)
    }

    private func operators(_ text: Text) -> [UInt8] {
        let baseline = height - text.top - text.size
        return Array("BT /F1 \(text.size) Tf 1 0 0 1 \(text.left) \(baseline) Tm (".utf8) + Self.escaped(text.text)
            + Array(") Tj ET\n".utf8)
    }

    /// In the font's own encoding; letters that it lacks lose their accents, as in the league's files.
    private static func escaped(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            let plain: [Unicode.Scalar]
            switch scalar {
            case "\u{0131}": plain = ["i"]
            case "\u{00}"..."\u{FF}": plain = [scalar]
            default: plain = Array(String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars)
            }
            guard let first = plain.first, first.value <= 0xFF else { continue }
            let byte = UInt8(first.value)
            if [UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\\")].contains(byte) {
                bytes.append(UInt8(ascii: "\\"))
            }
            bytes.append(byte)
        }
        return bytes
    }

    private func file(_ objects: [[UInt8]]) -> [UInt8] {
        var bytes = Array("%PDF-1.4\n".utf8)
        var offsets: [Int] = []
        for (number, object) in objects.enumerated() {
            offsets.append(bytes.count)
            bytes += Array("\(number + 1) 0 obj\n".utf8) + object + Array("\nendobj\n".utf8)
        }
        let start = bytes.count
        var table = "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
        for offset in offsets {
            let digits = String(offset)
            table += String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n"
        }
        table += "trailer << /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n"
        return bytes + Array(table.utf8)
    }
}
