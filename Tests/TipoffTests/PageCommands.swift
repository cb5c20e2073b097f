import Foundation

/// A command line of `tipoff` that a page tells somebody to type.
struct PageCommand: Sendable, Hashable, CustomStringConvertible {
    /// Where it stands, for messages.
    var page: String
    var line: Int
    /// As typed, without `tipoff`.
    var words: [String]
    /// The exit codes that the page states beside it: `# exit 1`, or `# exit 1 when …` beside 0.
    var exits: Set<Int32> = [0]
    /// False in running text, where a command may be named without what it needs.
    var isFenced: Bool

    var description: String { "\(page):\(line): tipoff \(words.joined(separator: " "))" }
}

/// Reads the commands of Markdown pages.
enum PageCommands {
    static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The pages of a folder below docs/, or docs/ itself with everything below it.
    static func pages(_ folder: String = "") throws -> [String] {
        let path = root.appending(path: "docs/\(folder)").path
        return try FileManager.default.subpathsOfDirectory(atPath: path).filter { $0.hasSuffix(".md") }.sorted()
            .map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
    }

    static func all(on page: String) throws -> [PageCommand] {
        let text = try String(contentsOf: root.appending(path: "docs/\(page)"), encoding: .utf8)
        return commands(in: text, page: page)
    }

    static func commands(in text: String, page: String) -> [PageCommand] {
        var found: [PageCommand] = []
        var isFenced = false
        var pending: (line: Int, text: String)?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") {
                isFenced.toggle()
                continue
            }
            guard isFenced else {
                for match in line.matches(of: /`(tipoff [^`]+)`/) {
                    found += command(String(match.1), page, index + 1, isFenced: false)
                }
                continue
            }
            var whole = String(line)
            if let earlier = pending { whole = earlier.text + " " + whole }
            let start = pending?.line ?? index + 1
            pending = nil
            if whole.hasSuffix("\\") {
                pending = (start, String(whole.dropLast()))
                continue
            }
            found += command(whole.trimmingCharacters(in: .whitespaces), page, start, isFenced: true)
        }
        return found
    }

    private static func command(_ text: String, _ page: String, _ line: Int, isFenced: Bool) -> [PageCommand] {
        guard text.hasPrefix("tipoff ") else { return [] }
        let (words, comment) = split(text)
        var exits: Set<Int32> = [0]
        if let stated = comment.firstMatch(of: /exit (\d)( when| while)?/), let code = Int32(stated.1) {
            exits = stated.2 == nil ? [code] : [0, code]
        }
        return [
            PageCommand(
                page: page,
                line: line,
                words: Array(words.dropFirst()),
                exits: exits,
                isFenced: isFenced
            )
        ]
    }

    /// The words of one command as a shell takes them, and the comment behind it. What follows `|`, `>`, `;` or `&` is
    /// another program's.
    static func split(_ text: String) -> (words: [String], comment: String) {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = Substring(text)
        while let character = rest.popFirst() {
            if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " {
                if let ended = word { words.append(ended) }
                word = nil
            } else if character == "#", word == nil {
                return (words, String(rest))
            } else if character == "<", let end = rest.firstIndex(of: ">") {
                // A placeholder, not a redirection.
                word = (word ?? "") + "<" + rest[...end]
                rest = rest[rest.index(after: end)...]
            } else if "|>;&".contains(character) {
                break
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let ended = word { words.append(ended) }
        return (words, "")
    }
}
