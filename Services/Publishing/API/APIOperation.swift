import Pipeline

/// One path of the API: what it takes, what it answers, and who answers. The router and the OpenAPI document read the same
/// declaration, so that neither knows a path, a parameter or an answer that the other does not.
struct APIOperation: Sendable {
    typealias Handler = @Sendable (APICall) async throws -> WebResponse

    /// What a good answer is.
    enum Content: Sendable {
        /// JSON as one of the schemas of `APISchemas`, by name.
        case json(String)
        /// A document of any of the kinds.
        case document([String])
        /// JSON that describes itself.
        case description
        case events
    }

    /// As in `/v1/documents/{kind}/{key}`.
    var path: String
    /// Its name in generated clients.
    var id: String
    var summary: String
    var explanation: String
    var parameters: [APIParameter] = []
    var content: Content
    /// Headers of a good answer beside those of every one.
    var headers: [APIHeader] = []
    /// Whether there may be nothing under a name that is well-formed.
    var canBeMissing = false
    /// Whether the answer has an ETag, so that a repeated question costs a 304.
    var isRevalidated = true
    var handler: Handler

    /// The values of the path's parameters; nil when the path is another one.
    func match(_ segments: [Substring]) -> [String: String]? {
        let template = path.split(separator: "/")
        guard template.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (part, segment) in zip(template, segments) {
            if part.first == "{" {
                values[String(part.dropFirst().dropLast())] = String(segment)
            } else if part != segment {
                return nil
            }
        }
        return values
    }
}

/// A header of an answer, for the OpenAPI document.
struct APIHeader: Sendable {
    var name: String
    var meaning: String

    static let version = APIHeader(name: "X-Document-Version", meaning: "The version of the document; counts up.")
    static let status = APIHeader(
        name: "X-Document-Status",
        meaning: "What the document says of itself: good, degraded, late, empty or halted."
    )
}

/// A request whose parameters are as the operation declares them.
struct APICall: Sendable {
    var request: WebRequest
    fileprivate(set) var values: [String: String]

    /// The value of a parameter; nil when it was not given.
    func text(_ name: String) -> String? { values[name] }

    /// The value of a parameter that is required, or part of the path.
    func required(_ name: String) throws -> String {
        guard let value = values[name] else { throw APIUndeclared(parameter: name) }
        return value
    }

    func integer(_ name: String, default fallback: Int) -> Int { values[name].flatMap { Int($0) } ?? fallback }
}

/// An operation asked for a parameter that it has not declared.
struct APIUndeclared: Error, CustomStringConvertible {
    var parameter: String
    var description: String { "the parameter \(parameter) is not declared as required" }
}

extension APIOperation {
    /// The request as the operation declares it, or the answer that says what is wrong with it.
    func call(_ request: WebRequest, _ captured: [String: String]) -> Result<APICall, Refusal> {
        for parameter in parameters where parameter.place == .path {
            guard let value = captured[parameter.name], parameter.form.accepts(value) else {
                return .failure(Refusal(404, "\(parameter.name) is expected to be \(parameter.form.expected)"))
            }
        }
        var values = captured
        guard let given = request.parameters else {
            return .failure(Refusal(400, "the query is not percent-encoded UTF-8"))
        }
        let known = parameters.filter { $0.place == .query }
        for (name, value) in given {
            guard let parameter = known.first(where: { $0.name == name }) else {
                let names = known.map(\.name).joined(separator: ", ")
                let taken = names.isEmpty ? "this path takes none" : "this path takes \(names)"
                return .failure(Refusal(400, "there is no parameter \(Self.quoted(name)): \(taken)"))
            }
            guard values.updateValue(value, forKey: name) == nil else {
                return .failure(Refusal(400, "\(name) stands in the query twice: give it once"))
            }
            guard parameter.form.accepts(value) else {
                return .failure(Refusal(400, "\(name) is expected to be \(parameter.form.expected)"))
            }
        }
        for parameter in parameters where parameter.place == .header {
            guard let value = request.headers[parameter.name.lowercased()], !value.isEmpty else { continue }
            guard parameter.form.accepts(value) else {
                return .failure(Refusal(400, "\(parameter.name) is expected to be \(parameter.form.expected)"))
            }
            values[parameter.name] = value
        }
        for parameter in parameters where parameter.isRequired && values[parameter.name] == nil {
            return .failure(
                Refusal(400, "\(parameter.name) is missing: expected \(parameter.form.expected)")
            )
        }
        return .success(APICall(request: request, values: values))
    }

    struct Refusal: Error {
        var status: Int
        var reason: String

        init(_ status: Int, _ reason: String) {
            self.status = status
            self.reason = reason
        }
    }

    /// A stranger's text, short enough to be repeated.
    private static func quoted(_ text: String) -> String { "'\(text.prefix(40))'" }
}
