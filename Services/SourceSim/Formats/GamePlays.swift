import Basketball

/// A course of a game that agrees with its box score: every counted shot, rebound, assist, steal, block, turnover and
/// foul happens once. The order is made up and always the same.
struct GamePlays {
    enum Kind: Sendable, Hashable {
        case periodStart, periodEnd, gameEnd
        case fieldGoal(isThree: Bool)
        case freeThrow
        case rebound(isOffensive: Bool)
        case turnover, foul
    }

    struct Play: Sendable {
        var kind: Kind
        /// Who acts; nil at the ends of periods.
        var player: PlayerRow?
        /// Who assisted, blocked or stole.
        var helper: PlayerRow?
        var isMade = false
        var period = 1
        var secondsLeft = 0
        /// After the play.
        var home = 0
        var away = 0

        var points: Int {
            guard isMade else { return 0 }
            return switch kind {
            case .fieldGoal(let isThree): isThree ? 3 : 2
            case .freeThrow: 1
            default: 0
            }
        }

        /// Feet from the basket, as far as the kind of shot tells.
        var distance: Int {
            guard case .fieldGoal(let isThree) = kind, let player else { return 0 }
            return isThree ? 24 + Int(player.playerID % 4) : Int(player.playerID % 18)
        }
    }

    let plays: [Play]

    /// - Parameter rows: the players with their lines as served.
    init(game: Game, rows: [PlayerRow]) {
        var random = SeededRandom(seed: stableHash("plays \(game.id)", salt: 8))
        var actions: [Play] = []
        for row in rows { actions += Self.actions(row) }
        actions.shuffle(using: &random)
        for row in rows {
            let line = row.line
            for _ in 0..<line.assists {
                Self.attach(row, to: &actions) { $0.isMade && Self.isFieldGoal($0) && $0.player?.isHome == row.isHome }
            }
            for _ in 0..<line.steals {
                Self.attach(row, to: &actions) { $0.kind == .turnover && $0.player?.isHome != row.isHome }
            }
            for _ in 0..<line.blocks {
                Self.attach(row, to: &actions) { !$0.isMade && Self.isFieldGoal($0) && $0.player?.isHome != row.isHome }
            }
        }
        plays = Self.timed(actions, overtimes: game.overtimes)
    }

    private static func isFieldGoal(_ play: Play) -> Bool { if case .fieldGoal = play.kind { true } else { false } }

    private static func actions(_ row: PlayerRow) -> [Play] {
        let line = row.line
        func some(_ count: Int16, _ kind: Kind, isMade: Bool = false) -> [Play] {
            Array(repeating: Play(kind: kind, player: row, isMade: isMade), count: max(0, Int(count)))
        }
        let twosMade = line.fieldGoalsMade - line.threesMade
        let twosAttempted = line.fieldGoalsAttempted - line.threesAttempted
        return some(line.threesMade, .fieldGoal(isThree: true), isMade: true)
            + some(line.threesAttempted - line.threesMade, .fieldGoal(isThree: true))
            + some(twosMade, .fieldGoal(isThree: false), isMade: true)
            + some(twosAttempted - twosMade, .fieldGoal(isThree: false))
            + some(line.freeThrowsMade, .freeThrow, isMade: true)
            + some(line.freeThrowsAttempted - line.freeThrowsMade, .freeThrow)
            + some(line.offensiveRebounds, .rebound(isOffensive: true))
            + some(line.defensiveRebounds, .rebound(isOffensive: false))
            + some(line.turnovers, .turnover) + some(line.fouls, .foul)
    }

    /// Gives a play that has no helper yet, and is not his own, to a helper.
    private static func attach(_ row: PlayerRow, to actions: inout [Play], where fits: (Play) -> Bool) {
        let place = actions.firstIndex { $0.helper == nil && $0.player?.playerID != row.playerID && fits($0) }
        if let place { actions[place].helper = row }
    }

    /// Spreads the plays evenly over the game.
    private static func timed(_ actions: [Play], overtimes: Int) -> [Play] {
        let periods = 4 + overtimes
        let total = 2880 + 300 * overtimes
        var plays: [Play] = []
        var (home, away, period) = (0, 0, 0)
        func mark(_ kind: Kind, _ period: Int, _ left: Int) {
            plays.append(Play(kind: kind, period: period, secondsLeft: left, home: home, away: away))
        }
        func advance(to next: Int) {
            while period < next {
                if period > 0 { mark(.periodEnd, period, 0) }
                period += 1
                mark(.periodStart, period, period > 4 ? 300 : 720)
            }
        }
        for (number, action) in actions.enumerated() {
            let elapsed = total * (number + 1) / (actions.count + 1)
            advance(to: elapsed < 2880 ? elapsed / 720 + 1 : 5 + (elapsed - 2880) / 300)
            var play = action
            if play.player?.isHome == true { home += play.points } else { away += play.points }
            play.period = period
            play.secondsLeft = (period > 4 ? 2880 + 300 * (period - 4) : 720 * period) - elapsed
            (play.home, play.away) = (home, away)
            plays.append(play)
        }
        advance(to: periods)
        mark(.periodEnd, periods, 0)
        mark(.gameEnd, periods, 0)
        return plays
    }
}

extension SimLeague {
    /// The course of a final game; nil for a game that is not over, or of which no players are known.
    func plays(of game: Game) throws -> GamePlays? {
        guard phase(of: game) == .final, let rows = try store.players(game.id.season)?.rows[game.id], !rows.isEmpty
        else {
            return nil
        }
        return GamePlays(
            game: game,
            rows: rows.map { row in
                var row = row
                row.line = corrections.line(row, game: game.id)
                return row
            }
        )
    }

    /// The game with an id, whatever its season.
    func game(_ text: some StringProtocol) throws -> Game? {
        let id: NBAGameID
        do { id = try NBAGameID(String(text)) } catch { return nil }
        return try store.book(id.season)?.game(id)
    }
}
