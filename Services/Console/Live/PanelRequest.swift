import Page
import Pipeline

/// A panel with the values of its parameters: what is asked once for all who look at it.
struct PanelRequest: Sendable, Hashable {
    var panel: String
    var values: ParameterValues

    /// Reads a panel's address, such as `/panel/letters?state=new`; nil for what is none.
    init?(address: String, in catalogue: PanelCatalogue) {
        let parts = address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].hasPrefix("/panel/"), let panel = catalogue[String(parts[0].dropFirst("/panel/".count))] else {
            return nil
        }
        let request = WebRequest(path: "/", query: parts.count > 1 ? String(parts[1]) : "")
        guard let pairs = request.parameters, let values = try? ParameterValues(panel.parameters, from: pairs) else {
            return nil
        }
        self.init(panel: panel.id, values: values)
    }

    init(panel: String, values: ParameterValues) {
        self.panel = panel
        self.values = values
    }
}

/// What one panel shows somebody, and the name of that state.
struct PanelMarkup: Sendable, Hashable {
    var html: HTML
    var digest: String

    init(_ html: HTML) {
        self.html = html
        digest = SHA256.hash(html.utf8).short
    }
}
