public import Foundation

/// One bookmaker's points line for a player at one moment.
public struct PointsLineQuote: Sendable, Hashable {
    /// The book as the source names it.
    public var bookmaker: String
    /// Points.
    public var line: Double
    /// When the source saw it.
    public var seenAt: Date
    /// American price of the over.
    public var overPrice: Int?
    /// American price of the under.
    public var underPrice: Int?
    /// Made up for a rehearsal instead of offered by a book.
    public var isSynthetic: Bool

    /// One quote.
    public init(
        bookmaker: String,
        line: Double,
        seenAt: Date,
        overPrice: Int? = nil,
        underPrice: Int? = nil,
        isSynthetic: Bool = false
    ) {
        self.bookmaker = bookmaker
        self.line = line
        self.seenAt = seenAt
        self.overPrice = overPrice
        self.underPrice = underPrice
        self.isSynthetic = isSynthetic
    }

    /// How far the two prices are from even, as probability; a book's main line is the most even one.
    var imbalance: Double {
        guard let over = overPrice.flatMap({ Odds.impliedProbability(american: $0) }),
            let under = underPrice.flatMap({ Odds.impliedProbability(american: $0) })
        else { return 1 }
        return abs(over - under)
    }
}

/// What the books said about a player before tip-off.
public struct PointsLines: Sendable, Hashable {
    /// The last line of the preferred book.
    public var current: Double
    /// The first line of the same book, so that the movement is one book's.
    public var opening: Double
    /// The preferred book: DraftKings, then FanDuel, then the one seen last.
    public var bookmaker: String
    /// No book offered the line.
    public var isSynthetic: Bool
    /// Median of the books' last lines.
    public var consensus: Double
    /// Sample standard deviation of the books' last lines; nil for one book.
    public var deviation: Double?
    /// How many books had a line.
    public var books: Int
    /// Every line of each book at the last moment at which it was seen, by book and line.
    public var offers: [PointsLineQuote]
    /// The moment before which everything was seen.
    public var tipoff: Date

    /// `current` − `opening`.
    public var movement: Double { (current - opening).stored }

    /// Chooses from the quotes seen strictly before `tipoff`; nil when there is none. Synthetic quotes count only
    /// where no book offered a line.
    public init?(_ quotes: some Sequence<PointsLineQuote>, before tipoff: Date) {
        var usable = quotes.filter { $0.seenAt < tipoff }
        if usable.contains(where: { !$0.isSynthetic }) { usable.removeAll(where: \.isSynthetic) }
        let byBook = Dictionary(grouping: usable) { BookmakerPreference.key($0.bookmaker) }
        let last = byBook.mapValues { Self.mainLine($0, latest: true) }
        guard let chosen = last.min(by: { Self.isPreferred($0, $1) }), let first = byBook[chosen.key] else {
            return nil
        }
        let lines = last.sorted { $0.key < $1.key }.map(\.value.line)
        current = chosen.value.line
        opening = Self.mainLine(first, latest: false).line
        bookmaker = chosen.value.bookmaker
        isSynthetic = chosen.value.isSynthetic
        consensus = SampleStatistics.median(lines)?.stored ?? chosen.value.line
        deviation = SampleStatistics.standardDeviation(lines)?.stored
        books = lines.count
        self.tipoff = tipoff
        offers = byBook.sorted { $0.key < $1.key }.flatMap { _, quotes in
            let last = quotes.map(\.seenAt).max()
            return quotes.filter { $0.seenAt == last }.sorted { $0.line < $1.line }
        }
    }

    private static func isPreferred(
        _ left: (key: String, value: PointsLineQuote),
        _ right: (key: String, value: PointsLineQuote)
    ) -> Bool {
        let (one, two) = (BookmakerPreference.rank(left.key), BookmakerPreference.rank(right.key))
        if one != two { return one < two }
        return (right.value.seenAt, left.key) < (left.value.seenAt, right.key)
    }

    /// The most even line of the first or last moment at which a book was seen; the lower one of equals.
    private static func mainLine(_ quotes: [PointsLineQuote], latest: Bool) -> PointsLineQuote {
        let best = quotes.min { left, right in
            if left.seenAt != right.seenAt { return latest ? left.seenAt > right.seenAt : left.seenAt < right.seenAt }
            return (left.imbalance, left.line) < (right.imbalance, right.line)
        }
        guard let best else { preconditionFailure("a group has at least one quote") }
        return best
    }
}

/// Which book is asked first.
public enum BookmakerPreference {
    /// Lower-case letters and digits of a book's name, so that `DraftKings` and `draftkings` are one.
    public static func key(_ name: String) -> String {
        String(
            decoding: name.lowercased().utf8.filter { (97...122).contains($0) || (48...57).contains($0) },
            as: UTF8.self
        )
    }

    /// 0 for DraftKings, 1 for FanDuel, 2 for every other.
    public static func rank(_ key: String) -> Int {
        switch key {
        case "draftkings": 0
        case "fanduel": 1
        default: 2
        }
    }
}

/// What happened to a points line.
public enum LineResult: String, Sendable, Hashable, CaseIterable {
    /// More points than the line.
    case over = "OVER"
    /// Fewer.
    case under = "UNDER"
    /// Exactly the line: nobody wins.
    case push = "PUSH"

    /// Compares points with the line. A hit of a whole-number line is a push.
    public init(points: Int, line: Double) {
        let margin = Double(points) - line
        self = margin > 0 ? .over : margin < 0 ? .under : .push
    }
}

/// Runs of games on one side of a line.
public struct LineStreaks: Sendable, Hashable {
    /// Latest games in a row strictly above the line.
    public var over: Int
    /// Latest games in a row strictly below the line.
    public var under: Int

    /// Counts back from the newest game; a push goes on without counting.
    public init(_ history: PlayerHistory, line: Double) {
        (over, under) = (0, 0)
        for game in history.games.reversed() {
            switch LineResult(points: game.points, line: line) {
            case .over where under == 0: over += 1
            case .under where over == 0: under += 1
            case .push: continue
            default: return
            }
        }
    }
}
