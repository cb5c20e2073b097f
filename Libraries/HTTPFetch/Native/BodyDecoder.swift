internal import CCompression

/// Removes gzip or brotli coding from a stream, piece by piece.
///
/// libcurl could do it, but 7.88 accepts a gzip stream that stops in the middle as a complete body.
final class BodyDecoder {
    private enum Stream {
        case gzip(UnsafeMutablePointer<z_stream>)
        case brotli(OpaquePointer)
    }

    private let stream: Stream
    private let url: String
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    /// Whether the input so far ends exactly at the end of a coded stream.
    private(set) var isComplete = false

    /// Makes a decoder for a coding named in Content-Encoding; nil when the coding isn't supported.
    init?(coding: String, url: String) {
        self.url = url
        switch coding {
        case "gzip", "x-gzip":
            let state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
            state.initialize(to: z_stream())
            guard tipoff_inflate_begin_gzip(state) == Z_OK else {
                state.deallocate()
                output.deallocate()
                return nil
            }
            stream = .gzip(state)
        case "br":
            guard let state = BrotliDecoderCreateInstance(nil, nil, nil) else {
                output.deallocate()
                return nil
            }
            stream = .brotli(state)
        default:
            output.deallocate()
            return nil
        }
    }

    deinit {
        switch stream {
        case .gzip(let state):
            inflateEnd(state)
            state.deallocate()
        case .brotli(let state):
            BrotliDecoderDestroyInstance(state)
        }
        output.deallocate()
    }

    /// Decodes what has arrived and hands over the output in pieces of at most 64 KiB.
    ///
    /// Throws `.badEncoding` when the stream is corrupt, and whatever `sink` throws.
    func decode(
        _ input: UnsafeRawBufferPointer,
        _ sink: (UnsafeRawBufferPointer) throws(HTTPError) -> Void
    ) throws(HTTPError) {
        switch stream {
        case .gzip(let state): try inflateAll(state, input, sink)
        case .brotli(let state): try brotliAll(state, input, sink)
        }
    }

    private func inflateAll(
        _ state: UnsafeMutablePointer<z_stream>,
        _ input: UnsafeRawBufferPointer,
        _ sink: (UnsafeRawBufferPointer) throws(HTTPError) -> Void
    ) throws(HTTPError) {
        state.pointee.next_in = UnsafeMutablePointer(
            mutating: input.bindMemory(to: UInt8.self).baseAddress
        )
        state.pointee.avail_in = UInt32(input.count)
        repeat {
            // More input after the end of a member: another member follows (RFC 1952 §2.2).
            if isComplete, state.pointee.avail_in > 0 {
                guard inflateReset(state) == Z_OK else { throw corrupt() }
                isComplete = false
            }
            state.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
            state.pointee.avail_out = UInt32(output.count)
            let outcome = inflate(state, Z_NO_FLUSH)
            // Z_BUF_ERROR says only that nothing more can be done without more input.
            guard outcome == Z_OK || outcome == Z_STREAM_END || outcome == Z_BUF_ERROR else { throw corrupt() }
            isComplete = outcome == Z_STREAM_END
            let produced = output.count - Int(state.pointee.avail_out)
            if produced > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<produced])) }
            if outcome == Z_BUF_ERROR, produced == 0 { return }
        } while state.pointee.avail_in > 0 || state.pointee.avail_out == 0
    }

    private func brotliAll(
        _ state: OpaquePointer,
        _ input: UnsafeRawBufferPointer,
        _ sink: (UnsafeRawBufferPointer) throws(HTTPError) -> Void
    ) throws(HTTPError) {
        guard !isComplete || input.isEmpty else { throw corrupt() }
        var next = input.bindMemory(to: UInt8.self).baseAddress
        var remaining = input.count
        while true {
            var nextOut = output.bindMemory(to: UInt8.self).baseAddress
            var room = output.count
            let outcome = BrotliDecoderDecompressStream(state, &remaining, &next, &room, &nextOut, nil)
            let produced = output.count - room
            if produced > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<produced])) }
            switch outcome {
            case BROTLI_DECODER_RESULT_SUCCESS:
                guard remaining == 0 else { throw corrupt() }
                isComplete = true
                return
            case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: continue
            case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT: return
            default: throw corrupt()
            }
        }
    }

    private func corrupt() -> HTTPError {
        HTTPError(.badEncoding, "the compressed body is corrupt", url: url)
    }
}
