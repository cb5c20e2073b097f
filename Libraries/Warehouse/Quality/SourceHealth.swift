public import Basketball
public import Pipeline
public import Postgres

/// How far a source could be relied on lately, by the ends of its tasks.
///
/// The score is the share of questions that were answered times the share of payloads that were taken in: a source that answers with
/// rows of another day is as bad as one that does not answer.
public struct SourceHealth: Sendable, Hashable {
    /// Game dates that count, the day's own among them.
    public static let days = 7
    /// Fewer questions say nothing.
    public static let fewestQuestions = 10
    /// Below it a source is called unreliable.
    public static let poorScore = 50.0

    public var scraper: String
    /// Questions that have ended, and those of them that brought something, or nothing where nothing was expected.
    public var asked: Int
    public var answered: Int
    /// Payloads that its raw processor has been through, and those that it took in, be it in part.
    public var read: Int
    public var taken: Int

    public init(scraper: String, asked: Int, answered: Int, read: Int, taken: Int) {
        self.scraper = scraper
        self.asked = asked
        self.answered = answered
        self.read = read
        self.taken = taken
    }

    /// 0 … 100; nil when too little was asked.
    public var score: Double? {
        guard asked >= Self.fewestQuestions else { return nil }
        let answers = Double(answered) / Double(asked)
        return 100 * answers * (read > 0 ? Double(taken) / Double(read) : 1)
    }

    public var isPoor: Bool { score.map { $0 < Self.poorScore } ?? false }

    /// The sources that were asked about one of the last game dates, by name.
    public static func all(_ registry: Registry, on today: GameDate, _ pool: PostgresPool) async throws
        -> [SourceHealth]
    {
        // A raw task without a payload repeats its scrape and says nothing of its own.
        let rows = try await pool.query(
            """
            SELECT phase, processor, count(*) AS ended,
                   count(*) FILTER (WHERE state IN ('success', 'partial', 'superseded') OR expected_empty) AS good
            FROM nba_orchestration.task
            WHERE game_date BETWEEN \(today.adding(days: 1 - days).postgres) AND \(today.postgres)
                AND (phase = 1 AND state IN ('success', 'partial', 'no_data', 'failed')
                     OR phase = 2 AND state IN ('success', 'partial', 'superseded', 'failed'))
            GROUP BY phase, processor
            """
        )
        var ends: [Int16: [String: (ended: Int, good: Int)]] = [:]
        for row in rows {
            ends[try row.decode("phase"), default: [:]][try row.decode("processor")] = (
                Int(try row.decode("ended", as: Int64.self)), Int(try row.decode("good", as: Int64.self))
            )
        }
        return registry.enabled(in: .scrapers).compactMap { scraper in
            guard let asked = ends[1]?[scraper.name] else { return nil }
            let read = registry.rawProcessors(of: scraper.name).compactMap { ends[2]?[$0.name] }
            return SourceHealth(
                scraper: scraper.name,
                asked: asked.ended,
                answered: asked.good,
                read: read.reduce(0) { $0 + $1.ended },
                taken: read.reduce(0) { $0 + $1.good }
            )
        }.sorted { $0.scraper < $1.scraper }
    }
}
