import Pipeline

/// How the console is reached and how long a login lasts.
struct ConsoleSettings: Sendable {
    /// The address that people use, such as `https://console.example.org`; https makes the cookies secure ones.
    var address: String?
    var sessionLifetime: Duration = .seconds(12 * 3600)
    var streams = 64

    init() {}

    init(_ reader: inout ConfigurationReader) {
        address = reader.optionalURL(
            "TIPOFF_CONSOLE_URL",
            schemes: ["http", "https"],
            help: "where people reach the console; https makes its cookies secure ones"
        )
        sessionLifetime = reader.duration(
            "TIPOFF_CONSOLE_SESSION",
            default: .seconds(12 * 3600),
            range: .seconds(300)...(.seconds(30 * 86_400)),
            help: "how long a login to the console lasts"
        )
        streams = reader.int(
            "TIPOFF_CONSOLE_STREAMS",
            default: 64,
            range: 1...WebLimits().maximumStreams,
            help: "tabs that may follow the console at the same time"
        )
    }

    private var isSecure: Bool { address?.hasPrefix("https://") ?? false }

    /// The prefix ties a cookie to this host and to TLS (RFC 6265bis, section 4.1.3.2).
    var sessionCookie: String { isSecure ? "__Host-tipoff_session" : "tipoff_session" }
    var loginCookie: String { isSecure ? "__Host-tipoff_login" : "tipoff_login" }

    /// The value of a `Set-Cookie` header. A session comes along when somebody follows a link to a page, which changes
    /// nothing; what changes something needs a form's token.
    func cookie(_ name: String, _ value: String, seconds: Int) -> String {
        let site = name == sessionCookie ? "Lax" : "Strict"
        return "\(name)=\(value); Path=/; HttpOnly; SameSite=\(site); Max-Age=\(seconds)" + (isSecure ? "; Secure" : "")
    }
}
