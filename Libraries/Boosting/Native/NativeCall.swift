import CXGBoost

/// - Throws: ``BoostingError`` `library` with XGBoost's message, which it keeps for the calling thread, when a call's status
///   is not 0.
func check(_ status: CInt) throws(BoostingError) {
    guard status != 0 else { return }
    throw BoostingError(.library, XGBGetLastError().map { String(cString: $0) } ?? "no message")
}

/// A handle that a successful call has filled in.
func unwrap(_ handle: UnsafeMutableRawPointer?) throws(BoostingError) -> UnsafeMutableRawPointer {
    guard let handle else { throw BoostingError(.library, "no handle") }
    return handle
}

/// Calls with C strings that live as long as the call.
func withCStrings<Result>(
    _ texts: [String],
    _ body: (UnsafeMutableBufferPointer<UnsafePointer<CChar>?>) throws(BoostingError) -> Result
) throws(BoostingError) -> Result {
    let bytes = texts.flatMap { $0.utf8CString }
    var starts: [Int] = []
    var start = 0
    for text in texts {
        starts.append(start)
        start += text.utf8.count + 1
    }
    return try bytes.withUnsafeBufferPointer { (bytes) throws(BoostingError) -> Result in
        var pointers = starts.map { start in bytes.baseAddress.map { $0 + start } }
        return try pointers.withUnsafeMutableBufferPointer { (pointers) throws(BoostingError) -> Result in
            try body(pointers)
        }
    }
}
