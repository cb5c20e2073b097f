internal import COpenSSL
import Dispatch
import Pipeline

/// A password as it is stored: PBKDF2 with HMAC-SHA256 (RFC 8018), a random salt and enough rounds that guessing is slow.
///
/// As text: `pbkdf2-sha256$600000$<salt>$<hash>`, both in hexadecimal.
public struct PasswordHash: Sendable, Hashable {
    /// The least that OWASP's password storage cheat sheet asks for with SHA-256.
    public static let standardRounds = 600_000
    public static let shortestPassword = 12
    static let longestPassword = 256

    var rounds: Int
    var salt: [UInt8]
    var hash: [UInt8]

    /// Reads the stored form; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "pbkdf2-sha256", let rounds = Int(parts[1]),
            (1...10_000_000).contains(rounds), let salt = Self.bytes(parts[2]), salt.count >= 16,
            let hash = Self.bytes(parts[3]), hash.count == 32
        else { return nil }
        self.rounds = rounds
        self.salt = salt
        self.hash = hash
    }

    private init(rounds: Int, salt: [UInt8], hash: [UInt8]) {
        self.rounds = rounds
        self.salt = salt
        self.hash = hash
    }

    /// What is stored.
    public var text: String { "pbkdf2-sha256$\(rounds)$\(Self.hex(salt))$\(Self.hex(hash))" }

    /// Hashes a password with a salt of its own. Takes some tenths of a second of one core, off the shared threads.
    public static func make(_ password: String, rounds: Int = standardRounds) async -> PasswordHash {
        let salt = SecretToken.randomBytes(16)
        return PasswordHash(rounds: rounds, salt: salt, hash: await derive(password, salt: salt, rounds: rounds))
    }

    /// Whether a password is the one that was hashed; as slow as hashing, and as slow for a wrong one.
    public func matches(_ password: String) async -> Bool {
        guard password.utf8.count <= Self.longestPassword else { return false }
        return SecretToken.areEqual(await Self.derive(password, salt: salt, rounds: rounds), hash)
    }

    /// What is checked when nobody has the name, so that the answer takes as long as for a name that somebody has.
    public static let nobodys = PasswordHash(
        rounds: standardRounds,
        salt: SecretToken.randomBytes(16),
        hash: SecretToken.randomBytes(32)
    )

    /// One at a time: many logins at once must not take every core from the rest.
    private static let queue = DispatchQueue(label: "password-hash")

    private static func derive(_ password: String, salt: [UInt8], rounds: Int) async -> [UInt8] {
        await withCheckedContinuation { continuation in
            queue.async {
                var hash = [UInt8](repeating: 0, count: 32)
                let bytes = password.utf8.map { CChar(bitPattern: $0) }
                let outcome = PKCS5_PBKDF2_HMAC(
                    bytes,
                    Int32(bytes.count),
                    salt,
                    Int32(salt.count),
                    Int32(rounds),
                    EVP_sha256(),
                    Int32(hash.count),
                    &hash
                )
                precondition(outcome == 1, "PBKDF2 is not available")
                continuation.resume(returning: hash)
            }
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func bytes(_ text: Substring) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var found: [UInt8] = []
        var rest = text
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            found.append(byte)
            rest = rest.dropFirst(2)
        }
        return found
    }
}
