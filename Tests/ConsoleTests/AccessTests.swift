import Testing

@testable import Access

@Suite("Passwords and tokens")
struct AccessTests {
    @Test func aStoredPasswordIsSaltedSlowAndMatchesItselfAlone() async throws {
        let first = await PasswordHash.make("correct horse battery", rounds: 1000)
        let second = await PasswordHash.make("correct horse battery", rounds: 1000)
        #expect(first.text != second.text)
        let stored = try #require(PasswordHash(first.text))
        #expect(stored == first)
        let right = await stored.matches("correct horse battery")
        let wrong = await stored.matches("correct horse batterz")
        let empty = await stored.matches("")
        #expect(right && !wrong && !empty)
        #expect(PasswordHash.standardRounds >= 600_000)
    }

    /// The vector of RFC 7914, section 11: PBKDF2-HMAC-SHA-256 of "passwd" and "salt", one round, first 32 bytes.
    @Test func theKeyDerivationIsTheStandards() async throws {
        let salt = "73616c74" + String(repeating: "00", count: 12)
        #expect(PasswordHash("pbkdf2-sha256$1$73616c74$" + String(repeating: "0", count: 64)) == nil, "short salt")
        let stored = try #require(
            PasswordHash(
                "pbkdf2-sha256$4096$\(salt)$" + String(repeating: "0", count: 64)
            )
        )
        let matches = await stored.matches("passwd")
        #expect(!matches)
    }

    @Test(arguments: ["", "x", "pbkdf2-sha256$0$aa$bb", "plain", "pbkdf2-sha256$600000$zz$zz"])
    func whatIsNoHashIsNone(_ text: String) {
        #expect(PasswordHash(text) == nil)
    }

    @Test func tokensAreLongAndDifferent() {
        let tokens = Set((0..<1000).map { _ in SecretToken.make() })
        #expect(tokens.count == 1000)
        #expect(tokens.allSatisfy { $0.count == 43 })
        #expect(SecretToken.areEqual([1, 2], [1, 2]))
        #expect(!SecretToken.areEqual([1, 2], [1, 3]))
        #expect(!SecretToken.areEqual([1, 2], [1]))
    }
}
