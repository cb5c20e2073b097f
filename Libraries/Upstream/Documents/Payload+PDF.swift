public import Documents
import Pipeline

extension Payload {
    /// Reading takes a process with memory of its own: two at a time.
    private static let readers = AsyncGate(limit: 2)

    private static func read(_ body: [UInt8]) async throws(DocumentError) -> [PDFPage] {
        await readers.enter()
        do throws(DocumentError) {
            let pages = try await PDFText().pages(of: body)
            await readers.leave()
            return pages
        } catch {
            await readers.leave()
            throw error
        }
    }

    /// The pages of a PDF body. Throws ``PayloadError`` for anything else, and ``TaskError`` when the reader itself does
    /// not work, which says nothing about the payload.
    public static func pdf(_ body: [UInt8]) async throws -> [PDFPage] {
        do {
            return try await read(body)
        } catch {
            switch error.code {
            case .wrongKind:
                let first = body.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
                guard let first else { throw PayloadError(.empty, "\(body.count) bytes, all of them blank") }
                let isPage = first == UInt8(ascii: "<")
                throw PayloadError(
                    isPage ? .blocked : .undecodable,
                    isPage ? "an HTML page instead of a PDF" : error.detail
                )
            case .unreadable, .tooLarge: throw PayloadError(.undecodable, error.detail)
            // A busy machine may be slow where an idle one is not; the cap on attempts ends it.
            case .tooLong: throw TaskError(.transient, type: "pdf_too_long", error.detail)
            case .toolMissing: throw TaskError(.permanent, type: "tool_missing", error.detail)
            case .toolFailed: throw TaskError(.transient, type: "tool_failed", error.detail)
            }
        }
    }
}
