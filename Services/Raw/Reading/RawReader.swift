import Basketball
import Foundation
import Pipeline
import Postgres
import Upstream

/// A raw processor: it says how one payload becomes rows; fetching, checking and judging are the same for all.
protocol RawReader: Processor {
    associatedtype Row: WarehouseRow

    /// What a reading needs to know besides the payload.
    static var needs: RawNeeds { get }

    /// The same for one payload, where its forms differ in what they say. Throws ``PayloadError``.
    func needs(of body: [UInt8]) throws -> RawNeeds

    /// The beginning of the head's name under which an earlier reading of the same payload is found; nil where the
    /// path does not tell.
    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String?

    /// The payload's rows. Throws ``PayloadError`` or ``TaskError`` when the whole of it is unusable.
    func read(_ body: [UInt8], _ location: RawInput.Location, _ subject: RawSubject) async throws -> RawContent<Row>
}

/// What a task is about, and what its reader asked to know.
struct RawSubject: Sendable {
    var unit: String
    var gameDate: GameDate
    var games = GameBook()
    var names = NameBook()
    var rosters = RosterBook()
    var offers = OfferBook()
    var players = PlayerBook()
    /// The unit's game as the finder of the unit named it, from the schedule's payload.
    var announcedGame: GameID?
    var injuries = InjuryBook()
    var playerList = PlayerListBook()

    init(unit: String, gameDate: GameDate) {
        self.unit = unit
        self.gameDate = gameDate
    }

    init(_ task: ClaimedTask) {
        self.init(unit: task.unit, gameDate: task.gameDate)
        guard let name = task.input?["game_id"]?.stringValue else { return }
        // A name that is none says nothing; the table is asked then.
        do { announcedGame = try GameID(name) } catch { announcedGame = nil }
    }

    /// The same with what the needs ask for, from one snapshot.
    func knowing(_ needs: RawNeeds, _ execution: Execution) async throws -> RawSubject {
        guard !needs.isEmpty else { return self }
        return try await execution.snapshot { reader in
            var subject = self
            if needs.contains(.games) { subject.games = try await GameBook.read(reader, around: gameDate, unit: unit) }
            if needs.contains(.names) { subject.names = try await NameBook.read(reader) }
            if needs.contains(.rosters) { subject.rosters = try await RosterBook.read(reader, before: gameDate) }
            if needs.contains(.playerList) {
                subject.playerList = try await PlayerListBook.read(reader, season: Season(containing: gameDate))
            }
            if needs.contains(.bettingProsOffers) {
                subject.offers = try await OfferBook.readBettingPros(reader, date: gameDate)
            }
            if needs.contains(.offers) { subject.offers = try await OfferBook.read(reader, event: unit) }
            if needs.contains(.players) { subject.players = try await PlayerBook.read(reader, on: gameDate) }
            if needs.contains(.injuries) { subject.injuries = try await InjuryBook.read(reader, around: gameDate) }
            return subject
        }
    }
}

extension RawSubject {
    /// The game that the unit names. Throws a permanent ``TaskError``.
    func nbaGameID() throws(TaskError) -> NBAGameID {
        do { return try NBAGameID(unit) } catch {
            throw TaskError(.permanent, type: "invalid_unit", "\"\(unit.prefix(40))\" is no NBA game id")
        }
    }

    /// The schedule's word on a game: its table's, or the one that the unit's finder read in its payload. A schedule that
    /// does not know the game yet may do so soon.
    func scheduledGame(_ id: NBAGameID) throws(TaskError) -> GameID {
        guard let game = games.game(id)?.gameID ?? announcedGame else {
            throw TaskError(.transient, type: "not_in_schedule", "the schedule does not list the game \(id)")
        }
        return game
    }
}

/// The rows of a payload.
struct RawContent<Row: WarehouseRow>: Sendable {
    var rows: [Row]
    /// What the payload speaks for; nil when it has no rows.
    var scope: WriteScope?
    /// The share of the rows of the last snapshot that this one must have, because a source that lost rows must not
    /// remove them. Zero where every snapshot has a scope of its own.
    var minimumShareOfHead: Double
    var notes: PayloadNotes
    /// Rows of the payload, whatever became of them.
    var listedCount: Int
    /// True when the payload itself says that there can be nothing, such as a game of another competition.
    var isNothingToExpect = false
    /// True when the payload has rows and all of them say what is stored already.
    var isRepeat = false
    /// True when something besides the payload was missing, such as a player's name: the same bytes are worth reading
    /// again.
    var isIncomplete = false
    /// How a repeat is called in logs.
    var repeatReason = "same_offers"
    /// Rows of the same payload for other tables.
    var further: [FurtherRows] = []
    /// Players as the source spells them, to be looked for among those that the league names. Empty for the league's
    /// own payloads.
    var names: Set<SeenName> = []
}

extension RawReader {
    static var needs: RawNeeds { [] }

    func needs(of body: [UInt8]) throws -> RawNeeds { Self.needs }

    /// The longest payload that is read; a season's schedule has up to 10 MB.
    static var maximumBytes: Int { 64 << 20 }

