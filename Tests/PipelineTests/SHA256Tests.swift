import Foundation
import Testing

@testable import Pipeline

struct SHA256Tests {
    /// FIPS 180-4 and NIST CAVP examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func knownMessagesHaveTheirKnownDigests(message: String, hex: String) {
        #expect(SHA256.hash(message).hex == hex)
        #expect(SHA256.hash(Array(message.utf8)).hex == hex)
        #expect(SHA256.hash(message).short == hex.prefix(16))
        #expect(SHA256Digest(hex: hex.uppercased()) == SHA256.hash(message))
    }

    @Test
    func aMillionLettersHaveTheirKnownDigest() {
        let digest = SHA256.hash([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        #expect(digest.hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test(arguments: [1, 3, 55, 56, 63, 64, 65, 1000])
    func piecesGiveTheDigestOfTheWhole(size: Int) {
        let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var sha = SHA256()
        for start in stride(from: 0, to: message.count, by: size) {
            sha.update(message[start..<min(start + size, message.count)])
        }
        #expect(sha.finish() == SHA256.hash(message))
    }

    @Test
    func oneContextHashesMessageAfterMessage() {
        var sha = SHA256()
        for _ in 0..<3 {
            sha.update("a")
            sha.update([UInt8(ascii: "b")])
            sha.update(UInt8(ascii: "c"))
            #expect(sha.finish() == SHA256.hash("abc"))
            #expect(sha.finish() == SHA256.hash(""))
        }
        sha.update(UInt32(0x0403_0201))
        #expect(sha.finish() == SHA256.hash([1, 2, 3, 4]))
    }

    @Test
    func digestsTravelAsBytesHexAndJSON() throws {
        let digest = SHA256.hash("abc")
        #expect(SHA256Digest(bytes: digest.bytes) == digest)
        #expect(try JSONDecoder().decode([SHA256Digest].self, from: JSONEncoder().encode([digest])) == [digest])
        for wrong in ["", "ba78", String(digest.hex.dropLast()), digest.hex + "0", "g" + digest.hex.dropFirst()] {
            #expect(SHA256Digest(hex: wrong) == nil)
        }
        #expect(SHA256Digest(bytes: [1, 2]) == nil)
        let sorted = [SHA256.hash("a"), SHA256.hash("b"), SHA256.hash("c")].sorted()
        #expect(sorted.map(\.hex) == sorted.map(\.hex).sorted())
    }
}
