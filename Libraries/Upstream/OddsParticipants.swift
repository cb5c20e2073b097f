public import Basketball
import Pipeline

/// The players of a team by the odds source: the list of participants, then the players of one of them.
///
/// No answer of these endpoints has been captured. The form is what the source documents.
public struct OddsParticipants: Sendable, Hashable {
    public var players: [String]
    public var notes: PayloadNotes
    public var listedCount: Int

    /// The source's id of a team. Throws ``PayloadError`` when the list does not name it.
    public static func id(of team: Team, in page: [UInt8]) throws -> String {
        for entry in try list(Payload.value(page)) {
            guard let name = entry["full_name"]?.stringValue, known({ try Team(named: name) }) == team else { continue }
            // The id becomes part of a URL.
            guard let id = entry["id"]?.stringValue, id.wholeMatch(of: /[A-Za-z0-9_]{1,64}/) != nil else {
                throw PayloadError(.structure, "\(team) has no usable id")
            }
            return id
        }
        throw PayloadError(.structure, "\(team) is not among the participants")
    }

    /// Reads both pages. Throws ``PayloadError``.
    public static func parse(_ body: [UInt8]) throws -> OddsParticipants {
        let pages = try Payload.pages(body)
        guard pages.count == 2 else { throw PayloadError(.structure, "\(pages.count) pages of two") }
        let entries = try list(pages[1])
        var result = OddsParticipants(players: [], notes: PayloadNotes(), listedCount: entries.count)
        for entry in entries {
            do throws(RowRejection) {
                result.players.append(try Fields(entry, "participant").text("full_name"))
            } catch {
                result.notes.reject(error)
            }
        }
        return result
    }

    private static func list(_ page: JSONValue) throws(PayloadError) -> [JSONValue] {
        guard let list = page.arrayValue else { throw PayloadError(.structure, "the participants are no list") }
        return list
    }
}
