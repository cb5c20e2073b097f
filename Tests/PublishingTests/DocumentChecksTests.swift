import Basketball
import Foundation
import Pipeline
import Testing

@testable import Publishing

/// A slate of two games with eight players of each team.
private func goodSlate() throws -> Slate {
    let date = try GameDate("2024-01-15")
    let games = [("A", "BOS", "LAL"), ("B", "MIA", "NYK")].map { id, away, home in
        Slate.Game(gameID: id, home: home, away: away, tipoffAt: nil, status: .scheduled)
    }
    let players = games.flatMap { game in
        [(game.away, false), (game.home, true)].flatMap { team, isHome in
            (0..<8).map { number in
                var player = Slate.Player(
                    lookup: "\(team.lowercased())\(number)",
                    gameID: game.gameID,
                    team: team,
                    isHome: isHome
                )
                player.prediction = Slate.Prediction(
                    points: 20,
                    confidence: 0.7,
                    recommendation: "OVER",
                    line: 15.5,
                    qualityScore: 90,
                    modelVersion: "1"
                )
                player.offers = [
                    Slate.Offer(
                        bookmaker: "draftkings",
                        line: 15.5,
                        overOdds: -110,
                        underOdds: -110,
                        isSynthetic: false
                    )
                ]
                return player
            }
        }
    }
    return Slate(date: date, games: games, players: players, reasons: [])
}

@Suite struct DocumentChecksTests {
    @Test func aGoodSlateHasNeitherFaultsNorGaps() throws {
        let slate = try goodSlate()
        let checks = DocumentChecks(slate: slate, players: slate.players)
        #expect(checks.faults == [])
        #expect(checks.gaps == [])
        #expect(checks.verdict(shownPlayers: 32) == .promote(gaps: []))
    }

    /// Each fault was once seen on a page of somebody.
    @Test(
        arguments: [
            "twice": { (slate: inout Slate) in slate.players.append(slate.players[0]) },
            "one team only": { slate in slate.players.removeAll { $0.team == "LAL" } },
            "another date's game": { slate in slate.players[0].gameID = "Z" },
            "a foreign team": { slate in slate.players[0].team = "NYK" },
            "home and away swapped": { slate in slate.players[0].isHome = true },
            "too many points": { slate in slate.players[0].prediction?.points = 60.5 },
            "negative points": { slate in slate.players[0].prediction?.points = -0.1 },
            "no number": { slate in slate.players[0].prediction?.points = .nan },
            "confidence as a percent": { slate in slate.players[0].prediction?.confidence = 70 },
            "a line of zero": { slate in slate.players[0].prediction?.line = 0 },
            "a side without a line": { slate in slate.players[0].prediction?.line = nil },
            "absurd odds": { slate in slate.players[0].offers[0].overOdds = 199_900 },
            "absurd odds below": { slate in slate.players[0].offers[0].underOdds = -10_001 },
            "an absurd offer": { slate in slate.players[0].offers[0].line = 155 },
            "the same game twice": { slate in slate.games.append(slate.games[0]) },
        ] as [String: @Sendable (inout Slate) -> Void]
    )
    func aFaultIsNeverShown(name: String, spoil: @Sendable (inout Slate) -> Void) throws {
        var slate = try goodSlate()
        spoil(&slate)
        let checks = DocumentChecks(slate: slate, players: slate.players)
        #expect(!checks.faults.isEmpty, "\(name)")
        #expect(checks.verdict(shownPlayers: nil) == .quarantine(checks.faults))
    }

    @Test func aGameWithoutPlayersIsAGap() throws {
        var slate = try goodSlate()
        slate.players.removeAll { $0.gameID == "B" }
        let checks = DocumentChecks(slate: slate, players: slate.players)
        #expect(checks.gaps == ["B has no player"])
        #expect(checks.verdict(shownPlayers: nil) == .promote(gaps: ["B has no player"]))
        #expect(checks.verdict(shownPlayers: 16) == .promote(gaps: ["B has no player"]))
        guard case .quarantine = checks.verdict(shownPlayers: 17) else {
            Issue.record("a thinner slate took the place of a fuller one")
            return
        }
    }

