internal import CCompression

/// Packs and unpacks whole gzip bodies: what arrived without being declared, what was stored packed, what is sent packed.
public enum GzipBody {
    /// The unpacked bytes. Throws `.badEncoding` for a corrupt stream, `.truncated` for one that ends too early and
    /// `.tooLarge` beyond the limit.
    public static func unpack(_ bytes: [UInt8], maximumBytes: Int) throws(HTTPError) -> [UInt8] {
        guard let decoder = BodyDecoder(coding: "gzip", url: "") else {
            throw HTTPError(.local, "no memory to unpack", url: "")
        }
        var result: [UInt8] = []
        var failure: HTTPError?
        bytes.withUnsafeBytes { input in
            do throws(HTTPError) {
                try decoder.decode(input) { (piece) throws(HTTPError) in
                    guard result.count + piece.count <= maximumBytes else {
                        throw HTTPError(.tooLarge, "unpacks to more than \(maximumBytes) bytes", url: "")
                    }
                    result.append(contentsOf: piece)
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard decoder.isComplete else { throw HTTPError(.truncated, "the gzip stream ends too early", url: "") }
        return result
    }

    /// The bytes as one gzip member without name and time: equal input is equal output. Throws `.local` when there is no
    /// memory.
    ///
    /// - Parameter level: zlib's, from 1 (fast) to 9 (small).
    public static func pack(_ bytes: [UInt8], level: Int32 = 6) throws(HTTPError) -> [UInt8] {
        var stream = z_stream()
        guard tipoff_deflate_begin_gzip(&stream, level) == Z_OK else {
            throw HTTPError(.local, "no memory to pack", url: "")
        }
        defer { deflateEnd(&stream) }
        // Room for everything, so that one call is enough.
        var packed = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let outcome = bytes.withUnsafeBufferPointer { input in
            packed.withUnsafeMutableBufferPointer { output in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                return deflate(&stream, Z_FINISH)
            }
        }
        guard outcome == Z_STREAM_END else { throw HTTPError(.local, "packing ended with \(outcome)", url: "") }
        packed.removeLast(packed.count - Int(stream.total_out))
        return packed
    }
}
