/// The sites that are asked, each under its own address, with its own key and pace.
public enum SourceHost: String, Sendable, Hashable, CaseIterable {
    case stats
    case cdn
    case gamebooks
    case injuries
    case officials
    case league
    case oddsAPI = "odds_api"
    case bettingPros = "bettingpros"
    case basketballReference = "basketball_reference"
    case drive
    case espnAPI = "espn_api"
    case espn
    case ballDontLie = "balldontlie"

    /// Where the site is when nothing else is configured.
    var defaultURL: String {
        switch self {
        case .stats: "https://stats.nba.com"
        case .cdn: "https://cdn.nba.com"
        case .gamebooks: "https://statsdmz.nba.com"
        case .injuries: "https://ak-static.cms.nba.com"
        case .officials: "https://official.nba.com"
        case .league: "https://www.nba.com"
        case .oddsAPI: "https://api.the-odds-api.com"
        case .bettingPros: "https://api.bettingpros.com"
        case .basketballReference: "https://www.basketball-reference.com"
        case .drive: "https://www.googleapis.com"
        case .espnAPI: "https://site.api.espn.com"
        case .espn: "https://www.espn.com"
        case .ballDontLie: "https://api.balldontlie.io"
        }
    }

    /// What people call it.
    var label: String {
        switch self {
        case .stats: "the league's statistics site"
        case .cdn: "the league's static files"
        case .gamebooks: "the league's gamebooks"
        case .injuries: "the league's injury reports"
        case .officials: "the league's referee assignments"
        case .league: "the league's public site"
        case .oddsAPI: "the bookmakers' prices"
        case .bettingPros: "BettingPros"
        case .basketballReference: "Basketball-Reference"
        case .drive: "the folder with BigDataBall's files"
        case .espnAPI: "ESPN's API"
        case .espn: "ESPN's pages"
        case .ballDontLie: "balldontlie"
        }
    }

    /// The setting with its address, `TIPOFF_SOURCE_STATS_URL`.
    var addressVariable: String {
        // The two first sources had their names before there were others.
        self == .oddsAPI ? "TIPOFF_SOURCE_ODDS_URL" : "TIPOFF_SOURCE_\(rawValue.uppercased())_URL"
    }

    /// The setting with its key; nil for a site that asks for none.
    var keyVariable: String? {
        switch self {
        case .oddsAPI: "TIPOFF_ODDS_API_KEY"
        case .bettingPros: "TIPOFF_BETTINGPROS_API_KEY"
        case .ballDontLie: "TIPOFF_BALLDONTLIE_API_KEY"
        case .drive: "TIPOFF_DRIVE_TOKEN"
        default: nil
        }
    }

    /// The most requests of a day, for the bookmakers' prices the most credits: several times what a busy day takes, or the
    /// loading of a season's history, and less than what retries that go wild would.
    var dailyBudget: Int {
        switch self {
        case .stats, .bettingPros: 10_000
        case .ballDontLie: 20_000
        case .cdn, .gamebooks, .injuries, .oddsAPI, .drive, .espn, .espnAPI: 5_000
        case .officials, .league, .basketballReference: 1_000
        }
    }

    /// The least time between two requests, by what the sites have been seen to bear: the static files answer 403 after
    /// two quick requests, Basketball-Reference allows 20 a minute, BettingPros one each two seconds and balldontlie 600 a
    /// minute.
    var spacing: Duration {
        switch self {
        case .cdn: .seconds(10)
        case .basketballReference: .milliseconds(3500)
        case .bettingPros: .milliseconds(2500)
        case .gamebooks, .injuries, .espn, .espnAPI, .league, .officials: .seconds(1)
        case .ballDontLie: .milliseconds(100)
        case .stats, .oddsAPI, .drive: .milliseconds(600)
        }
    }
}
