import Foundation
import Testing

@testable import Documents

@Suite struct PDFTextTests {
    /// A page with two words on one line and one below.
    static let file: [UInt8] = {
        let content =
            "BT /F1 10 Tf 1 0 0 1 50 700 Tm (Hello) Tj ET BT /F1 10 Tf 1 0 0 1 200 700 Tm (there) Tj ET"
            + " BT /F1 10 Tf 1 0 0 1 50 600 Tm (below) Tj ET"
        let text = """
            %PDF-1.4
            1 0 obj
            << /Type /Catalog /Pages 2 0 R >>
            endobj
            2 0 obj
            << /Type /Pages /Kids [3 0 R] /Count 1 >>
            endobj
            3 0 obj
            << /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>
            endobj
            4 0 obj
            << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>
            endobj
            5 0 obj
            << /Length \(content.utf8.count) >>
            stream
            \(content)
            endstream
            endobj
            trailer << /Size 6 /Root 1 0 R >>
            %%EOF
            """
        return Array(text.utf8)
    }()

    @Test func wordsComeWithTheirPlaces() async throws {
        let pages = try await PDFText().pages(of: Self.file)
        #expect(pages.count == 1)
        let lines = try #require(pages.first).lines
        #expect(lines.map { $0.map(\.text) } == [["Hello", "there"], ["below"]])
        #expect(lines[0][0].left == 50 && lines[0][1].left == 200)
        #expect(abs(lines[1][0].middle - lines[0][0].middle - 100) < 0.01)
    }

    @Test(arguments: [
        ("", DocumentError.Code.wrongKind), ("<html>no</html>", .wrongKind), ("%PDF-1.4 and nothing", .unreadable),
    ])
    func whatIsNoPDFIsSaidToBeNone(text: String, code: DocumentError.Code) async {
        await Self.expect(code) { try await PDFText().pages(of: Array(text.utf8)) }
    }

    @Test func aMissingToolIsNoFaultOfTheFile() async {
        let text = PDFText(tool: "no-such-pdftotext")
        await Self.expect(.toolMissing) { try await text.pages(of: Self.file) }
    }

    @Test func limitsHold() async {
        var limits = PDFText.Limits()
        limits.outputBytes = 64
        let short = PDFText(limits: limits)
        await Self.expect(.tooLarge) { try await short.pages(of: Self.file) }
        limits = PDFText.Limits()
        limits.inputBytes = 64
        let small = PDFText(limits: limits)
        await Self.expect(.tooLarge) { try await small.pages(of: Self.file) }
        limits = PDFText.Limits()
        limits.memoryBytes = 1 << 20
        let poor = PDFText(limits: limits)
        let failure = await Self.failure { try await poor.pages(of: Self.file) }
        #expect(failure != nil)
    }

    private static func expect(_ code: DocumentError.Code, _ body: () async throws -> some Sendable) async {
        let failure = await failure(body)
        #expect(failure == code)
    }

    private static func failure(_ body: () async throws -> some Sendable) async -> DocumentError.Code? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? DocumentError)?.code
        }
    }
}

@Suite struct LimitedProcessTests {
    private static func process(_ arguments: String...) -> LimitedProcess {
        LimitedProcess(
            arguments: arguments,
            wallClock: .milliseconds(500),
            cpuSeconds: 1,
            memoryBytes: 256 << 20,
            outputBytes: 1 << 16
        )
    }

    @Test func itInheritsNothingButThePath() async throws {
        let environment = try await Self.process("env").run(input: [])
        let names = String(decoding: environment.bytes, as: UTF8.self).split(separator: "\n").map {
            $0.prefix { $0 != "=" }
        }
        #expect(names == ["PATH"])
        let files = try await Self.process("sh", "-c", "ls /proc/self/fd").run(input: [])
        // Three, and the folder that is being listed.
        #expect(String(decoding: files.bytes, as: UTF8.self).split(separator: "\n").count == 4)
    }

    @Test func itGetsItsInputAndGivesItBack() async throws {
        let bytes = (0..<60_000).map { UInt8($0 % 251) }
        let copy = try await Self.process("cat").run(input: bytes)
        #expect(copy.bytes == bytes && copy.status == 0)
    }

    @Test func oneThatHangsIsEnded() async {
        let started = ContinuousClock.now
        let code: DocumentError.Code?
        do throws(DocumentError) {
            _ = try await Self.process("sleep", "30").run(input: [])
            code = nil
        } catch { code = error.code }
        #expect(code == .tooLong)
        #expect(ContinuousClock.now - started < .seconds(10))
    }

    @Test func itCannotWriteFiles() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(UUID().uuidString)").path
        let output = try await Self.process("sh", "-c", "echo much > \(path)").run(input: [])
        #expect(output.status != 0)
        #expect(FileManager.default.contents(atPath: path)?.isEmpty != false)
        if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
    }
}
