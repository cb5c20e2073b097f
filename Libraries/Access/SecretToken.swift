public import Pipeline

/// Random text that stands for a person or a program. Only its hash is ever stored.
public enum SecretToken {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

    /// 43 characters that hold 258 random bits.
    public static func make() -> String { random(43) }

    /// Twenty characters, 120 random bits: for a password that is printed once.
    public static func makePassword() -> String { random(20) }

    /// The hash under which a token is stored. A token is random and long: one round is enough.
    public static func digest(_ token: String) -> SHA256Digest { SHA256.hash(token) }

    /// What a form carries beside the cookie: only a page that this server has rendered for the session knows it.
    public static func formToken(of session: String) -> String { SHA256.hash("form:" + session).hex }

    /// Compares in a time that depends on the lengths alone.
    public static func areEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        guard first.count == second.count else { return false }
        var difference: UInt8 = 0
        for (one, two) in zip(first, second) { difference |= one ^ two }
        return difference == 0
    }

    static func randomBytes(_ count: Int) -> [UInt8] {
        // The system's generator is the kernel's.
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    private static func random(_ count: Int) -> String {
        String(randomBytes(count).map { alphabet[Int($0 & 63)] })
    }
}
