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
}
