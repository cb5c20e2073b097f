import Page

/// What the console's pages load: all of it from here, named by its content.
enum ConsoleAssets {
    static let base = Asset("base", "css", type: "text/css; charset=utf-8", StyleSheet.text)
    static let style = Asset("console", "css", type: "text/css; charset=utf-8", ConsoleStyle.text)
    static let script = Asset("console", "js", type: "text/javascript; charset=utf-8", ConsoleScript.text)

    static let all: [String: Asset] = Dictionary(
        uniqueKeysWithValues: [base, style, script, Asset.icon].map { ($0.path, $0) }
    )
}
