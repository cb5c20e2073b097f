/// How an expected output stands. The database decides which (`nba_orchestration.output_state`), exactly one each.
enum OutputState: String, Sendable, Hashable, CaseIterable {
    case failed
    case late
    case degraded
    case halted
    case running
    case expected
    case notDue = "not_due"
    case acceptedLoss = "accepted_loss"
    case complete
    case emptyOK = "empty_ok"

    /// The worst first: the order of the cases.
    var severity: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Whether somebody has to look at it.
    var isProblem: Bool { self == .failed || self == .late || self == .degraded }

    var letter: String {
        switch self {
        case .failed: "F"
        case .late: "L"
        case .degraded: "D"
        case .halted: "H"
        case .running: "R"
        case .expected: "E"
        case .notDue: "-"
        case .acceptedLoss: "A"
        case .complete: "C"
        case .emptyOK: "O"
        }
    }

    var words: String {
        switch self {
        case .failed: "failed"
        case .late: "late"
        case .degraded: "degraded: less than everything"
        case .halted: "halted"
        case .running: "running"
        case .expected: "expected, not due yet"
        case .notDue: "cannot be there yet"
        case .acceptedLoss: "accepted loss"
        case .complete: "complete"
        case .emptyOK: "nothing to bring"
        }
    }
}

/// What kind of day a date is, as the planner sees it.
enum PlannedDayState: String, Sendable, Hashable, CaseIterable {
    case gameDay = "game_day"
    case breakDay = "break"
    case offSeason = "off_season"
    case dormant

    var words: String {
        switch self {
        case .gameDay: "games"
        case .breakDay: "break"
        case .offSeason: "off season"
        case .dormant: "no schedule"
        }
    }
}
