package import Foundation
import HTTPFetch

/// Captured payloads beside the checkout, when they are there.
package enum ReferencePayload {
    /// `../shared/data` beside the package, or where `TIPOFF_TEST_DATA` says.
    package static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["TIPOFF_TEST_DATA"] { return URL(fileURLWithPath: path) }
        return URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "../shared/data").standardizedFileURL
    }()

    /// The bytes of a file, unpacked; nil, with a notice, when it is absent.
    package static func bytes(_ path: String) throws -> [UInt8]? {
        let file = root.appending(path: path)
        guard FileManager.default.fileExists(atPath: file.path) else {
            print("notice: skipped, no ../shared/data/\(path)")
            return nil
        }
        let bytes = [UInt8](try Data(contentsOf: file))
        return path.hasSuffix(".gz") ? try GzipBody.unpack(bytes, maximumBytes: 256 << 20) : bytes
    }
}
