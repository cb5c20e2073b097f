public import Foundation

/// One bookmaker's spread or total at one moment.
public struct GameLineQuote: Sendable, Hashable {
    /// What is quoted.
    public enum Market: Sendable, Hashable {
        /// A side's handicap in points; negative for the favourite.
        case spread(team: String)
        /// Points of both teams together.
        case total
    }

    /// The book as the source names it.
    public var bookmaker: String
    /// Spread or total.
    public var market: Market
    /// Points.
    public var point: Double
    /// When the source saw it.
    public var seenAt: Date
    /// Made up for a rehearsal instead of offered by a book.
    public var isSynthetic: Bool

    /// One quote.
    public init(bookmaker: String, market: Market, point: Double, seenAt: Date, isSynthetic: Bool = false) {
        self.bookmaker = bookmaker
        self.market = market
        self.point = point
        self.seenAt = seenAt
        self.isSynthetic = isSynthetic
    }
}

/// A game's spread and total before tip-off, for one of its teams.
public struct GameLines: Sendable, Hashable {
    /// The team's own handicap: negative when it is the favourite. Median over the books' last quotes.
    public var spread: Double?
    /// Median of the books' last totals.
    public var total: Double?
    /// Medians over the books' first quotes.
    public var openingSpread: Double?
    public var openingTotal: Double?
    /// The book, `consensus` when there are several, `synthetic` when no book offered them.
    public var source: String

    /// Takes the last quote of each book strictly before `tipoff`; nil when there is none.
    ///
    /// Only the team's own side of the spread is used: a median over both sides is always 0, and the favourite's side
    /// alone gives a home underdog the wrong implied total.
    public init?(_ quotes: some Sequence<GameLineQuote>, team: String, before tipoff: Date) {
        var usable = quotes.filter { $0.seenAt < tipoff && ($0.market == .spread(team: team) || $0.market == .total) }
        if usable.contains(where: { !$0.isSynthetic }) { usable.removeAll(where: \.isSynthetic) }
        guard let any = usable.first else { return nil }
        let books = Set(usable.map { BookmakerPreference.key($0.bookmaker) })
        let spreads = usable.filter { $0.market == .spread(team: team) }
        let totals = usable.filter { $0.market == .total }
        spread = Self.consensus(spreads, latest: true)
        openingSpread = Self.consensus(spreads, latest: false)
        total = Self.consensus(totals, latest: true)
        openingTotal = Self.consensus(totals, latest: false)
        source = any.isSynthetic ? "synthetic" : books.count == 1 ? any.bookmaker : "consensus"
    }

    /// Last less first.
    public var spreadMovement: Double? { spread.flatMap { now in openingSpread.map { (now - $0).stored } } }
    public var totalMovement: Double? { total.flatMap { now in openingTotal.map { (now - $0).stored } } }

    private static func consensus(_ quotes: [GameLineQuote], latest: Bool) -> Double? {
        let byBook = Dictionary(grouping: quotes) { BookmakerPreference.key($0.bookmaker) }
        let chosen = byBook.values.compactMap { group in
            group.min { left, right in
                if left.seenAt != right.seenAt {
                    return latest ? left.seenAt > right.seenAt : left.seenAt < right.seenAt
                }
                return left.point < right.point
            }?.point
        }
        return SampleStatistics.median(chosen)?.stored
    }
}
