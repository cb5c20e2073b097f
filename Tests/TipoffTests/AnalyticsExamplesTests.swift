import Testing

/// The study's examples of the analytics, held against the tests that name them.
@Suite struct AnalyticsExamplesTests {
    /// The examples that a text names: `analytics 12`, and more numbers after commas, "and" and "to".
    static func examples(in text: String) -> Set<Int> {
        var numbers: Set<Int> = []
        for match in text.matches(of: /analytics ([0-9]+(?:(?:, | and | to )[0-9]+)*)/) {
            let words = match.1.split { $0 == " " || $0 == "," }
            for (place, word) in words.enumerated() {
                guard let number = Int(word) else { continue }
                let first = place > 1 && words[place - 1] == "to" ? Int(words[place - 2]) ?? number : number
                numbers.formUnion(min(first, number)...number)
            }
        }
        return numbers
    }

    @Test(
        arguments: [
            ("// analytics 7 and 8, with", [7, 8]), ("\"analytics 51, 52, 53\"", [51, 52, 53]),
            ("analytics 36 to 39: games", [36, 37, 38, 39]), ("analytics 44: 350", [44]), ("analytics §6.6", []),
        ] as [(String, Set<Int>)]
    )
    func namesOfExamplesAreRead(text: String, numbers: Set<Int>) {
        #expect(Self.examples(in: text) == numbers)
    }

    @Test func everyExampleIsNamedWhereItsTestsAreOrSaysWhyNot() throws {
        let page = try CataloguesTests.page("acceptance-analytics.md")
        let rows = CataloguesTests.rows(page).filter { Int($0[0]) != nil }
        // The study has 95.
        #expect(rows.compactMap { Int($0[0]) } == Array(1...95))
        let files = try CataloguesTests.files().map {
            (tests: CataloguesTests.declared(in: $0), examples: Self.examples(in: String(decoding: $0, as: UTF8.self)))
        }
        for row in rows {
            let (number, here) = (Int(row[0]) ?? 0, row[2])
            let tests = CataloguesTests.tests(in: row[3])
            if here.hasPrefix("not taken over") {
                #expect(tests.isEmpty && here.count > "not taken over: ".count, "\(number)")
            } else {
                let isKnown = here == "as it stands" || here.hasPrefix("with a difference: ")
                #expect(isKnown && !tests.isEmpty, "\(number)")
            }
            let silent = tests.filter { test in
                !files.contains { $0.tests.contains(test) && $0.examples.contains(number) }
            }
            #expect(silent == [], "\(number) is not named where its tests are")
        }
    }
}
