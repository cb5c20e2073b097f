import Basketball
import Foundation
public import Pipeline

/// `tonight/{date}.json` and, unless readers already see a later slate, `tonight/all-players.json`: games, players, form
/// and predictions of a date; with them `predictions/{date}.json` and the picks (``BestBetsDocument``), so that the slate
/// switches as one.
///
/// Reads: what ``Slate`` reads. Writes: `nba_publishing.document` and its pointers.
public struct TonightDocument: Processor {
    public static let name = "tonight_document"
    static let kind = "tonight"
    /// The document that readers follow from day to day.
    static let currentKey = "all-players"
    static let schemaVersion = 2

    private let histories: SlateHistories
    private let deadline: PredictionDeadline

    init(histories: SlateHistories = SlateHistories(), deadline: PredictionDeadline = .standard) {
        self.histories = histories
        self.deadline = deadline
    }

    public func execute(_ execution: Execution) async throws -> Outcome {
        let now = execution.clock.now
        let today = LeagueClock.gameDate(of: now)
        let (run, date, histories) = (execution.task.run, execution.gameDate, histories)
        let publisher = DocumentPublisher(execution: execution, deadline: deadline)
        return try await publisher.publish(scopeOf: Self.name) { reader in
            let slate = try await Slate(date: date, runID: run.runID, histories: histories, reader: reader)
            // While an operator says that predictions are not to be relied on, none becomes a pick.
            let isHalted = try await !reader.query(PublishHalt.openQuery).isEmpty
            let picks = try await BestBetsDocument.drafts(
                with: slate,
                today: today,
                mayShow: run.lane == .live && !isHalted,
                now: now,
                reader
            )
            return Self.drafts(slate, today: today) + [PredictionsDocument.draft(slate)] + picks
        }
    }

    /// A slate of a day to come gets its dated document only: readers must not lose tonight to tomorrow.
    static func drafts(_ slate: Slate, today: GameDate) -> [DocumentDraft] {
        let dated = DocumentDraft(
            kind: kind,
            key: slate.date.description,
            schemaVersion: schemaVersion,
            slate: slate,
            checks: DocumentChecks(slate: slate, players: slate.players),
            data: content(slate)
        )
        guard slate.date <= today else { return [dated] }
        var current = dated
        current.key = currentKey
        current.isCurrent = true
        return [dated, current]
    }

    private static func content(_ slate: Slate) -> JSONValue {
        let byGame = Dictionary(grouping: slate.players, by: \.gameID)
        return [
            "game_date": .string(slate.date.description),
            "total_games": .count(slate.activeGames.count),
            "total_players": .count(slate.players.count),
            "total_with_lines": .count(slate.players.count { $0.line != nil }),
            "has_synthetic_lines": .bool(slate.hasSyntheticLines),
            "games": .array(slate.games.map { game($0, byGame[$0.gameID] ?? []) }),
        ]
    }

    private static func game(_ game: Slate.Game, _ players: [Slate.Player]) -> JSONValue {
        let hasBegun = game.status == .inProgress || game.status == .final
        return [
            "game_id": .string(game.gameID), "home_team": .string(game.home), "away_team": .string(game.away),
            "starts_at": .maybe(game.tipoffAt), "game_time": .maybe(game.tipoffAt.map(easternTime)),
            "game_status": .string(game.status.rawValue),
            "home_score": hasBegun ? .maybe(game.homeScore) : .null,
            "away_score": hasBegun ? .maybe(game.awayScore) : .null,
            "player_count": .count(players.count),
            "players": .array(players.sorted(by: isBefore).map(TonightPlayer.content)),
        ]
    }

    /// `7:30 PM ET`.
    static func easternTime(_ instant: Date) -> String {
        let parts = LeagueClock.formatWallClock(instant).dropFirst(11).split(separator: ":").compactMap { Int($0) }
        guard parts.count >= 2 else { return "" }
        let hour = parts[0] % 12 == 0 ? 12 : parts[0] % 12
        return "\(hour):\(parts[1] < 10 ? "0" : "")\(parts[1]) \(parts[0] < 12 ? "AM" : "PM") ET"
    }

    /// With a line first, then the surer prediction, then the better scorer; the name decides between equals.
    private static func isBefore(_ left: Slate.Player, _ right: Slate.Player) -> Bool {
        func key(_ player: Slate.Player) -> (Int, Double, Double, String) {
            (
                player.line == nil ? 1 : 0, -(player.prediction?.confidence ?? 0), -(player.season.points ?? 0),
                player.lookup
            )
        }
        return key(left) < key(right)
    }
}
