import Foundation
public import Pipeline

/// How the sources are reached.
public struct SourceSettings: Sendable {
    /// Addresses other than the sites' own.
    public var addresses: [SourceHost: String]
    /// The sites' keys. One that travels in a query string is redacted wherever a URL is shown.
    public var keys: [SourceHost: String]
    /// Whether a source may have a private address, such as a local stand-in.
    public var allowPrivate: Bool
    /// The longest single request.
    public var timeout: Duration
    public var proxy: String?
    /// The least time between two requests to one host; nil for each site's own.
    public var spacing: Duration?
    /// How long a host is left alone after it refused several times.
    public var pause: Duration
    /// The most that each site is asked on one day.
    public var budgets: SourceBudgets
    /// How long a season's schedule counts as current, because a backfill asks for it on each of its dates.
    public var scheduleAge: Duration
    /// Whether this replica may plan the day's runs.
    public var plans: Bool

    public init(
        addresses: [SourceHost: String] = [:],
        keys: [SourceHost: String] = [:],
        allowPrivate: Bool = false,
        timeout: Duration = .seconds(20),
        proxy: String? = nil,
        spacing: Duration? = nil,
        pause: Duration = .seconds(300),
        budgets: SourceBudgets = SourceBudgets(),
        scheduleAge: Duration = .seconds(30),
        plans: Bool = true
    ) {
        self.addresses = addresses
        self.keys = keys
        self.allowPrivate = allowPrivate
        self.timeout = timeout
        self.proxy = proxy
        self.spacing = spacing
        self.pause = pause
        self.budgets = budgets
        self.scheduleAge = scheduleAge
        self.plans = plans
    }

    /// Every site behind one address: a stand-in.
    public static func standIn(_ address: String, key: String = "development") -> SourceSettings {
        SourceSettings(
            addresses: Dictionary(uniqueKeysWithValues: SourceHost.allCases.map { ($0, address) }),
            keys: Dictionary(
                uniqueKeysWithValues: SourceHost.allCases.filter { $0.keyVariable != nil }.map { ($0, key) }
            ),
            allowPrivate: true,
            spacing: .zero,
            pause: .zero
        )
    }

    /// Reads the settings; problems are the reader's.
    public init(_ reader: inout ConfigurationReader) {
        let standIn = reader.optionalURL(
            "TIPOFF_SOURCE_URL",
            help: "one address that stands in for every source (development)"
        )
        addresses = [:]
        keys = [:]
        for host in SourceHost.allCases {
            addresses[host] = reader.url(
                host.addressVariable,
                default: standIn ?? host.defaultURL,
                help: host.label
            )
            guard let variable = host.keyVariable else { continue }
            keys[host] = reader.optionalString(variable, help: "key of \(host.label)", secret: true, example: "…")
        }
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
        spacing = reader.optionalDuration(
            "TIPOFF_SOURCE_SPACING",
            range: .zero ... .seconds(60),
            help: "least time between two requests to one host, instead of each site's own"
        )
        if allowPrivate { spacing = spacing ?? .zero }
        pause = reader.duration(
            "TIPOFF_SOURCE_PAUSE",
            default: allowPrivate ? .zero : .seconds(300),
            range: .zero ... .seconds(3600),
            help: "how long a host is left alone after it refused several times"
        )
        // A stand-in has no plan and no patience to run out of.
        let usual = allowPrivate ? SourceBudgets() : .standard
        budgets =
            reader.value(
                "TIPOFF_SOURCE_BUDGETS",
                default: usual,
                expected:
                    "site=number or site=none with commas, of \(SourceHost.allCases.map(\.rawValue).joined(separator: ", "))",
                example: "odds_api=500,drive=none",
                help: "most requests (odds_api: credits) of an Eastern day by site; what is not named keeps its own",
                parse: { SourceBudgets($0, over: usual) }
            ) ?? usual
        scheduleAge = reader.duration(
            "TIPOFF_SOURCE_SCHEDULE_AGE",
            default: .seconds(30),
            range: .zero ... .seconds(3600),
            help: "age up to which a fetched schedule is used again"
        )
        plans = reader.bool("TIPOFF_PLANNER", default: true, help: "plan the day's runs in this process")
    }

    /// A site's address.
    func url(_ host: SourceHost) -> String { addresses[host] ?? host.defaultURL }

    /// The name under which a site's requests are counted.
    func hostName(_ host: SourceHost) -> String? { URLComponents(string: url(host))?.host }

    /// A site's key; the site refuses every request without one.
    func key(_ host: SourceHost) throws(TaskError) -> String {
        guard let key = keys[host], !key.isEmpty else {
            throw TaskError(
                .permanent,
                type: "missing_key",
                "\(host.keyVariable ?? host.rawValue) is not set; \(host.label) asks for it"
            )
        }
        return key
    }

    /// The names of the hosts that may be asked.
    var hostNames: [String] {
        Set(SourceHost.allCases.compactMap(hostName)).sorted()
    }

    /// The most of a day by host name; sites at one address share what they have.
    var dailyLimits: [String: Int] {
        var limits: [String: Int] = [:]
        for (host, limit) in budgets.daily {
            guard let name = hostName(host) else { continue }
            limits[name, default: 0] += limit
        }
        return limits
    }

    /// The least time between two requests to each host name.
    var spacings: [String: Duration] {
        var spacings: [String: Duration] = [:]
        for host in SourceHost.allCases {
            guard let name = hostName(host) else { continue }
            spacings[name] = max(spacings[name] ?? .zero, spacing ?? host.spacing)
        }
        return spacings
    }
}
