import Foundation
public import Pipeline

/// How the sources are reached.
public struct SourceSettings: Sendable {
    /// The league's statistics site.
    public var statsURL: String
    /// The bookmakers' prices.
    public var oddsURL: String
    /// The odds source's key; it travels in the query string, so URLs are redacted wherever they are shown.
    public var oddsAPIKey: String
    /// Whether a source may have a private address, such as a local stand-in.
    public var allowPrivate: Bool
    /// The longest single request.
    public var timeout: Duration
    public var proxy: String?
    /// The least time between two requests to one host.
    public var spacing: Duration
    /// How long a season's schedule counts as current, because a backfill asks for it on each of its dates.
    public var scheduleAge: Duration
    /// Whether this replica may plan the day's runs.
    public var plans: Bool

    public init(
        statsURL: String = "https://stats.nba.com",
        oddsURL: String = "https://api.the-odds-api.com",
        oddsAPIKey: String = "",
        allowPrivate: Bool = false,
        timeout: Duration = .seconds(20),
        proxy: String? = nil,
        spacing: Duration = .zero,
        scheduleAge: Duration = .seconds(30),
        plans: Bool = true
    ) {
        self.statsURL = statsURL
        self.oddsURL = oddsURL
        self.oddsAPIKey = oddsAPIKey
        self.allowPrivate = allowPrivate
        self.timeout = timeout
        self.proxy = proxy
        self.spacing = spacing
        self.scheduleAge = scheduleAge
        self.plans = plans
    }

    /// Reads the settings; problems are the reader's.
    public init(_ reader: inout ConfigurationReader) {
        statsURL = reader.url(
            "TIPOFF_SOURCE_STATS_URL",
            default: "https://stats.nba.com",
            help: "the league's statistics site"
        )
        oddsURL = reader.url(
            "TIPOFF_SOURCE_ODDS_URL",
            default: "https://api.the-odds-api.com",
            help: "the bookmakers' prices"
        )
        oddsAPIKey =
            reader.optionalString("TIPOFF_ODDS_API_KEY", help: "key of the odds source", secret: true, example: "…")
            ?? ""
        allowPrivate = reader.bool(
            "TIPOFF_SOURCE_ALLOW_PRIVATE",
            default: false,
            help: "sources may have private addresses (stand-ins)"
        )
        timeout = reader.duration(
            "TIPOFF_SOURCE_TIMEOUT",
            default: .seconds(20),
            range: .milliseconds(100) ... .seconds(60),
            help: "longest single request to a source"
        )
        proxy = reader.optionalURL(
            "TIPOFF_HTTP_PROXY",
            schemes: ["http", "https", "socks5", "socks5h"],
            help: "proxy for all sources"
        )
        spacing = reader.duration(
            "TIPOFF_SOURCE_SPACING",
            default: allowPrivate ? .zero : .milliseconds(600),
            range: .zero ... .seconds(60),
            help: "least time between two requests to one host"
        )
        scheduleAge = reader.duration(
            "TIPOFF_SOURCE_SCHEDULE_AGE",
            default: .seconds(30),
            range: .zero ... .seconds(3600),
            help: "age up to which a fetched schedule is used again"
        )
        plans = reader.bool("TIPOFF_PLANNER", default: true, help: "plan the day's runs in this process")
    }

    /// The hosts that may be asked.
    var hosts: [String] {
        [statsURL, oddsURL].compactMap { URLComponents(string: $0)?.host }
    }
}
