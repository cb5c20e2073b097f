import Basketball
import Foundation

/// stats.nba.com's `boxscoretraditionalv3`.
enum BoxScoreFormat {
    static func payload(
        game: Game,
        rows: [PlayerRow],
        absentees: [Absentee],
        corrections: Corrections,
        now: Date?
    ) -> JSON {
        let isFinal = corrections.standing(of: game, at: now).phase == .final
        let totals = isFinal ? corrections.totals(of: game) : nil
        let served = totals == nil ? [] : rows
        return [
            "meta": [
                "version": 1,
                "request": .string("http://nba.cloud/games/\(game.id)/boxscoretraditional?Format=json"),
                "time": .string(LeagueClock.formatUTC(now ?? game.tip.addingTimeInterval(Game.duration))),
            ],
            "boxScoreTraditional": [
                "gameId": .string(game.id.rawValue), "awayTeamId": .int(game.away.id), "homeTeamId": .int(game.home.id),
                "homeTeam": team(
                    game.home,
                    totals?.home,
                    rows: served.filter(\.isHome),
                    absentees.filter(\.isHome),
                    game: game,
                    corrections
                ),
                "awayTeam": team(
                    game.away,
                    totals?.away,
                    rows: served.filter { !$0.isHome },
                    absentees.filter { !$0.isHome },
                    game: game,
                    corrections
                ),
            ],
        ]
    }

    private static func team(
        _ side: Side,
        _ total: StatLine?,
        rows: [PlayerRow],
        _ absentees: [Absentee],
        game: Game,
        _ corrections: Corrections
    ) -> JSON {
        var players = rows.map { row -> JSON in
            let line = corrections.line(row, game: game.id)
            return player(
                id: row.playerID,
                name: row.name,
                comment: "",
                statistics: statistics(line, minutes: "\(line.minutes):00")
            )
        }
        let appeared = Set(rows.map(\.playerID))
        if total != nil {
            players += absentees.filter { !appeared.contains($0.playerID) }.map {
                player(
                    id: $0.playerID,
                    name: $0.name,
                    comment: $0.comment,
                    statistics: statistics(StatLine(), minutes: "")
                )
            }
        }
        // Before tip-off upstream sends null here.
        let teamStatistics: JSON =
            total.map { statistics($0, minutes: "\(240 + 25 * game.overtimes):00") } ?? .null
        return [
            "teamId": .int(side.id), "teamCity": .string(side.city), "teamName": .string(side.name),
            "teamTricode": .string(side.tricode), "teamSlug": .string(side.slug), "players": .array(players),
            "statistics": teamStatistics,
        ]
    }

    private static func player(id: Int32, name: String, comment: String, statistics: JSON) -> JSON {
        let parts = name.split(separator: " ", maxSplits: 1).map(String.init)
        let (first, family) = parts.count == 2 ? (parts[0], parts[1]) : ("", name)
        return [
            "personId": .int(Int(id)), "firstName": .string(first), "familyName": .string(family),
            "nameI": .string(first.isEmpty ? family : "\(first.prefix(1)). \(family)"),
            "playerSlug": .string(slug(name)), "position": "", "comment": .string(comment), "jerseyNum": "",
            "statistics": statistics,
        ]
    }

    private static func slug(_ name: String) -> String {
        name.split(separator: " ").map { PlayerLookup.normalize(String($0)) }.joined(separator: "-")
    }

    private static func statistics(_ line: StatLine, minutes: String) -> JSON {
        func share(_ made: Int16, _ attempted: Int16) -> JSON { .double(StatLine.share(made, attempted) ?? 0) }
        return [
            "minutes": .string(minutes), "fieldGoalsMade": .count(line.fieldGoalsMade),
            "fieldGoalsAttempted": .count(line.fieldGoalsAttempted),
            "fieldGoalsPercentage": share(line.fieldGoalsMade, line.fieldGoalsAttempted),
            "threePointersMade": .count(line.threesMade), "threePointersAttempted": .count(line.threesAttempted),
            "threePointersPercentage": share(line.threesMade, line.threesAttempted),
            "freeThrowsMade": .count(line.freeThrowsMade), "freeThrowsAttempted": .count(line.freeThrowsAttempted),
            "freeThrowsPercentage": share(line.freeThrowsMade, line.freeThrowsAttempted),
            "reboundsOffensive": .count(line.offensiveRebounds), "reboundsDefensive": .count(line.defensiveRebounds),
            "reboundsTotal": .count(line.rebounds), "assists": .count(line.assists), "steals": .count(line.steals),
            "blocks": .count(line.blocks), "turnovers": .count(line.turnovers), "foulsPersonal": .count(line.fouls),
            "points": .count(line.points), "plusMinusPoints": .double(Double(line.plusMinusTenths) / 10),
        ]
    }
}
