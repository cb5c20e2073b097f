import Documents

/// A row of the report's table: its printed cells.
struct InjuryReportRow {
    enum Column: Int, CaseIterable {
        case date, time, matchup, team, player, status, reason
    }

    var cells: [Column: String] = [:]

    subscript(_ column: Column) -> String? { cells[column] }
}

/// Where the columns of the report's table begin.
struct InjuryReportColumns {
    /// In points from the left edge, one a column. The cells begin a point to the right of their heads.
    private let lefts: [Double]
    private static let tolerance = 3.0
    /// Lines of one cell are 14 points apart, and those of two rows at least 22.
    private static let lineSpacing = 18.0

    /// Nil when the line is not the table's head.
    init?(header line: [PDFWord]) {
        let heads = [
            ["Game", "Date"], ["Game", "Time"], ["Matchup"], ["Team"], ["Player", "Name"], ["Current", "Status"],
            ["Reason"],
        ]
        guard line.map(\.text) == heads.flatMap({ $0 }) else { return nil }
        var lefts: [Double] = []
        var place = 0
        for head in heads {
            lefts.append(line[place].left)
            place += head.count
        }
        self.lefts = lefts
    }

    private func column(of word: PDFWord) -> InjuryReportRow.Column {
        let index = lefts.lastIndex { $0 <= word.left + Self.tolerance } ?? 0
        return InjuryReportRow.Column(rawValue: index) ?? .date
    }

    /// The rows of a page's words. Every cell but the last has one line; a long reason has several, around its row's
    /// middle, so that its first stands above the player's line.
    func rows(of words: [PDFWord], _ notes: inout PayloadNotes) -> [InjuryReportRow] {
        var rows: [(middle: Double, height: Double, row: InjuryReportRow)] = []
        for line in PDFPage(words.filter { column(of: $0) != .reason }).lines {
            var row = InjuryReportRow()
            for word in line {
                row.cells[column(of: word), default: ""] += (row[column(of: word)] == nil ? "" : " ") + word.text
            }
            rows.append((line[0].middle, line[0].height, row))
        }
        for reason in reasons(words) {
            let near = rows.indices.min { abs(rows[$0].middle - reason.middle) < abs(rows[$1].middle - reason.middle) }
            guard let near, rows[near].row[.reason] == nil, abs(rows[near].middle - reason.middle) < rows[near].height
            else {
                notes.reject(RowRejection("reason_without_player", String(reason.text.prefix(80))))
                continue
            }
            rows[near].row.cells[.reason] = reason.text
        }
        return rows.map(\.row)
    }

    /// The reasons with their middles; lines that follow closely are one reason.
    private func reasons(_ words: [PDFWord]) -> [(middle: Double, text: String)] {
        var blocks: [[[PDFWord]]] = []
        for line in PDFPage(words.filter { column(of: $0) == .reason }).lines {
            if let last = blocks.last?.last?.first, line[0].middle - last.middle < Self.lineSpacing {
                blocks[blocks.count - 1].append(line)
            } else {
                blocks.append([line])
            }
        }
        return blocks.map { block in
            let middles = block.map { $0[0].middle }
            return (
                ((middles.first ?? 0) + (middles.last ?? 0)) / 2,
                block.flatMap { $0 }.map(\.text).joined(separator: " ")
            )
        }
    }
}