    @Test func aPostponedGameIsNotExpected() throws {
        var slate = try goodSlate()
        slate.games[1].status = .postponed
        slate.players.removeAll { $0.gameID == "B" }
        #expect(DocumentChecks(slate: slate, players: slate.players).gaps == [])
    }

    @Test(arguments: [
        ([Slate.Game.Status.scheduled, .scheduled], true, "predictions_ready"),
        ([.scheduled, .inProgress], true, "live"), ([.final, .scheduled], true, "live"),
        ([.final, .final], true, "awaiting_grading"), ([.postponed, .final], true, "awaiting_grading"),
        ([.postponed, .postponed], true, "no_games"), ([.scheduled, .scheduled], false, "scheduled_no_lines"),
    ])
    func theStateSaysWhereTheSlateStands(statuses: [Slate.Game.Status], hasPlayers: Bool, state: String) throws {
        var slate = try goodSlate()
        for (index, status) in statuses.enumerated() { slate.games[index].status = status }
        if !hasPlayers { slate.players = [] }
        #expect(slate.state == state)
    }

    @Test func linesWithoutPredictionsAreTheirOwnState() throws {
        var slate = try goodSlate()
        for index in slate.players.indices { slate.players[index].prediction = nil }
        #expect(slate.state == "lines_no_predictions")
    }
}

@Suite struct TonightTests {
    @Test func onlyWhatSupportsTheSideIsSaid() throws {
        var player = try goodSlate().players[0]
        player.season.points = 15
        player.daysRest = 3
        player.recent = (0..<10).map { _ in
            Slate.PastGame(hasPlayed: true, points: 25, minutes: 30, line: 14.5, isHome: true)
        }
        player.prediction?.points = 22
        let over = PredictionFactors.supporting(player)
        #expect(
            over == [
                "Predicted far above the line, by 6.5 points", "Went over in 10 of his last 10 games with a line",
                "Scoring above his season average of late", "Rested: 3 days off",
            ]
        )
        player.prediction?.recommendation = "UNDER"
        player.prediction?.points = 11
        #expect(PredictionFactors.supporting(player) == ["Predicted below the line, by 4.5 points"])
        player.prediction?.recommendation = "PASS"
        #expect(PredictionFactors.supporting(player) == [])
    }

    @Test(arguments: [
        (true, 20 as Int?, 19.5 as Double?, "O"), (true, 19, 19.5, "U"), (true, 20, 20, "P"), (true, 20, nil, "-"),
        (false, nil, 19.5, "DNP"), (false, 0, 19.5, "DNP"),
    ])
    func aPushIsNotALossAndAMissedGameIsNotADash(hasPlayed: Bool, points: Int?, line: Double?, expected: String) {
        let game = Slate.PastGame(hasPlayed: hasPlayed, points: points, line: line, isHome: true)
        #expect(TonightPlayer.outcome(game, against: line) == expected)
    }

    @Test(arguments: [(0, 5, "12:05 AM ET"), (12, 0, "12:00 PM ET"), (19, 30, "7:30 PM ET"), (11, 59, "11:59 AM ET")])
    func timesAreTheLeagues(hour: Int, minute: Int, text: String) throws {
        let date = try GameDate("2024-01-15")
        #expect(TonightDocument.easternTime(LeagueClock.instant(date, hour: hour, minute: minute)) == text)
    }

    @Test(arguments: [
        ("2024-01-15T15:00:00Z", false), ("2024-01-15T15:00:01Z", true), ("2024-01-16T04:59:59Z", true),
        ("2024-01-16T05:00:01Z", false), ("2024-01-14T20:00:00Z", false), ("2026-01-15T20:00:00Z", false),
    ])
    func onlyASlateOfTheDayCanBeLate(instant: String, isLate: Bool) throws {
        let date = try GameDate("2024-01-15")
        #expect(DocumentDraft.isLate(try LeagueClock.parseUTC(instant), for: date, .standard) == isLate)
    }
}
