import Foundation
import HTTPFetch

/// The real data beside the checkout, when it is there.
enum ReferenceData {
    /// `../shared/data` beside the package, or where `TIPOFF_TEST_DATA` says.
    static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["TIPOFF_TEST_DATA"] { return URL(fileURLWithPath: path) }
        return URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "../shared/data").standardizedFileURL
    }()

    /// Unquoted CSV rows of a (gzipped) file; nil, with a notice, when the folder is absent.
    static func rows(_ path: String) throws -> [[String]]? {
        let file = root.appending(path: path)
        guard FileManager.default.fileExists(atPath: file.path) else {
            print("notice: skipped, no ../shared/data/\(path)")
            return nil
        }
        var bytes = [UInt8](try Data(contentsOf: file))
        if path.hasSuffix(".gz") { bytes = try GzipBody.unpack(bytes, maximumBytes: 256 << 20) }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
