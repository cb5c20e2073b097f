import Foundation
import Testing

@testable import Pipeline

@Suite struct DependencyTests {
    // Rows, hours since the source's last good end, whether the date is over.
    @Test(
        arguments: [
            (0, 1.0, false, .missing), (9, 1.0, false, .thin), (10, 8.0, false, .fresh), (10, 8.01, false, .late),
            (10, 24.01, false, .stale), (3, 9.0, false, .late), (10, 500.0, true, .fresh), (0, 500.0, true, .missing),
            (10, nil, false, .fresh),
        ] as [(Int, Double?, Bool, DependencyVerdict.Verdict)]
    )
    func aDependencyIsJudgedByItsRowsAndItsAge(
        _ rows: Int,
        _ hours: Double?,
        _ isPast: Bool,
        _ verdict: DependencyVerdict.Verdict
    ) {
        let found = DependencyVerdict(
            Dependency(isCritical: false, rows: 10, lateAfter: 8, staleAfter: 24),
            table: "nba_raw.nbac_injury_report",
            rowCount: rows,
            lastUpdated: nil,
            age: hours.map { .seconds($0 * 3600) },
            isPast: isPast
        )
        #expect(found.verdict == verdict)
    }
}
