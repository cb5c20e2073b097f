import Basketball
import Foundation
import HTTPFetch
import Pipeline
import Upstream

/// The league's injury report: on its day the newest one, else the last one before the usual tip-off.
///
/// success: it names teams. no_data: no report is published, or it is empty; expected only when the schedule has no
/// game on the date. failed: everything else.
struct NbacInjuryReport: Scraper {
    static let name = "nbac_injury_report"
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) throws -> ScrapeRequest {
        var moment = InjuryReportMoment.last(of: execution.gameDate, before: execution.clock.now)
        if let text = execution.task.input?["report_time"]?.stringValue {
            guard let asked = InjuryReportMoment(execution.gameDate, text) else {
                throw TaskError(.permanent, type: "invalid_input", "report_time is \"\(text.prefix(20))\", not HHMM")
            }
            moment = asked
        }
        let base = settings.url(.injuries)
        let requests = moment.paths.map {
            HTTPRequest(url: SourceClient.url(base, $0, [:]), headers: [("Accept", "application/pdf")])
        }
        // The store behind the site answers 403 for what is not there (yet).
        return ScrapeRequest(
            http: requests[0],
            alternatives: Array(requests.dropFirst()),
            absentStatuses: [204, 403, 404]
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) async throws -> InjuryReportPayload {
        let payload = try await InjuryReportPayload.parse(body)
        guard payload.date == execution.gameDate else {
            throw PayloadError(.wrongSubject, "asked for a report of \(execution.gameDate), got \(payload.date)")
        }
        return payload
    }

    func subject(of content: InjuryReportPayload, _ execution: Execution) -> PayloadSubject {
        PayloadSubject(Self.name, date: content.date, part: content.time)
    }

    func judge(_ content: InjuryReportPayload, _ execution: Execution) -> Finding {
        Finding(
            status: content.teams.isEmpty ? .noData : .success,
            count: content.listings.count + content.teams.count,
            notes: content.notes
        )
    }

    func isNothingExpected(_ execution: Execution) async throws -> Bool {
        try await days.current(execution).isWithoutGames
    }
}

/// A quarter of an hour at which a report may appear, and the names that it may have.
struct InjuryReportMoment: Sendable, Hashable {
    /// From this day on names have minutes.
    static let change: GameDate = {
        do { return try GameDate(year: 2025, month: 12, day: 23) } catch {
            preconditionFailure("a day of the calendar: \(error)")
        }
    }()
    /// Around the change both forms are tried.
    static let overlapDays = 7
    /// The report that the day's players are judged by when the day is over.
    static let closing = (hour: 17, minute: 30)
    /// How far back a report is looked for when the newest is not out yet.
    static let quarters = 5

    let date: GameDate
    let minuteOfDay: Int

    /// Reads `HHMM`.
    init?(_ date: GameDate, _ text: String) {
        guard text.utf8.count == 4, let number = Int(text), (0..<2400).contains(number), number % 100 < 60 else {
            return nil
        }
        self.init(date, minuteOfDay: number / 100 * 60 + number % 100)
    }

    private init(_ date: GameDate, minuteOfDay: Int) {
        self.date = date
        self.minuteOfDay = minuteOfDay / 15 * 15
    }

    /// The newest of a date.
    static func last(of date: GameDate, before now: Date) -> InjuryReportMoment {
        guard LeagueClock.gameDate(of: now) == date else {
            return InjuryReportMoment(date, minuteOfDay: closing.hour * 60 + closing.minute)
        }
        // YYYY-MM-DDTHH:MM:SSZ, by the wall clock, so that the days on which it is changed are no exception.
        let clock = LeagueClock.formatWallClock(now).dropFirst(11).prefix(5).split(separator: ":").compactMap {
            Int($0)
        }
        return InjuryReportMoment(date, minuteOfDay: clock[0] * 60 + clock[1])
    }

    /// The paths to ask in order: this quarter and those before it, in the form of the date.
    var paths: [String] {
        let past = (0..<Self.quarters).map { minuteOfDay - 15 * $0 }.filter { $0 >= 0 }
        let new = past.map { "\(Self.clock($0, separator: "_"))" }
        // Hourly ones are of half past.
        var old: [String] = []
        for minute in past where minute >= 30 {
            let name = Self.clock((minute - 30) / 60 * 60, separator: nil)
            if old.last != name { old.append(name) }
        }
        if old.isEmpty { old = [Self.clock(0, separator: nil)] }
        let distance = date - Self.change
        var names = distance < 0 ? old : new
        if abs(distance) <= Self.overlapDays { names += distance < 0 ? new : old }
        return names.map { "/referee/injury/Injury-Report_\(date)_\($0).pdf" }
    }

    /// `06PM`, or `06_00PM` with a separator.
    private static func clock(_ minuteOfDay: Int, separator: String?) -> String {
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        let hour = minuteOfDay / 60
        let minutes = separator.map { $0 + two(minuteOfDay % 60) } ?? ""
        return two(hour % 12 == 0 ? 12 : hour % 12) + minutes + (hour < 12 ? "AM" : "PM")
    }
}
