import ArgumentParser
import Basketball
import Pipeline
import Postgres

/// The phases of a backfill, written `1-4`.
struct PhaseRange: Sendable, Hashable, ExpressibleByArgument, CustomStringConvertible {
    var range: ClosedRange<Phase>

    init(_ range: ClosedRange<Phase>) { self.range = range }

    init?(argument: String) {
        let ends = argument.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            .map { Phase(argument: String($0)) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else { return nil }
        range = first...last
    }

    var description: String {
        range.lowerBound == range.upperBound
            ? "\(range.lowerBound.rawValue)" : "\(range.lowerBound.rawValue)-\(range.upperBound.rawValue)"
    }
    var defaultValueDescription: String { description }
}

/// `--from`, `--to` and `--phases`.
struct BackfillRange: ParsableArguments {
    @Option(name: .long, help: "The first date.")
    var from: GameDate

    @Option(name: .long, help: "The last date.")
    var to: GameDate

    @Option(
        name: .long,
        help:
            "First and last phase, such as 1-4; 3-4 computes again from what is stored, 5 predicts and judges played dates."
    )
    var phases = PhaseRange(.scrapers ... .precompute)

    func validate() throws {
        guard from <= to else { throw ValidationError("--from lies after --to") }
        guard phases.range.lowerBound != .raw else {
            throw ValidationError(
                "--phases begins with 1, 3, 4 or 5; stored payloads are read again by tipoff object ingest"
            )
        }
    }

    /// Why these phases cannot be had of these dates; nil when they can. What a backfill predicts counts as said after the
    /// games, so that it would spoil the record of a day on which predictions are still made live.
    static func refusal(_ phases: ClosedRange<Phase>, to last: GameDate, today: GameDate) -> String? {
        guard phases.contains(.predictions), last >= today else { return nil }
        return "\(last) is not over: its predictions are made live, and a backfill predicts days up to yesterday"
    }

    /// A problem with hints when the schedule is known and has no games that count.
    static func requireGames(_ from: GameDate, _ to: GameDate, on pool: PostgresPool) async throws {
        let seasons = BackfillJob.spans(from: from, to: to).map { Int64($0.season.startYear) }
        let row = try await pool.query(
            """
            SELECT count(DISTINCT season_year) AS seasons,
                   count(*) FILTER (WHERE NOT is_postponed AND season_type IN ('regular', 'playoffs', 'play_in')
                                        AND game_date BETWEEN \(from.sqlDate) AND \(to.sqlDate)) AS games,
                   min(game_date) AS first, max(game_date) AS last
            FROM nba_raw.nbac_schedule WHERE season_year = ANY(\(seasons)) AND removed_at IS NULL
            """
        ).one()
        let known = Int(try row.decode("seasons", as: Int64.self))
        guard known == seasons.count, try row.decode("games", as: Int64.self) == 0 else { return }
        let bounds = [try row.optionalGameDate("first"), try row.optionalGameDate("last")].compactMap {
            $0?.description
        }
        throw CommandProblem.problem(
            "no date from \(from) to \(to) has games of the season; the schedule known here reaches from "
                + bounds.joined(separator: " to "),
            next:
                "check the dates (YYYY-MM-DD), or fetch the schedule: tipoff scrape nbac_schedule_api --date \(from) --wait"
        )
    }
}
