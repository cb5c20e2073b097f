import ArgumentParser
import Pipeline

/// Why something is done, and whether it is done or only shown.
struct ActionOptions: ParsableArguments {
    @OptionGroup var why: ReasonOption

    @Flag(name: .long, help: "Do it; without this what would happen is shown.")
    var yes = false

    @OptionGroup var format: FormatOptions

    var reason: String { why.reason }

    /// The last line of a preview.
    static let previewEnd = "nothing was changed; --yes does it"
}

extension Session {
    /// Where the operations page shows what happened under an id; nil where no page is known.
    func page(of id: String) -> String? {
        guard let console = Invocation.current.environment["TIPOFF_CONSOLE_URL"], !console.isEmpty else { return nil }
        return (console.hasSuffix("/") ? String(console.dropLast()) : console) + "/trace/" + id
    }

    /// Says under which id to look for what was started, and where.
    func tellTrace(_ correlationID: String) {
        output.line("correlation id \(SafeText.escaped(correlationID))")
        if let page = page(of: correlationID) { output.line("page: \(page)") }
        output.line("next: tipoff trace \(SafeText.escaped(correlationID))")
    }
}
