import ArgumentParser
import Basketball
import Foundation
import Monitoring
import Pipeline
import Postgres

/// How old every public document is.
struct FreshnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freshness",
        abstract: "Says how old every public document is, and whether a change waits too long for it.",
        discussion: """
            The budget counts from the change, not from the last version: a document that nothing has changed is fresh however \
            old it is. DATA is the age of the newest capture or grading in it, FILE since readers see it, WAITS since a change \
            waits for it. Every kind of the registry has a row. Exit 1 when a document is over its budget, or when the slate of \
            the day is missing after its deadline.

            Example: tipoff freshness --json
            """
    )

    @OptionGroup var format: FormatOptions

    func run() async throws {
        let isProblem = try await Session.with([.database]) { session in
            let documents = try await DocumentFreshness.of(
                session.clock.now,
                due: session.configuration.predictionDeadline,
                session.pool
            )
            let databaseNow: Date = try await session.pool.query("SELECT now()").scalar()
            let report = FreshnessReport(documents: documents, databaseNow: databaseNow)
            if format.json {
                try session.output.json(report.json)
            } else {
                session.output.lines(report.lines)
            }
            return report.isProblem
        }
        if isProblem { throw CommandProblem.alreadyTold }
    }
}

/// Every kind of document, with what there is of it.
struct FreshnessReport: Sendable {
    /// Those over their budget first.
    var documents: [DocumentFreshness]
    /// What ``DocumentFreshness/nextDue`` is measured by.
    var databaseNow: Date

    var isProblem: Bool { documents.contains(where: \.isOver) }

    /// Kinds without any document: those made on request, and those that have never been published.
    private var others: [DocumentDefinition] {
        let shown = Set(documents.map(\.kind))
        return Registry.documents.filter { !shown.contains($0.kind) }
    }

    var lines: [String] {
        var table = TextTable([
            "DOCUMENT", "VERSION", "STATE", "DATA", "FILE", "WAITS", "BUDGET", "OWNER", "NEXT DUE", "VERDICT",
        ])
        for document in documents {
            table.add([
                "\(document.kind)/\(document.key)", document.version.map { "v\($0)" } ?? "-", document.state ?? "-",
                Self.age(document.dataAgeSeconds), Self.age(document.fileAgeSeconds), Self.age(document.waitsSeconds),
                Self.age(Double(document.budgetSeconds)), document.owner,
                document.nextDue.map { EasternTime.relative($0, to: databaseNow) } ?? "on a change", document.verdict,
            ])
        }
        for definition in others {
            table.add([
                definition.kind, "-", "-", "-", "-", "-",
                definition.owner == nil ? "-" : Self.age(Double(definition.freshness.components.seconds)),
                definition.owner ?? "on request", definition.owner == nil ? "-" : "on a change",
                definition.owner == nil ? "on request" : "never published",
            ])
        }
        let over = documents.filter(\.isOver)
        guard let worst = over.first else { return table.lines + ["every document is within its budget"] }
        return table.lines + [
            "\(over.count) of \(documents.count) documents are over their budget",
            "next: tipoff status \(worst.gameDate), then tipoff logs publishing -n 20",
        ]
    }

    /// `-`, or an age to one unit.
    private static func age(_ seconds: Double?) -> String {
        guard let seconds else { return "-" }
        if seconds < 120 { return "\(Int(seconds.rounded())) s" }
        if seconds < 7200 { return "\(Int((seconds / 60).rounded())) min" }
        if seconds < 172_800 { return "\(Int((seconds / 3600).rounded())) h" }
        return "\(Int((seconds / 86_400).rounded())) days"
    }

    var json: JSONValue {
        [
            "documents": .array(documents.map(Self.json)),
            "without_documents": .array(
                others.map {
                    [
                        "kind": .string($0.kind), "owner": $0.owner.map { .string($0) } ?? .null,
                        "verdict": .string($0.owner == nil ? "on request" : "never published"),
                    ]
                }
            ),
        ]
    }

    private static func json(_ document: DocumentFreshness) -> JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
        return [
            "kind": .string(document.kind), "key": .string(document.key),
            "game_date": .string(document.gameDate.description), "owner": .string(document.owner),
            "version": document.version.map { .int(Int64($0)) } ?? .null,
            "state": document.state.map { .string($0) } ?? .null, "data_age_seconds": number(document.dataAgeSeconds),
            "file_age_seconds": number(document.fileAgeSeconds), "waits_seconds": number(document.waitsSeconds),
            "budget_seconds": .int(Int64(document.budgetSeconds)), "verdict": .string(document.verdict),
            "is_over": .bool(document.isOver), "next_due": document.nextDue.map { .string(Instant.text($0)) } ?? .null,
        ]
    }
}
