import Foundation
import HTTPFetch
import Testing

@testable import Pipeline

/// A directory of its own, removed with the value.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("objects-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Issue.record("the scratch directory stays: \(error)")
        }
    }

    /// Every file below, hidden ones included.
    func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
    }
}

func objectPath(_ text: String) throws -> ObjectPath { try ObjectPath(validating: text) }

struct ObjectPathTests {
    @Test(arguments: [
        "a", "nba/2024-01-15/boxscores.json", "a b/c", "İstanbul/Dončić.json", "選手/1", "a..b/c", "a:b/*?",
    ])
    func harmlessPathIsTaken(text: String) throws {
        #expect(try objectPath(text).string == text)
        let encoded = try JSONEncoder().encode([try objectPath(text)])
        #expect(try JSONDecoder().decode([ObjectPath].self, from: encoded).map(\.string) == [text])
    }

    @Test(arguments: [
        "", "/", "/etc/passwd", "a/", "a//b", ".", "..", "../a", "a/..", "a/../b", "a/./b", "./a", ".hidden",
        "a/.tmp-1",
        "a\\b", "..\\a", "a\0b", "a\nb", "a\u{7F}", "a\u{1B}[0m", "%2e%2e/a", "a/%2E%2E/b", "%252e%252e/a", "a%00",
        "a%2fb",
        "..%c0%af", "\u{2024}\u{2024}/a", "\u{FF0E}\u{FF0E}/a", "a\u{2215}b", "a\u{FF0F}b", "a\u{29F8}b", "a\u{202E}b",
        "a\u{200B}b", "a\u{FEFF}", "e\u{301}", "\u{212B}", " a", "a ", "a/ b", "a.", "a/b...", "a\u{85}b", "a\u{2028}b",
        String(repeating: "a", count: 201), String(repeating: "a/", count: 32) + "a",
        Array(repeating: String(repeating: "a", count: 200), count: 6).joined(separator: "/"),
    ])
    func pathThatCouldLeadElsewhereIsRefused(text: String) throws {
        let error = #expect(throws: ObjectStoreError.self) { try objectPath(text) }
        #expect(error?.code == .invalidPath)
        let shown = error.map(String.init(describing:)) ?? ""
        #expect(shown.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 }, "fit for a log line")
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([ObjectPath].self, from: JSONEncoder().encode([text]))
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct DirectoryObjectStoreTests {
    let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
    }

    private func store(_ checksums: DirectoryObjectStore.ChecksumPlace) throws -> DirectoryObjectStore {
        try DirectoryObjectStore(root: scratch.path + "/root", checksums: checksums)
    }

    @Test(arguments: [DirectoryObjectStore.ChecksumPlace.automatic, .hiddenFile], [0, 1, 300_000])
    func whatIsPutComesBack(checksums: DirectoryObjectStore.ChecksumPlace, count: Int) async throws {
        let store = try store(checksums)
        let path = try objectPath("nba/2024-01-15/a.json")
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(try await store.head(path) == nil)
        let before = Date(timeIntervalSinceNow: -5)
        let written = try await store.put(path, bytes: bytes)
        #expect(written.byteCount == count)
        #expect(written.sha256 == SHA256.hash(bytes).hex)
        #expect(written.modifiedAt > before)
        #expect(try await store.get(path, maximumBytes: count) == bytes)
        #expect(try await store.head(path) == written)
        #expect(try await store.list(prefix: "") == [written])
        // Other tools see a plain file under the same name, whatever the umask.
        let attributes = try FileManager.default.attributesOfItem(atPath: store.root + "/" + path.string)
        #expect(attributes[.posixPermissions] as? Int == 0o644)
        let replaced = try await store.put(path, bytes: [1, 2])
        #expect(try await store.get(path, maximumBytes: 2) == [1, 2])
        #expect(replaced.sha256 != written.sha256)
        try await store.delete(path)
        try await store.delete(path)
        try await store.delete(try objectPath("never/was"))
        #expect(try await store.head(path) == nil)
        #expect(try scratch.files() == ["root", "root/nba", "root/nba/2024-01-15"], "nothing is left behind")
    }

    @Test
    func absenceAndSizeAreTypedErrors() async throws {
        let store = try store(.automatic)
        let path = try objectPath("a/b")
        var error = await #expect(throws: ObjectStoreError.self) { try await store.get(path, maximumBytes: 10) }
        #expect(error?.code == .notFound)
        #expect(error?.isTransient == false)
        try await store.put(path, bytes: [1, 2, 3])
        error = await #expect(throws: ObjectStoreError.self) { try await store.get(path, maximumBytes: 2) }
        #expect(error?.code == .tooLarge)
        // A directory is no object, and an object is no directory.
        for wrong in ["a", "a/b/c"] {
            error = await #expect(throws: ObjectStoreError.self) {
                try await store.get(try objectPath(wrong), maximumBytes: 10)
            }
            #expect(error?.code == .invalidPath)
            error = await #expect(throws: ObjectStoreError.self) {
                try await store.put(try objectPath(wrong), bytes: [1])
            }
            #expect(error?.code == .invalidPath)
        }
    }

    @Test(arguments: [DirectoryObjectStore.ChecksumPlace.automatic, .hiddenFile])
    func changedBytesAreCorrupt(checksums: DirectoryObjectStore.ChecksumPlace) async throws {
        let store = try store(checksums)
        let path = try objectPath("a/b")
        try await store.put(path, bytes: Array("points".utf8))
        let handle = try #require(FileHandle(forUpdatingAtPath: store.root + "/a/b"))
        try handle.write(contentsOf: Data("P".utf8))
        try handle.close()
        let error = await #expect(throws: ObjectStoreError.self) { try await store.get(path, maximumBytes: 10) }
        #expect(error?.code == .corrupt)
        // A new write heals.
        try await store.put(path, bytes: Array("points".utf8))
        #expect(try await store.get(path, maximumBytes: 10) == Array("points".utf8))
    }

    @Test
    func fileLaidDownByHandIsServedWithItsOwnDigest() async throws {
        let store = try store(.automatic)
        try Data("by hand".utf8).write(to: URL(fileURLWithPath: store.root + "/hand.json"))
        let path = try objectPath("hand.json")
        #expect(try await store.get(path, maximumBytes: 10) == Array("by hand".utf8))
        #expect(try await store.head(path)?.sha256 == SHA256.hash("by hand").hex)
    }

    @Test
    func symbolicLinksAreNeverFollowed() async throws {
        let store = try store(.automatic)
        let outside = scratch.path + "/outside"
        try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: false)
        try Data("secret".utf8).write(to: URL(fileURLWithPath: outside + "/file"))
        let links = [("link", outside), ("file", outside + "/file"), ("up", "..")]
        for (name, target) in links {
            try FileManager.default.createSymbolicLink(atPath: store.root + "/" + name, withDestinationPath: target)
        }
        for text in ["link/file", "file", "up/outside/file"] {
            let path = try objectPath(text)
            let error = await #expect(throws: ObjectStoreError.self) { try await store.get(path, maximumBytes: 99) }
            #expect(error?.code == .invalidPath)
            await #expect(throws: ObjectStoreError.self) { try await store.head(path) }
        }
        await #expect(throws: ObjectStoreError.self) { try await store.put(try objectPath("link/new"), bytes: [1]) }
        await #expect(throws: ObjectStoreError.self) { try await store.delete(try objectPath("link/file")) }
        #expect(try await store.list(prefix: "").isEmpty)
        // Replacing a link replaces the link, not what it points to.
        try await store.put(try objectPath("file"), bytes: [1])
        #expect(try String(contentsOfFile: outside + "/file", encoding: .utf8) == "secret")
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == ["file"])
    }

    @Test
    func namedPipeNeitherBlocksNorCounts() async throws {
        let store = try store(.automatic)
        #expect(mkfifo(store.root + "/pipe", 0o644) == 0)
        let error = await #expect(throws: ObjectStoreError.self) {
            try await store.get(try objectPath("pipe"), maximumBytes: 1)
        }
        #expect(error?.code == .invalidPath)
        #expect(try await store.list(prefix: "").isEmpty)
    }

    @Test(arguments: [DirectoryObjectStore.ChecksumPlace.automatic, .hiddenFile])
    func readersSeeOldOrNewButNeverAMixture(checksums: DirectoryObjectStore.ChecksumPlace) async throws {
        let store = try store(checksums)
        let path = try objectPath("hot/object")
        @Sendable func version(_ number: Int) -> [UInt8] { [UInt8](repeating: UInt8(number), count: 5_000 + number) }
        try await store.put(path, bytes: version(0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<2 {
                group.addTask {
                    for number in 0..<60 { try await store.put(path, bytes: version(number * 2 + writer)) }
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    for _ in 0..<150 {
                        let bytes = try await store.get(path, maximumBytes: 10_000)
                        #expect(bytes == version(Int(bytes[0])))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(arguments: [DirectoryObjectStore.ChecksumPlace.automatic, .hiddenFile])
    func oneOfManyWritersWins(checksums: DirectoryObjectStore.ChecksumPlace) async throws {
        let store = try store(checksums)
        for round in 0..<10 {
            let path = try objectPath("race/\(round)")
            let winners = await withTaskGroup(of: Int?.self) { group in
                for writer in 0..<12 {
                    group.addTask {
                        do {
                            try await store.put(path, bytes: [UInt8(writer)], ifAbsent: true)
                            return writer
                        } catch let error as ObjectStoreError where error.code == .alreadyExists {
                            return nil
                        } catch {
                            Issue.record(error)
                            return nil
                        }
                    }
                }
                return await group.reduce(into: [Int]()) { if let winner = $1 { $0.append(winner) } }
            }
            #expect(winners.count == 1)
            #expect(try await store.get(path, maximumBytes: 9) == winners.map { UInt8($0) })
        }
        let hidden = try scratch.files().filter { $0.contains("/.") }
        #expect(hidden.count == (checksums == .hiddenFile ? 10 : 0), "losers leave nothing")
    }

    @Test
    func listingIsOrderedFilteredAndPaged() async throws {
        let store = try store(.automatic)
        // "a.b" < "a/…" < "a0": the order of full paths isn't the order of directory entries.
        let names = ["a.b", "a/1", "a/2/x", "a/2/y", "a/3", "a0", "ab/c", "b/é", "b/z"]
        for name in names.shuffled() { try await store.put(try objectPath(name), bytes: [1]) }
        try Data().write(to: URL(fileURLWithPath: store.root + "/a/.hidden"))
        try Data().write(to: URL(fileURLWithPath: store.root + "/bad%2ename"))
        func list(_ prefix: String, after: String? = nil, limit: Int = 100) async throws -> [String] {
            try await store.list(prefix: prefix, after: after, limit: limit).map(\.path.string)
        }
        let all = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(try await list("") == all)
        for prefix in ["a", "a/", "a/2", "a/2/", "b/", "zzz", "../", "a/2/x", "a/2/x/"] {
            #expect(try await list(prefix) == all.filter { $0.hasPrefix(prefix) }, "\(prefix)")
        }
        for after in all + ["a/", "a/2", "a/2/xx", "", "zzz"] {
            let rest = all.filter { after.utf8.lexicographicallyPrecedes($0.utf8) }
            #expect(try await list("", after: after) == rest, "\(after)")
            #expect(try await list("", after: after, limit: 2) == Array(rest.prefix(2)), "\(after)")
        }
        #expect(try await list("", limit: 0).isEmpty)
    }

    @Test
    func storeIsOpenedByItsURL() async throws {
        let path = try objectPath("x")
        for url in [scratch.path + "/one", "file://\(scratch.path)/one"] {
            let store = try makeObjectStore(url: url)
            try await store.put(path, bytes: [4])
            #expect(FileManager.default.fileExists(atPath: scratch.path + "/one/x"))
        }
        let remote = try makeObjectStore(
            url: "s3://bucket/some/prefix?endpoint=http://127.0.0.1:1&region=eu-west-1&style=host",
            credentials: S3Credentials(accessKeyID: "a", secretAccessKey: "b")
        )
        #expect((remote as? S3ObjectStore)?.location.keyPrefix == "some/prefix")
        for wrong in [
            "", "ftp://x/", "s3://bucket", "file://host/x", "file:relative://", "s3://bucket?unknown=1", "s3://B_D",
            "s3://bucket?endpoint=nonsense", "s3://bucket/../x", "s3://user:pw@bucket?x=1",
        ] {
            let error = #expect(throws: ObjectStoreError.self, "\(wrong)") {
                try makeObjectStore(
                    url: wrong,
                    credentials: wrong == "s3://bucket" ? nil : S3Credentials(accessKeyID: "a", secretAccessKey: "b")
                )
            }
            #expect(error?.code == .configuration || error?.code == .invalidPath)
        }
        // A root below a plain file can't be made.
        #expect(throws: ObjectStoreError.self) { try makeObjectStore(url: scratch.path + "/one/x/root") }
    }
}
