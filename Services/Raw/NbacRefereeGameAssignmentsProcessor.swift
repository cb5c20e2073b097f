import Basketball
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.nbac_referee_game_assignments`: who referees the games of a date; and `nba_raw.nbac_referee_replay_officials`:
/// who sits in the replay centre.
struct NbacRefereeGameAssignmentsProcessor: RawReader {
    static let name = "nbac_referee_game_assignments"

    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? {
        WriteScope.date(subject.gameDate).headKey
    }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<NbacRefereeGameAssignment> {
        let payload = try RefereePayload.parse(body, date: subject.gameDate)
        var content = RawContent(
            rows: payload.assignments.map { NbacRefereeGameAssignment($0) },
            scope: .date(subject.gameDate),
            minimumShareOfHead: 0.7,
            notes: payload.notes,
            listedCount: payload.assignments.count + payload.notes.rejectedCount + payload.notes.droppedCount
        )
        content.further = [
            FurtherRows(
                payload.replayOfficials.map { NbacRefereeReplayOfficial(date: payload.date, official: $0) },
                scope: .date(payload.date)
            )
        ]
        return content
    }
}
