import Testing

@Suite("A slate through the real executables", .serialized)
struct SlateTests {
    @Test("A full run goes from scraped files to published documents")
    func fullRun() async throws {
        let undisturbed = try await Undisturbed.shared
        #expect(undisturbed.predictions > 50)
        #expect(undisturbed.documents >= 2)
        #expect(undisturbed.deadLetters == [])
    }

    @Test("What the run wrote is what a full computation gives, by the services' own audit")
    func audited() async throws {
        for (code, output) in try await Undisturbed.shared.audits { #expect(code == 0, "\(output)") }
    }
}
