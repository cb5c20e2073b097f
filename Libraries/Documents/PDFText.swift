/// A word of a page. Positions and sizes are in points from the page's upper left corner.
public struct PDFWord: Sendable, Hashable {
    public var text: String
    public var left: Double
    public var top: Double
    public var width: Double
    public var height: Double

    public init(_ text: String, left: Double, top: Double, width: Double, height: Double) {
        self.text = text
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }

    /// The middle of the word's height, which is the same for large and small letters of one line.
    public var middle: Double { top + height / 2 }
    public var right: Double { left + width }
}

/// The words of one page in no particular order.
public struct PDFPage: Sendable, Hashable {
    public var words: [PDFWord]

    public init(_ words: [PDFWord]) { self.words = words }

    /// The words in lines from top to bottom, each from left to right. Words whose middles are less than half their
    /// height apart are of one line.
    public var lines: [[PDFWord]] {
        var lines: [[PDFWord]] = []
        for word in words.sorted(by: { ($0.middle, $0.left) < ($1.middle, $1.left) }) {
            if let first = lines.last?.first, word.middle - first.middle < min(word.height, first.height) / 2 {
                lines[lines.count - 1].append(word)
            } else {
                lines.append([word])
            }
        }
        return lines.map { $0.sorted { $0.left < $1.left } }
    }
}

/// Reads the words of PDF files with poppler's `pdftotext`, which runs as a process of its own: a file from outside may
/// make it hang, grow or crash, and none of this may happen to a service.
public struct PDFText: Sendable {
    public struct Limits: Sendable, Hashable {
        /// The longest file that is given to the tool.
        public var inputBytes = 16 << 20
        /// The longest text that is taken from it.
        public var outputBytes = 8 << 20
        public var wallClock: Duration = .seconds(15)
        public var cpuSeconds = 10
        /// Address space.
        public var memoryBytes = 512 << 20

        public init() {}
    }

    public var limits: Limits
    private let tool: String

    /// - Parameter tool: the program's name or path.
    public init(limits: Limits = Limits(), tool: String = "pdftotext") {
        self.limits = limits
        self.tool = tool
    }

    /// The pages of a file.
    public func pages(of file: [UInt8]) async throws(DocumentError) -> [PDFPage] {
        // Some writers put a few bytes before the mark; readers look for it in the first kilobyte.
        guard file.prefix(1024).firstRange(of: Array("%PDF-".utf8)) != nil else {
            throw DocumentError(.wrongKind, "\(file.count) bytes without %PDF- at the beginning")
        }
        guard file.count <= limits.inputBytes else {
            throw DocumentError(.tooLarge, "\(file.count) bytes of at most \(limits.inputBytes)")
        }
        let process = LimitedProcess(
            arguments: [tool, "-tsv", "-enc", "UTF-8", "-", "-"],
            wallClock: limits.wallClock,
            cpuSeconds: limits.cpuSeconds,
            memoryBytes: limits.memoryBytes,
            outputBytes: limits.outputBytes
        )
        let output = try await process.run(input: file)
        guard output.status == 0 else {
            let words = output.errors.split(whereSeparator: \.isNewline).first.map { ": \($0.prefix(120))" } ?? ""
            throw DocumentError(.unreadable, "\(tool) ended with \(output.status)\(words)")
        }
        return try Self.pages(table: String(decoding: output.bytes, as: UTF8.self))
    }

    /// Reads the tool's table: tab-separated level, page, …, left, top, width, height, confidence and text, where level
    /// 5 is a word and level 1 a page.
    static func pages(table: String) throws(DocumentError) -> [PDFPage] {
        var pages: [PDFPage] = []
        for line in table.split(separator: "\n").dropFirst() {
            let cells = line.split(separator: "\t", maxSplits: 11, omittingEmptySubsequences: false)
            guard cells.count == 12 else { throw DocumentError(.unreadable, "a line of \(cells.count) cells") }
            switch cells[0] {
            case "1": pages.append(PDFPage([]))
            case "5":
                guard !pages.isEmpty, let left = Double(cells[6]), let top = Double(cells[7]),
                    let width = Double(cells[8]), let height = Double(cells[9])
                else { throw DocumentError(.unreadable, "a word without a place: \(line.prefix(80))") }
                let word = PDFWord(String(cells[11]), left: left, top: top, width: width, height: height)
                pages[pages.count - 1].words.append(word)
            default: break
            }
        }
        return pages
    }
}
