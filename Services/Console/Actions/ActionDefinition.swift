import Pipeline

/// Something that an operator can do from the page: a command that writes down who did it and why.
struct ActionDefinition: Sendable {
    /// In addresses.
    var id: String
    var title: String
    /// What it does and what it does not, before somebody does it.
    var effect: String
    var path: [String]
    var parameters: [Parameter] = []
    /// The one parameter that may be given several times: then the command runs once for each value.
    var repeated: String?
    /// What has to be typed before something is done that no other command undoes.
    var confirmation: String?
    /// Shows what it is about, for a command that has no preview of its own.
    var subject: @Sendable (ParameterValues) -> [String]? = { _ in nil }
    /// Whether what it opens or acts on is a run; otherwise what follows is found under a correlation id.
    var followsRun = true

    /// More values than these are not one action: the answer has to come within one request.
    static let mostRepeated = DeadLetterPanel.mostAtOnce

    /// The command's arguments without its reason.
    ///
    /// - Parameter value: of the repeated parameter.
    func arguments(_ values: ParameterValues, value: String? = nil, further: [String]) -> [String] {
        var all = values
        if let repeated, let value { all.set(repeated, value) }
        return Panel.arguments(path, parameters, all, further: further)
    }

    /// The id under which what follows can be seen.
    func follows(_ document: JSONValue?, _ values: ParameterValues) -> String? {
        for key in followsRun ? ["opened_run_id", "run_id", "correlation_id"] : ["correlation_id", "message_id"] {
            // A command about several things lists what it has sent.
            if let id = document?[key]?.stringValue ?? document?["messages"]?[0]?[key]?.stringValue { return id }
        }
        return values["run"]
    }
}
