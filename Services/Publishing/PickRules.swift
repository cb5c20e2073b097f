import Basketball
import Foundation
import Pipeline

/// Which sides readers are shown as picks, and what takes one back. A decision without reading or writing.
struct PickRules: Sendable {
    /// Points between prediction and line below which no side is a pick. What it must be worth at its price is asked by
    /// the recommendation itself.
    static let minimumEdge = 3.0
    /// A prediction of thinner data is no pick, 0 … 100.
    static let minimumQuality = 80.0
    /// Picks that stand at once on one date.
    static let mostOpen = 10

    private let slate: Slate
    /// Whether new sides may be shown: not for what is predicted after the fact.
    private let mayShow: Bool
    private let now: Date
    /// Places in the slate.
    private let players: [String: Int]
    private let games: [String: Int]

    init(slate: Slate, mayShow: Bool, now: Date) {
        self.slate = slate
        self.mayShow = mayShow
        self.now = now
        players = Dictionary(zip(slate.players.map(\.lookup), slate.players.indices), uniquingKeysWith: min)
        games = Dictionary(zip(slate.games.map(\.gameID), slate.games.indices), uniquingKeysWith: min)
    }

    /// What happens to `picks`, and which of `candidates` join them. One pick a player and date: who was shown with one side
    /// is never shown with the other. Nothing happens to a pick whose game has begun.
    func events(_ picks: [Pick], _ candidates: [PickCandidate]) -> [PickEvent] {
        var events: [PickEvent] = []
        let byPlayer = Dictionary(grouping: candidates.filter(isWorthShowing), by: \.player)
        for pick in picks {
            guard let event = change(of: pick, byPlayer[pick.key.player] ?? []) else { continue }
            events.append(event)
        }
        // Who may come back before the game keeps his place.
        let taken = PickEvent.applied(events, to: picks).count { $0.isOpen || isBeforeTip($0) }
        guard mayShow, taken < Self.mostOpen else { return events }
        let known = Set(picks.map(\.key.player))
        let fresh = byPlayer.filter { !known.contains($0.key) }.compactMap { Self.best($0.value) }
            .sorted(by: Self.isBetter)
        return events + fresh.prefix(Self.mostOpen - taken).compactMap(shown)
    }

    // MARK: What is shown

    private func isWorthShowing(_ candidate: PickCandidate) -> Bool {
        guard let offer = candidate.offer, DocumentChecks.areInRange(offer),
            candidate.edge.magnitude >= Self.minimumEdge, candidate.qualityScore >= Self.minimumQuality,
            let player = player(candidate.player), player.gameID == candidate.gameID, !player.isWithdrawn,
            player.offers.contains(where: candidate.isOffered),
            let game = game(candidate.gameID), isToCome(game), let tipoff = game.tipoffAt, now < tipoff
        else { return false }
        return player.injuryStatus != InjuryStatus.out.rawValue && player.injuryStatus != InjuryStatus.doubtful.rawValue
    }

    /// The side at the price that is worth the most.
    private static func best(_ candidates: [PickCandidate]) -> PickCandidate? {
        candidates.min(by: isBetter)
    }

    /// By expected value; between equals the larger edge, then the names decide.
    private static func isBetter(_ left: PickCandidate, _ right: PickCandidate) -> Bool {
        func key(_ candidate: PickCandidate) -> (Double, Double, String, String) {
            (
                -(candidate.offer?.expectedValue ?? 0), -candidate.edge.magnitude, candidate.player,
                candidate.bookmaker
            )
        }
        return key(left) < key(right)
    }

    private func shown(_ candidate: PickCandidate) -> PickEvent? {
        guard let side = candidate.side, let offer = candidate.offer, let player = player(candidate.player),
            let game = game(candidate.gameID), let tipoff = game.tipoffAt
        else { return nil }
        let key = Pick.Key(gameID: candidate.gameID, player: candidate.player, side: side)
        let pick = Pick(
            key: key,
            gameDate: slate.date,
            name: player.name,
            team: player.team,
            opponent: player.isHome ? game.away : game.home,
            tipoffAt: tipoff,
            offer: offer,
            shownAt: now
        )
        return PickEvent(key: key, kind: .shown(pick), at: now)
    }

    // MARK: What is taken back

    private func change(of pick: Pick, _ candidates: [PickCandidate]) -> PickEvent? {
        guard pick.outcome == nil else { return nil }
        guard let cause = cause(against: pick) else {
            // A source that is silent gives nobody back: the side must be worth it now.
            guard let retraction = pick.retraction,
                retraction.reason == .gamePostponed
                    || isBeforeTip(pick) && candidates.contains(where: { $0.side == pick.key.side })
            else { return nil }
            return PickEvent(key: pick.key, kind: .reinstated, at: now)
        }
        guard pick.isOpen else { return nil }
        let retraction = Pick.Retraction(reason: cause.reason, detail: cause.detail, at: now)
        return PickEvent(key: pick.key, kind: .retracted(retraction), at: now)
    }

    /// What speaks against a pick that stands; nil when nothing does, and once its game has begun.
    private func cause(against pick: Pick) -> (reason: Pick.Retraction.Reason, detail: String?)? {
        guard let game = game(pick.key.gameID) else {
            // A game that leaves the schedule while it is played, or after it, was played.
            return now < pick.tipoffAt ? (.gamePostponed, nil) : nil
        }
        if game.status == .postponed { return (.gamePostponed, nil) }
        guard isBeforeTip(pick), let player = player(pick.key.player) else { return nil }
        if player.isWithdrawn { return (.withdrawn, player.withdrawalReason) }
        if player.injuryStatus == InjuryStatus.out.rawValue { return (.playerOut, player.injuryReason) }
        return player.offers.contains { !$0.isSynthetic } ? nil : (.lineGone, nil)
    }

    private func isBeforeTip(_ pick: Pick) -> Bool {
        guard let game = game(pick.key.gameID), isToCome(game) else { return false }
        return now < game.tipoffAt ?? pick.tipoffAt
    }

    private func isToCome(_ game: Slate.Game) -> Bool { game.status == .scheduled }

    private func game(_ gameID: String) -> Slate.Game? { games[gameID].map { slate.games[$0] } }
    private func player(_ lookup: String) -> Slate.Player? { players[lookup].map { slate.players[$0] } }
}
