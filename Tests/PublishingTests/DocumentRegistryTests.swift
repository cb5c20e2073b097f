import Foundation
import Pipeline
import Testing

@testable import Publishing

/// No document without an owner, a schema, a budget and a trigger.
@Suite struct DocumentRegistryTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test(arguments: Registry.documents)
    func everyKindHasAnOwnerASchemaABudgetAndATrigger(_ definition: DocumentDefinition) throws {
        let name = definition.schema.replacing(".schema.json", with: "")
        let schema = try JSONSchema.published(name).root
        #expect(schema["properties"]?["kind"]?["const"]?.stringValue == definition.kind)
        #expect(!definition.trigger.isEmpty && !definition.keys.isEmpty)
        guard let owner = definition.owner else {
            // What is put together for each reader is never old.
            #expect(definition.kind == StatusDocument.kind && definition.freshness == .zero)
            return
        }
        #expect(Registry.standard.processor(owner, in: .publishing)?.isEnabled == true)
        #expect(definition.freshness > .zero)
        if let other = definition.alsoPublishedBy {
            #expect(Registry.standard.processor(other, in: .publishing)?.isEnabled == true && other != owner)
        }
        if definition.isHaltable || definition.isPartOfSlate {
            // A halt, a withdrawal and the other half of a slate must not wait for a cache.
            #expect(definition.cacheClass == .revalidated)
        }
    }

    @Test func everyProcessorOfPhase6OwnsADocumentAndIsBuilt() throws {
        let owners = Set(Registry.documents.compactMap(\.owner))
        #expect(owners == Set(Registry.standard.enabled(in: .publishing).map(\.name)))
        #expect(owners == [TonightDocument.name, CalendarDocument.name, ResultsDocument.name])
        #expect(Set(Registry.documents.map(\.kind)).count == Registry.documents.count)
    }

    @Test func everySchemaBelongsToAKind() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "docs/schemas").path)
        #expect(Set(files) == Set(Registry.documents.map(\.schema)))
    }

    @Test func thePageOfDocumentsSaysWhatTheRegistrySays() throws {
        let page = try String(contentsOf: Self.root.appending(path: "docs/documents.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        let expected = Registry.documents.map { definition in
            let budget = definition.owner == nil ? "none" : "\(definition.freshness.components.seconds) s"
            let marks = [
                definition.isPartOfSlate ? "slate" : nil, definition.isHaltable ? "halts" : nil,
                definition.keepsWhatWasShown ? "keeps" : nil,
            ].compactMap { $0 }.joined(separator: ", ")
            let publishers = [definition.owner, definition.alsoPublishedBy].compactMap { $0 }.map { "`\($0)`" }
            let owner = publishers.isEmpty ? "on request" : publishers.joined(separator: ", ")
            return "| `\(definition.kind)` | \(definition.keys) | \(owner) | "
                + "[schema](schemas/\(definition.schema)) | \(definition.trigger) | \(budget) | "
                + "`\(definition.cacheClass.cacheControl)` | \(marks) |"
        }
        #expect(rows == expected)
    }
}
