import Foundation
import Testing

/// A page of docs/ that is made from the code; `TIPOFF_WRITE_DOCS=1` writes it anew.
enum GeneratedPage {
    static func expect(
        _ name: String,
        _ text: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = CataloguesTests.root.appending(path: "docs/\(name)")
        if ProcessInfo.processInfo.environment["TIPOFF_WRITE_DOCS"] != nil {
            try Data(text.utf8).write(to: file)
        }
        let isCurrent = try String(contentsOf: file, encoding: .utf8) == text
        #expect(
            isCurrent,
            "docs/\(name) is not current: TIPOFF_WRITE_DOCS=1 swift test --filter GeneratedPagesTests",
            sourceLocation: sourceLocation
        )
    }

    /// A row of a table in Markdown.
    static func row(_ cells: [String]) -> String {
        "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
}
