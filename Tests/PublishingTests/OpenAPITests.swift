import Foundation
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import Publishing

@Suite("The description of the API")
struct OpenAPITests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let isWriting = ProcessInfo.processInfo.environment["TIPOFF_WRITE_DOCS"] != nil
    private static let rewrite = "TIPOFF_WRITE_DOCS=1 swift test --filter OpenAPITests, twice when a schema has changed"

    @Test func theSchemasOfTheDocumentsTravelWithTheService() throws {
        let generated = """
            // Made from docs/schemas by OpenAPITests with TIPOFF_WRITE_DOCS=1.
            // swift-format-ignore-file

            /// The JSON Schemas of the documents by kind, as `docs/schemas` has them: an executable carries them along.
            enum DocumentSchemas {
                static let texts: [String: String] = [

            """
        let lines = try Registry.documents.map(\.kind).sorted().map { kind in
            let file = Self.root.appending(path: "docs/schemas/\(kind).schema.json")
            let text = try JSONValue(parsing: Array(Data(contentsOf: file))).text()
            #expect(!text.contains("\"##"))
            return "        \"\(kind)\": ##\"\(text)\"##,\n"
        }
        let expected = generated + lines.joined() + "    ]\n}\n"
        let file = Self.root.appending(path: "Services/Publishing/API/DocumentSchemas.swift")
        if Self.isWriting { try Data(expected.utf8).write(to: file) }
        let isCurrent = try String(contentsOf: file, encoding: .utf8) == expected
        #expect(isCurrent, "\(Self.rewrite)")
        #expect(Set(DocumentSchemas.texts.keys) == Set(Registry.documents.map(\.kind)))
    }

    @Test func thePageInDocsIsWhatIsServed() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let served = try await harness.site().json(OpenAPIDocument.path)
            let expected = try served.text(.indented) + "\n"
            let file = Self.root.appending(path: "docs/openapi.json")
            if Self.isWriting { try Data(expected.utf8).write(to: file) }
            let isCurrent = try String(contentsOf: file, encoding: .utf8) == expected
            #expect(isCurrent, "\(Self.rewrite)")
        }
    }

    @Test func everyPathIsDescribedWithItsParametersAndAnswers() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let api = PublicAPI.standard(DocumentReader(pool: harness.readers), changes: ChangeStream())
            let described = try await harness.site().json(OpenAPIDocument.path)
            let paths = try #require(described["paths"]?.objectValue)
            #expect(paths.keys == api.operations.map(\.path))
            #expect(Set(api.operations.map(\.id)).count == api.operations.count)
            for operation in api.operations {
                let item = try #require(paths[operation.path]?["get"])
                let names = item["parameters"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
                #expect(names == operation.parameters.map(\.name))
                let inPath = operation.path.split(separator: "/").filter { $0.first == "{" }.map {
                    $0.dropFirst().dropLast()
                }
                let declared = operation.parameters.filter { $0.place == .path }
                #expect(declared.map { Substring($0.name) } == inPath)
                #expect(declared.allSatisfy { $0.isRequired })
            }
            // The service has no other way into /v1.
            let routes = harness.site().routes.filter { $0.path.hasPrefix("/v1") }
            #expect(routes.map(\.path) == ["/v1/"])
        }
    }

    @Test func everyReferenceLeadsSomewhere() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let described = try await harness.site().json(OpenAPIDocument.path)
            var references: Set<String> = []
            func collect(_ value: JSONValue) {
                for (key, member) in value.objectValue ?? [:] {
                    if key == "$ref", let target = member.stringValue { references.insert(target) }
                    if key == "mapping" {
                        references.formUnion((member.objectValue?.values ?? []).compactMap(\.stringValue))
                    }
                    collect(member)
                }
                for member in value.arrayValue ?? [] { collect(member) }
            }
            collect(described)
            #expect(references.count > 15)
            for reference in references {
                var place: JSONValue? = described
                for part in reference.dropFirst(2).split(separator: "/") { place = place?[String(part)] }
                #expect(place != nil, "\(reference)")
            }
        }
    }

    @Test func aParameterIsAcceptedAsItsSchemaSays() throws {
        for (form, good, bad) in [
            (
                APIForm.key, ["2024-01-15", "all-players", "a.b_c", String(repeating: "a", count: 64)],
                [
                    "", ".", "..", ".a", "a/b", "ä", "a b", String(repeating: "a", count: 65),
                ]
            ),
            (
                APIForm.topics, ["slate:current", "slate:2024-01-15,slate:current"],
                ["", "slate:", "x", "slate:current,", "slate:foo", "slate:2024-1-5"]
            ),
            (APIForm.slate, ["current", "2024-01-15"], ["", "2024-1-5", "latest", "2024-01-15 "]),
        ] {
            let pattern = try #require(form.schema["pattern"]?.stringValue)
            for text in good {
                #expect(form.accepts(text) && text.range(of: pattern, options: .regularExpression) != nil, "\(text)")
            }
            for text in bad {
                #expect(!form.accepts(text) && text.range(of: pattern, options: .regularExpression) == nil, "\(text)")
            }
        }
    }
}
