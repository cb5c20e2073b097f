/// One kind of published document: who makes it, what it looks like, how old it may get and how it is cached.
///
/// A kind that is not in ``Registry/documents`` cannot be published.
public struct DocumentDefinition: Sendable, Hashable {
    /// The first part of its address, `/v1/documents/{kind}/{key}`.
    public var kind: String
    /// What its keys are, for people.
    public var keys: String
    /// The processor that publishes it; nil for one that is put together when it is asked for.
    public var owner: String?
    /// A second processor that publishes it when what it does reaches the document, such as grading.
    public var alsoPublishedBy: String? = nil
    /// The file of `docs/schemas` that describes it.
    public var schema: String
    /// How long after its trigger a new version must be there.
    public var freshness: Duration
    /// What makes a new version, for people.
    public var trigger: String
    public var cacheClass: CacheClass
    /// Whether its kinds switch together, so that readers never see half of a slate.
    public var isPartOfSlate: Bool
    /// Whether a halt takes its validity away. What has happened already stays valid.
    public var isHaltable: Bool
    /// Whether it must go on showing what it has shown once: then no operator shows an earlier version of it again.
    public var keepsWhatWasShown = false

    /// Whether a processor may publish it.
    public func isPublished(by processor: String) -> Bool { processor == owner || processor == alsoPublishedBy }

    /// How readers and what stands between may keep a document.
    public enum CacheClass: String, Sendable, Hashable, CaseIterable {
        /// Asked for again each time; unchanged costs a 304. A correction, a withdrawal and a halt show at once.
        case revalidated
        /// Kept for a minute.
        case minute
        /// Kept for half an hour.
        case halfHour

        /// The value of `Cache-Control`.
        public var cacheControl: String {
            switch self {
            case .revalidated: "public, no-cache"
            case .minute: "public, max-age=60"
            case .halfHour: "public, max-age=1800"
            }
        }
    }
}

extension Registry {
    /// Every kind of document that readers may get.
    public static let documents: [DocumentDefinition] = [
        .init(
            kind: "tonight",
            keys: "a game date, or all-players for the slate that readers follow",
            owner: "tonight_document",
            schema: "tonight.schema.json",
            freshness: .seconds(300),
            trigger: "a prediction, a player's context or the schedule of the date changes",
            cacheClass: .revalidated,
            isPartOfSlate: true,
            isHaltable: true
        ),
        .init(
            kind: "predictions",
            keys: "a game date",
            owner: "tonight_document",
            schema: "predictions.schema.json",
            freshness: .seconds(300),
            trigger: "with tonight, in the same transaction",
            cacheClass: .revalidated,
            isPartOfSlate: true,
            isHaltable: true
        ),
        .init(
            kind: "best-bets",
            keys: "a game date, or all for the last days with the record",
            owner: "tonight_document",
            alsoPublishedBy: "results_document",
            schema: "best-bets.schema.json",
            freshness: .seconds(300),
            trigger: "with tonight, in the same transaction; with results, when picks of the date are graded",
            cacheClass: .revalidated,
            isPartOfSlate: true,
            isHaltable: true,
            keepsWhatWasShown: true
        ),
        .init(
            kind: "calendar",
            keys: "a season's first year",
            owner: "calendar_document",
            schema: "calendar.schema.json",
            freshness: .seconds(86_400),
            trigger: "the schedule of a date changes",
            cacheClass: .halfHour,
            isPartOfSlate: false,
            isHaltable: false
        ),
        .init(
            kind: "results",
            keys: "a game date, or latest for the newest date that is graded",
            owner: "results_document",
            schema: "results.schema.json",
            freshness: .seconds(900),
            trigger: "predictions of the date are graded, or graded again",
            cacheClass: .minute,
            isPartOfSlate: false,
            isHaltable: false
        ),
        .init(
            kind: "systems",
            keys: "performance",
            owner: "results_document",
            schema: "systems.schema.json",
            freshness: .seconds(900),
            trigger: "with results",
            cacheClass: .minute,
            isPartOfSlate: false,
            isHaltable: false
        ),
        .init(
            kind: "streaks",
            keys: "current",
            owner: "results_document",
            schema: "streaks.schema.json",
            freshness: .seconds(900),
            trigger: "with results",
            cacheClass: .minute,
            isPartOfSlate: false,
            isHaltable: false
        ),
        .init(
            kind: "status",
            keys: "current",
            owner: nil,
            schema: "status.schema.json",
            freshness: .seconds(0),
            trigger: "put together from the pointers whenever it is asked for",
            cacheClass: .revalidated,
            isPartOfSlate: false,
            isHaltable: false
        ),
    ]

    /// The definition of a kind; nil for a kind that does not exist.
    public static func document(_ kind: String) -> DocumentDefinition? { documents.first { $0.kind == kind } }
}
