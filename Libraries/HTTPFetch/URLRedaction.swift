/// Removes what must not be logged from URLs.
public enum URLRedaction {
    /// The URL without user information and fragment, and with the values of secret query parameters replaced.
    public static func redact(_ url: String) -> String {
        var text = Substring(url)
        if let hash = text.firstIndex(of: "#") { text = text[..<hash] }
        var query: Substring?
        if let mark = text.firstIndex(of: "?") {
            query = text[text.index(after: mark)...]
            text = text[..<mark]
        }
        var result = visible(withoutUser(text))
        if let query {
            result +=
                "?"
                + query.split(separator: "&", omittingEmptySubsequences: false).map(redactedPair).joined(separator: "&")
        }
        return result
    }

    /// Whether a query parameter or header of this name carries a secret, judged by the name's words.
    public static func isSecretName(_ name: some StringProtocol) -> Bool {
        let folded = name.lowercased().filter { $0.isLetter || $0.isNumber }
        return words.contains { folded.contains($0) } || folded == "sig" || folded == "pwd"
    }

    private static let words = [
        "key", "token", "secret", "signature", "password", "passwd", "auth", "credential", "session", "cookie",
    ]

    private static func redactedPair(_ pair: Substring) -> String {
        guard let equals = pair.firstIndex(of: "=") else { return visible(pair) }
        let name = pair[..<equals]
        // A percent-encoded name could hide a secret's name; names are plain words in every API that matters here.
        return isSecretName(name) || name.contains("%") ? "\(visible(name))=***" : visible(pair)
    }

    private static func withoutUser(_ text: Substring) -> Substring {
        guard let slashes = text.firstRange(of: "//") else { return text }
        let rest = text[slashes.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "\\" }
        guard let at = authority.lastIndex(of: "@") else { return text }
        return text[..<slashes.upperBound] + rest[rest.index(after: at)...]
    }

    /// Control characters could forge log lines; they have no place in a URL.
    private static func visible(_ text: Substring) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
    }
}
