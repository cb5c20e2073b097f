import Foundation
import Testing

@testable import Page

@Suite("Colours")
struct ContrastTests {
    /// The variables of a scheme, as red, green and blue in 0 … 1.
    private func colours(dark: Bool) -> [String: [Double]] {
        let part = StyleSheet.text.components(separatedBy: ":root{")[dark ? 2 : 1].components(separatedBy: "}")[0]
        var colours: [String: [Double]] = [:]
        for match in part.matches(of: /--([a-z]+):\s*#([0-9a-f]{3,6})/) {
            let digits = match.2.count == 3 ? match.2.map { "\($0)\($0)" }.joined() : String(match.2)
            colours[String(match.1)] = stride(from: 0, to: 6, by: 2).map { place in
                Double(Int(digits.dropFirst(place).prefix(2), radix: 16) ?? 0) / 255
            }
        }
        return colours
    }

    /// WCAG 2.2, relative luminance and contrast ratio.
    private func contrast(_ first: [Double], _ second: [Double]) -> Double {
        func luminance(_ colour: [Double]) -> Double {
            let linear = colour.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
            return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        }
        let (one, two) = (luminance(first), luminance(second))
        return (max(one, two) + 0.05) / (min(one, two) + 0.05)
    }

    @Test(arguments: [false, true])
    func textIsReadableInBothSchemes(_ dark: Bool) throws {
        let colours = colours(dark: dark)
        let pairs = [
            ("ink", "bg"), ("ink", "card"), ("soft", "bg"), ("soft", "card"), ("link", "bg"), ("link", "card"),
            ("over", "card"), ("under", "card"), ("chip", "over"), ("chip", "under"), ("warnink", "warn"),
            ("haltink", "halt"), ("ink", "flash"), ("link", "flash"), ("brand", "card"), ("bg", "ink"),
        ]
        for (text, ground) in pairs {
            let ratio = contrast(try #require(colours[text]), try #require(colours[ground]))
            #expect(ratio >= 4.5, "\(text) on \(ground): \(ratio)")
        }
        // What a drawing says needs 3.
        for (mark, ground) in [("dot", "card"), ("tick", "card"), ("push", "card")] {
            #expect(contrast(try #require(colours[mark]), try #require(colours[ground])) >= 3, "\(mark) on \(ground)")
        }
    }
}
