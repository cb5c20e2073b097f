import Pipeline

/// What the pages load beside themselves. The name holds the content's hash, so that a browser may keep it for ever.
public struct Asset: Sendable {
    public let path: String
    public let type: String
    public let bytes: [UInt8]

    /// - Parameters:
    ///   - name: begins the file's name; the hash of the content follows.
    ///   - suffix: ends it, such as `css`.
    public init(_ name: String, _ suffix: String, type: String, _ text: String) {
        bytes = Array(text.utf8)
        path = "/assets/\(name).\(SHA256.hash(bytes).hex.prefix(16)).\(suffix)"
        self.type = type
    }

    static let style = Asset("page", "css", type: "text/css; charset=utf-8", StyleSheet.text)
    static let script = Asset("page", "js", type: "text/javascript; charset=utf-8", LiveScript.text)
    public static let icon = Asset(
        "ball",
        "svg",
        type: "image/svg+xml",
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="14" fill="#d9601a"/>\
        <path d="M2 16h28M16 2v28M6 6q10 10 0 20M26 6q-10 10 0 20" fill="none" stroke="#1d1206" stroke-width="2"/></svg>
        """
    )

    /// All of them by path.
    public static let all: [String: Asset] = Dictionary(
        uniqueKeysWithValues: [style, script, icon].map { ($0.path, $0) }
    )
}
