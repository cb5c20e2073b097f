/// Unpacks gzip data that arrived without being declared, or that was stored packed.
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
}
