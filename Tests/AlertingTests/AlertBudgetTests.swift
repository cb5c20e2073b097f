import Foundation
import Pipeline
import Testing

@testable import Alerting

/// How much is told of one signature.
@Suite struct AlertBudgetTests {
    static let rules = AlertBudget.Rules()
    static let start = Date(timeIntervalSince1970: 1_705_300_000)

    static func at(_ minutes: Double) -> Date { start.addingTimeInterval(60 * minutes) }

    static func incident(_ id: Int64, _ occurrences: Int, _ level: Alerts.Level = .error) -> AlertBudget.Incident {
        AlertBudget.Incident(id: id, level: level, occurrences: occurrences)
    }

    @Test func firstAtOnceSecondNotThirdAsSummaryAndTheRestWaitsForTheWindow() {
        var budget = AlertBudget()
        #expect(budget.see(Self.incident(1, 1), at: Self.at(0), Self.rules)?.kind == .first)
        #expect(budget.see(Self.incident(1, 2), at: Self.at(1), Self.rules) == nil)
        let summary = budget.see(Self.incident(1, 3), at: Self.at(2), Self.rules)
        #expect(summary?.kind == .summary)
        #expect(summary?.suppressed == 2)
        for number in 4...50 {
            #expect(budget.see(Self.incident(1, number), at: Self.at(Double(number)), Self.rules) == nil)
        }
        let next = budget.see(Self.incident(1, 50), at: Self.at(60), Self.rules)
        #expect(next?.kind == .summary)
        #expect(next?.suppressed == 47)
        #expect(budget.see(Self.incident(1, 50), at: Self.at(600), Self.rules) == nil, "nothing new, nothing told")
    }

    @Test func theEndIsToldOnceAndOnlyOfWhatWasTold() {
        var budget = AlertBudget()
        #expect(budget.end(at: Self.at(0), Self.rules) == nil)
        _ = budget.see(Self.incident(1, 1), at: Self.at(0), Self.rules)
        #expect(budget.end(at: Self.at(1), Self.rules)?.kind == .resolve)
        #expect(budget.end(at: Self.at(1), Self.rules) == nil)
        #expect(budget.end(at: Self.at(90), Self.rules) == nil)
    }

    @Test func whatGetsWorseIsToldAtOnce() {
        var budget = AlertBudget()
        _ = budget.see(Self.incident(1, 1, .warning), at: Self.at(0), Self.rules)
        #expect(budget.see(Self.incident(1, 1, .critical), at: Self.at(1), Self.rules)?.kind == .escalation)
        #expect(budget.see(Self.incident(1, 1, .critical), at: Self.at(2), Self.rules) == nil)
        #expect(budget.see(Self.incident(1, 1, .warning), at: Self.at(3), Self.rules) == nil, "better is no news")
    }

    @Test("Six hundred flaps a night are five messages an hour, and the last word is true")
    func flapping() {
        var budget = AlertBudget()
        var messages: [(minute: Int, kind: AlertKind)] = []
        for minute in 0..<600 {
            let id = Int64(minute)
            if minute % 2 == 0 {
                if let message = budget.see(Self.incident(id, 1), at: Self.at(Double(minute)), Self.rules) {
                    messages.append((minute, message.kind))
                }
            } else if let message = budget.end(at: Self.at(Double(minute)), Self.rules) {
                messages.append((minute, message.kind))
            }
        }
        // The flapping has ended with an end; it is told with the next window at the latest.
        for minute in 600..<720 {
            if let message = budget.end(at: Self.at(Double(minute)), Self.rules) {
                messages.append((minute, message.kind))
            }
        }
        for hour in 0..<12 {
            #expect(messages.filter { $0.minute / 60 == hour }.count <= Self.rules.messages)
        }
        #expect(messages.last?.kind == .resolve)
        #expect(!budget.isTold)
    }

    @Test("Whatever happens, a window has its limit, each message a key of its own, and ends follow beginnings")
    func anyHistoryKeepsTheLimits() {
        for seed in UInt64(1)...200 {
            var random = SplitMix(state: seed)
            var budget = AlertBudget()
            var keys: Set<String> = []
            var now = 0.0
            var (id, occurrences, isOpen, isToldOpen) = (Int64(0), 0, false, false)
            for _ in 0..<300 {
                now += Double(random.next() % 20) / 2
                let message: AlertBudget.Message?
                if isOpen, random.next() % 4 == 0 {
                    isOpen = false
                    message = budget.end(at: Self.at(now), Self.rules)
                } else if !isOpen, random.next() % 2 == 0 {
                    message = budget.end(at: Self.at(now), Self.rules)
                } else {
                    if !isOpen { (id, occurrences, isOpen) = (id + 1, 0, true) }
                    occurrences += Int(random.next() % 3) + (occurrences == 0 ? 1 : 0)
                    let level: Alerts.Level = random.next() % 9 == 0 ? .critical : .error
                    message = budget.see(
                        AlertBudget.Incident(id: id, level: level, occurrences: occurrences),
                        at: Self.at(now),
                        Self.rules
                    )
                }
                guard let message else { continue }
                #expect(keys.insert(message.windowKey).inserted, "seed \(seed)")
                if message.kind == .resolve { #expect(isToldOpen, "seed \(seed)") }
                if message.kind == .first { #expect(!isToldOpen, "seed \(seed)") }
                isToldOpen = message.kind != .resolve
                #expect(budget.windowMessages <= Self.rules.messages, "seed \(seed)")
            }
            #expect(isToldOpen == budget.isTold)
        }
    }
}

/// A small generator with a seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
