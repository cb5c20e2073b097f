import Foundation

/// The file through which other processes learn the broker's address.
enum AddressFile {
    /// Appears complete or not at all: written beside its place and renamed.
    static func write(_ address: String, to path: String) throws {
        try Data((address + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    /// Removes the file unless another broker has replaced it meanwhile.
    static func remove(_ path: String, ifContains address: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        let content = try String(contentsOfFile: path, encoding: .utf8)
        guard content.trimmingCharacters(in: .whitespacesAndNewlines) == address else { return }
        try FileManager.default.removeItem(atPath: path)
    }
}
