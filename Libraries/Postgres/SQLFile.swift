/// A query that is kept in a file for psql and compiled into the executable, so that people and programs ask the same.
///
/// Its parameters are psql's variables. A line `\if :{?name} \else \set name value \endif` declares one with its default;
/// `:'name'` stands for its value as text. Here each becomes a bound parameter: values never become text of a statement.
public struct SQLFile: Sendable {
    private enum Piece: Sendable {
        case text(String)
        case parameter(String)
    }

    /// By name.
    public let defaults: [String: String]
    private let pieces: [Piece]

    /// - Parameter embedded: the bytes of a file of the repository; nothing that was read at run time.
    public init(embedded: [UInt8]) {
        var defaults: [String: String] = [:]
        var statement = ""
        for line in String(decoding: embedded, as: UTF8.self).split(separator: "\n") {
            if let (name, value) = Self.declaration(line) {
                defaults[name] = value
            } else if !line.hasPrefix("--") {
                statement += line + "\n"
            }
        }
        while let last = statement.last, last == ";" || last.isWhitespace { statement.removeLast() }
        self.defaults = defaults
        pieces = Self.pieces(of: statement)
    }

    /// The statement with these values; a parameter that is not given has its default.
    ///
    /// - Throws: an error of kind `encoding` for a name that the file does not declare.
    public func statement(_ values: [String: String] = [:]) throws(PostgresError) -> SQL {
        if let unknown = values.keys.sorted().first(where: { defaults[$0] == nil }) {
            throw PostgresError(.encoding, "the query has no parameter \(unknown)")
        }
        var sql = SQL()
        for piece in pieces {
            switch piece {
            case .text(let text): sql.append(ofFile: text)
            case .parameter(let name):
                guard let value = values[name] ?? defaults[name] else {
                    throw PostgresError(.encoding, "the query uses \(name), which it does not declare")
                }
                sql.append(value: value)
            }
        }
        return sql
    }

    /// Reads `\if :{?name} \else \set name value \endif`; a value may stand in single quotes.
    private static func declaration(_ line: Substring) -> (name: String, value: String)? {
        let words = line.split(separator: " ")
        guard words.count >= 7, words[0] == "\\if", words[2] == "\\else", words[3] == "\\set", words.last == "\\endif"
        else { return nil }
        var value = words[5..<(words.count - 1)].joined(separator: " ")
        if value.count >= 2, value.hasPrefix("'"), value.hasSuffix("'") { value = String(value.dropFirst().dropLast()) }
        return (String(words[4]), value)
    }

    /// A name is letters, digits and underscores: `'backfill:' || job` holds no parameter.
    private static func pieces(of statement: String) -> [Piece] {
        var pieces: [Piece] = []
        var text = ""
        var rest = Substring(statement)
        while let start = rest.firstRange(of: ":'") {
            text += rest[..<start.lowerBound]
            let name = rest[start.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            rest = rest[start.upperBound...].dropFirst(name.count)
            if !name.isEmpty, rest.first == "'" {
                pieces += [.text(text), .parameter(String(name))]
                (text, rest) = ("", rest.dropFirst())
            } else {
                text += ":'\(name)"
            }
        }
        return pieces + [.text(text + rest)]
    }
}