    public func execute(_ execution: Execution) async throws -> Outcome {
        let task = execution.task
        let input = try RawInput(task)
        guard let location = input.payload else { return nothing(input) }
        // By hand means: read it again. So does a replay.
        if task.run.kind != .manual, !task.run.isReplay, let known = try await alreadyRead(location, execution) {
            return known
        }

        let body = try await execution.objects.get(location.path, maximumBytes: Self.maximumBytes)
        let digest = SHA256.hash(body).hex
        if let expected = location.sha256, expected != digest {
            throw TaskError(
                .permanent,
                type: "checksum_mismatch",
                "\(location.path) has \(digest); its scraper wrote \(expected.prefix(64))"
            )
        }
        let content: RawContent<Row>
        do {
            content = try await read(body, location, try await RawSubject(task).knowing(try needs(of: body), execution))
        } catch let error as PayloadError {
            throw TaskError(.permanent, type: error.code.rawValue, "\(location.path): \(error.detail)")
        }
        return try outcome(content, of: input, location, digest, date: task.gameDate)
    }

    /// A scrape without a payload still ends its raw task: nobody waits for what cannot come.
    private func nothing(_ input: RawInput) -> Outcome {
        var outcome = Outcome(input.status == .failed ? .failed : .noData)
        outcome.isExpectedEmpty = input.isExpectedEmpty
        if input.status == .failed {
            outcome.skipReason = "scrape_failed"
            outcome.metadata["reason"] = .string(input.failure ?? "the scrape failed")
        } else {
            outcome.skipReason = input.isExpectedEmpty ? "nothing_expected" : "source_has_no_data"
        }
        return outcome
    }

    /// Whether the very same bytes are what the table holds already.
    private func alreadyRead(_ location: RawInput.Location, _ execution: Execution) async throws -> Outcome? {
        guard let sha256 = location.sha256, let prefix = headPrefix(location, RawSubject(execution.task)) else {
            return nil
        }
        let rows = try await execution.pool.query(
            """
            SELECT row_count FROM nba_orchestration.snapshot_head
            WHERE table_name = \(Row.table.name) AND starts_with(scope, \(prefix)) AND source_sha256 = \(sha256)
            LIMIT 1
            """
        )
        guard let row = rows.first else { return nil }
        // An empty scope of changes is what makes the completion say "unchanged".
        var outcome = Outcome(.success, scope: Scope(), recordCount: try row.decode("row_count", as: Int.self))
        outcome.skipReason = "same_payload"
        return outcome
    }

    private func outcome(
        _ content: RawContent<Row>,
        of input: RawInput,
        _ location: RawInput.Location,
        _ digest: String,
        date: GameDate
    ) throws -> Outcome {
        let notes = content.notes
        guard !content.rows.isEmpty, let scope = content.scope else {
            guard notes.rejectedCount == 0 else {
                let error = PayloadError(
                    .noUsableRow,
                    "\(notes.rejectedCount) rows, all refused: \(notes.examples.joined(separator: "; "))"
                )
                throw TaskError(.permanent, type: error.code.rawValue, "\(location.path): \(error.detail)")
            }
            // An empty scope of changes is what makes the completion say "unchanged".
            var outcome = content.isRepeat ? Outcome(.success, scope: Scope()) : Outcome(.noData)
            outcome.isExpectedEmpty = input.isExpectedEmpty || content.isNothingToExpect
            outcome.skipReason = content.isRepeat ? content.repeatReason : "payload_without_rows"
            outcome.metadata = metadata(content)
            return outcome
        }
        let isComplete = notes.rejectedCount == 0 && input.status == .success
        // Only a payload that was taken over completely may be passed over next time.
        let source = SnapshotSource(
            objectPath: location.path.string,
            sha256: isComplete && !content.isIncomplete ? digest : nil,
            capturedAt: location.capturedAt
        )
        let write = TableWrite(
            content.rows,
            scope: scope,
            source: source,
            minimumShareOfHead: content.minimumShareOfHead,
            date: date
        )
        var outcome = Outcome(
            isComplete ? .success : .partial,
            writes: [write] + content.further.map { $0.write(source, date) },
            inScope: content.listedCount - notes.droppedCount,
            processed: content.rows.count
        )
        outcome.recordsFailed = notes.rejectedCount
        outcome.metadata = metadata(content)
        if !content.names.isEmpty {
            let (names, source, path) = (content.names, Self.name, location.path)
            outcome.alsoWrite = { try await UnresolvedNames.queue(names, source: source, path: path, in: $0) }
        }
        if !isComplete {
            outcome.metadata["reason"] = .string(
                notes.rejectedCount > 0
                    ? "refused: \(notes.examples.joined(separator: "; "))" : "the scrape itself was partial"
            )
        }
        return outcome
    }

    private func metadata(_ content: RawContent<Row>) -> [String: JSONValue] {
        var metadata: [String: JSONValue] = ["listed": .int(Int64(content.listedCount))]
        if !content.notes.dropped.isEmpty { metadata["dropped"] = .counts(content.notes.dropped) }
        if !content.notes.rejected.isEmpty { metadata["rejected"] = .counts(content.notes.rejected) }
        return metadata
    }
}
