/// The budgets of the sites, by name: the sites' own with what `TIPOFF_SOURCE_BUDGETS` says otherwise.
public struct SourceBudgets: Sendable, Hashable, CustomStringConvertible {
    /// Requests, or credits, of a day; a site that is not named has no limit.
    public var daily: [SourceHost: Int]

    public init(_ daily: [SourceHost: Int] = [:]) { self.daily = daily }

    /// What a day never needs, even one that loads a season's history.
    public static let standard = SourceBudgets(
        Dictionary(uniqueKeysWithValues: SourceHost.allCases.map { ($0, $0.dailyBudget) })
    )

    /// Reads `odds_api=500,drive=none` on top of others; nil when a site is unknown, named twice, or its number is none.
    init?(_ text: String, over others: SourceBudgets) {
        daily = others.daily
        var seen: Set<SourceHost> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: "=", omittingEmptySubsequences: false).map {
                $0.trimmingPrefix { $0 == " " }.description
            }
            guard words.count == 2, let host = SourceHost(rawValue: words[0]), seen.insert(host).inserted else {
                return nil
            }
            if words[1] == "none" {
                daily[host] = nil
            } else {
                guard let number = Int(words[1]), number >= 0 else { return nil }
                daily[host] = number
            }
        }
    }

    public var description: String {
        SourceHost.allCases.map { "\($0.rawValue)=\(daily[$0].map(String.init) ?? "none")" }.joined(separator: ",")
    }
}
