public import Basketball

/// The players, teams and games of a date that are to be looked at again.
public struct EntitySelection: Sendable, Hashable {
    /// As `player_lookup`.
    public var players: Set<String>
    /// As tricodes.
    public var teams: Set<String>
    /// As `YYYYMMDD_AWAY_HOME`.
    public var games: Set<String>

    public init(players: Set<String> = [], teams: Set<String> = [], games: Set<String> = []) {
        self.players = players
        self.teams = teams
        self.games = games
    }

    /// Reads what ``json`` writes; what is no list of names selects nothing.
    public init(_ json: JSONValue) {
        func names(_ kind: String) -> Set<String> {
            Set((json[kind]?.arrayValue ?? []).compactMap(\.stringValue))
        }
        self.init(players: names("players"), teams: names("teams"), games: names("games"))
    }

    public var isEmpty: Bool { players.isEmpty && teams.isEmpty && games.isEmpty }

    public var json: JSONValue {
        func list(_ names: Set<String>) -> JSONValue { .array(names.sorted().map { .string($0) }) }
        return ["players": list(players), "teams": list(teams), "games": list(games)]
    }

    /// The markers that make the readers look at a date again: at what is selected, or at everything.
    public static func markers(
        of selection: EntitySelection?,
        readers: [ProcessorDefinition],
        date: GameDate
    ) -> MarkerSet {
        guard let selection, !selection.isEmpty else { return .full(readers, date: date) }
        let kinds: [(EntityKind, Set<String>)] = [
            (.player, selection.players), (.team, selection.teams), (.game, selection.games),
        ]
        return readers.reduce(MarkerSet.full([], date: date)) { markers, reader in
            kinds.reduce(markers) { markers, kind in
                markers.union(.entities(kind.1, kind: kind.0, reader: reader, date: date))
            }
        }
    }
}

extension Registry {
    /// The processors that a replay of a phase does again: those that compute from tables.
    public func replayed(in phase: Phase) -> [ProcessorDefinition] {
        enabled(in: phase).filter { !$0.inputs.isEmpty }
    }
}
