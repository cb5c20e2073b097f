public import Basketball
import Documents
import Pipeline

/// A team's page of the league's site, with its roster in the page's own data.
public struct TeamPagePayload: Sendable, Hashable {
    public struct Player: Sendable, Hashable {
        public var playerID: Int
        public var name: String
        public var jerseyNumber: String?
        public var position: String?
    }

    public var team: Team
    public var players: [Player]
    public var notes: PayloadNotes

    /// Reads a page about a team. Throws ``PayloadError``, also when it is about another team.
    public static func parse(_ body: [UInt8], team: Team) throws -> TeamPagePayload {
        let page = try Payload.html(body)
        guard let script = page.first("script", id: "__NEXT_DATA__") else {
            let title = page.all("title").first?.text.prefix(80) ?? "without a title"
            throw PayloadError(.blocked, "a page without the site's data: \(title)")
        }
        let data = try Payload.value(Array(script.rawText.utf8))["props"]?["pageProps"]?["team"]
        guard let rows = data?["roster"]?.arrayValue else {
            throw PayloadError(.structure, "props.pageProps.team.roster is missing")
        }
        var payload = TeamPagePayload(team: team, players: [], notes: PayloadNotes())
        for row in rows {
            do throws(RowRejection) {
                let fields = try Fields(row, "roster")
                let id = try fields.integer("TeamID")
                guard id == team.id else { throw RowRejection("wrong_team", "\(id) on the page of \(team)") }
                payload.players.append(
                    Player(
                        playerID: try fields.integer("PLAYER_ID"),
                        name: try fields.text("PLAYER"),
                        jerseyNumber: try fields.optionalText("NUM"),
                        position: try fields.optionalText("POSITION")
                    )
                )
            } catch {
                payload.notes.reject(error)
            }
        }
        if !rows.isEmpty, payload.notes.rejected["wrong_team"] == rows.count {
            throw PayloadError(.wrongSubject, "asked for \(team): \(payload.notes.examples.joined(separator: "; "))")
        }
        return payload
    }
}
