import Access
import Foundation
import Logging
import Page
import Pipeline
import Postgres

/// Every address of the console.
struct ConsoleRoutes: Sendable {
    let door: ConsoleDoor
    let panels: PanelCatalogue
    let actions: ActionCatalogue
    let board: LiveBoard
    let desk: ActionDesk
    let metrics: MetricsRegistry

    /// The pages of which at least one panel exists.
    var pages: [ConsolePage] {
        ConsolePage.all.compactMap { page in
            var page = page
            page.panels.removeAll { panels[$0] == nil }
            return page.panels.isEmpty ? nil : page
        }
    }

    /// In the order in which they are looked at: the last one answers what no other does.
    var all: [WebRoute] {
        var routes = [door.open("GET", "/assets/*") { request in Self.asset(request) }]
        routes += door.loginRoutes
        for page in pages {
            routes.append(door.guarded("GET", page.path) { request, visitor in try await show(page, request, visitor) })
        }
        // Links in messages and in the command line's answers name ids in the path.
        for name in ["trace", "run"] {
            routes.append(
                door.guarded("GET", "/\(name)/*") { request, _ in
                    let id = request.path.dropFirst(name.count + 2)
                    return ConsoleDoor.redirect(to: "/\(name)?id=\(AddressText.encoded(String(id)))")
                }
            )
        }
        routes += [
            door.guarded("GET", "/panel/*") { request, visitor in await panel(request, visitor) },
            door.guarded("GET", "/api/*") { request, _ in await document(request) },
            door.guarded("GET", "/live") { request, visitor in await live(request, visitor) },
            door.guarded("GET", "/metrics") { _, _ in .text(metrics.render(), type: PrometheusText.contentType) },
            door.guarded("GET", "/act", actsOnly: true) { request, visitor in
                page("Act", "/act", request, visitor, ActionPages.list(actions.actions))
            },
            door.guarded("GET", "/act/*", actsOnly: true) { request, visitor in
                try await form(request, visitor, request.parameters ?? [])
            },
            door.guarded("POST", "/act/*", actsOnly: true) { request, visitor in try await act(request, visitor) },
            door.guarded("GET", "/done") { request, visitor in try await done(request, visitor) },
            door.guarded(WebRoute.anyMethod, "/*") { request, visitor in
                page(
                    "Not found",
                    "",
                    request,
                    visitor,
                    [.element("h1", [], .text("Not found")), .element("p", [], .text("There is no such page."))],
                    status: 404
                )
            },
        ]
        return routes
    }

    // MARK: Pages and panels

    private func show(_ page: ConsolePage, _ request: WebRequest, _ visitor: ConsoleVisitor) async throws -> WebResponse
    {
        let pairs = request.parameters ?? []
        let viewing = viewing(request, visitor)
        let sections = await withTaskGroup(of: (Int, HTML).self) { group in
            for (index, id) in page.panels.enumerated() {
                guard let panel = panels[id] else { continue }
                group.addTask { (index, await section(panel, pairs, viewing)) }
            }
            var found: [(Int, HTML)] = []
            for await section in group { found.append(section) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
        return self.page(
            page.name,
            page.path,
            request,
            visitor,
            [.element("h1", [], .text(page.name)), filters(page, pairs), .joined(sections)]
        )
    }

    /// A panel with its heading and its twin.
    private func section(_ panel: Panel, _ pairs: [(name: String, value: String)], _ viewing: Viewing) async -> HTML {
        let values: ParameterValues
        do { values = try ParameterValues(panel.parameters, from: pairs) } catch {
            return Self.frame(panel, twin: nil, data: [], .element("p", [.class("note halted")], .text(error.text)))
        }
        guard let arguments = panel.arguments(values),
            let answer = await board.answer(PanelRequest(panel: panel.id, values: values))
        else {
            let missing = panel.parameters.filter(\.isRequired).map(\.label).joined(separator: " and ")
            return Self.frame(
                panel,
                twin: nil,
                data: [],
                .element("p", [.class("none")], .text("Give \(missing) above."))
            )
        }
        let markup = PanelMarkup(panel.html(answer, viewing))
        return Self.frame(
            panel,
            twin: CommandText.line(arguments),
            data: [.init("data-panel", panel.address(values)), .init("data-digest", markup.digest)],
            markup.html
        )
    }

    private static func frame(_ panel: Panel, twin: String?, data: [HTML.Attribute], _ body: HTML) -> HTML {
        .element(
            "section",
            [.class("panel"), .init("id", panel.id), .init("aria-labelledby", "\(panel.id)-title")] + data,
            .element("h2", [.init("id", "\(panel.id)-title")], .text(panel.title)),
            .element("p", [.class("question")], .text(panel.question)),
            .element("div", [.class("body")], body),
            .some(twin) { line in
                .element(
                    "div",
                    [.class("twin")],
                    .element("code", [], .text(line)),
                    .element(
                        "button",
                        [.class("copy"), .init("type", "button"), .init("hidden", if: true)],
                        .text("Copy")
                    )
                )
            }
        )
    }

    /// One form for the parameters of all panels of a page; the address is the state.
    private func filters(_ page: ConsolePage, _ pairs: [(name: String, value: String)]) -> HTML {
        var parameters: [Parameter] = []
        for parameter in page.panels.compactMap({ panels[$0] }).flatMap(\.parameters)
        where !parameters.contains(where: { $0.name == parameter.name }) { parameters.append(parameter) }
        guard !parameters.isEmpty else { return .empty }
        return .element(
            "form",
            [.class("filters"), .init("method", "get"), .init("action", page.path)],
            .joined(
                parameters.map { parameter in
                    ActionPages.field(parameter, pairs.first { $0.name == parameter.name }?.value ?? "")
                }
            ),
            .element("button", [.init("type", "submit")], .text("Show")),
            .element("a", [.class("reset"), .init("href", page.path)], .text("Reset"))
        )
    }

    /// A panel alone, for the script when it has no stream.
    private func panel(_ request: WebRequest, _ visitor: ConsoleVisitor) async -> WebResponse {
        guard let asked = PanelRequest(address: RequestOrigin.address(request), in: panels),
            let panel = panels[asked.panel], let answer = await board.answer(asked)
        else { return .problem(404, "there is no such panel") }
        let markup = PanelMarkup(panel.html(answer, viewing(request, visitor)))
        return WebResponse(
            headers: ["Content-Type": "text/html; charset=utf-8", "ETag": "\"\(markup.digest)\""],
            body: markup.html.utf8
        )
    }

    /// A panel's document as its command prints it: what a script asks with a token.
    private func document(_ request: WebRequest) async -> WebResponse {
        let address = "/panel/" + RequestOrigin.address(request).dropFirst("/api/".count)
        guard let asked = PanelRequest(address: address, in: panels), let answer = await board.answer(asked) else {
            return .problem(404, "there is no such panel")
        }
        guard answer.json != nil else {
            return .problem(answer.code == 3 ? 503 : 422, answer.errors.isEmpty ? answer.output : answer.errors)
        }
        return WebResponse(
            headers: ["Content-Type": "application/json", "X-Exit-Code": String(answer.code)],
            body: Array(answer.output.utf8)
        )
    }

    private func live(_ request: WebRequest, _ visitor: ConsoleVisitor) async -> WebResponse {
        let pairs = request.parameters ?? []
        let addresses = pairs.filter { $0.name == "p" }.map(\.value)
        let digests = pairs.filter { $0.name == "d" }.map(\.value)
        guard (1...20).contains(addresses.count), addresses.count == digests.count else {
            return .problem(
                400,
                "p names a panel's address and d its digest, as often as each other and at most 20 times"
            )
        }
        var shown: [PanelRequest: String] = [:]
        var names: [PanelRequest: String] = [:]
        for (address, digest) in zip(addresses, digests) {
            guard let panel = PanelRequest(address: address, in: panels) else {
                return .problem(404, "there is no such panel")
            }
            shown[panel] = digest
            names[panel] = address
        }
        let stream = WebStream(maximumBytes: 4 << 20)
        if request.method != "HEAD" {
            let follower = LiveBoard.Follower(
                stream: stream,
                viewing: viewing(request, visitor),
                shown: shown,
                addresses: names,
                visitor: visitor,
                checkedAt: .now
            )
            guard await board.follow(follower) else {
                return .problem(503, "too many tabs follow the console", headers: ["Retry-After": "15"])
            }
        }
        return WebResponse(
            headers: ["Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"],
            body: Array("retry: 2000\n\n".utf8),
            stream: stream
        )
    }

    // MARK: Actions

    private func form(
        _ request: WebRequest,
        _ visitor: ConsoleVisitor,
        _ pairs: [(name: String, value: String)],
        problem: String? = nil
    ) async throws -> WebResponse {
        guard let action = actions[String(request.path.dropFirst("/act/".count))] else {
            return .problem(404, "there is no such action")
        }
        let asked: ActionDesk.Asked
        var said = problem
        do { asked = try desk.asked(action, pairs) } catch {
            asked = ActionDesk.Asked(values: ParameterValues(), repeated: [], reason: "", missing: [])
            said = error.text
        }
        return page(
            action.title,
            "/act",
            request,
            visitor,
            [ActionPages.form(action, asked, visitor, problem: said), await feed(viewing(request, visitor))],
            status: said == nil ? 200 : 400
        )
    }

    private func act(_ request: WebRequest, _ visitor: ConsoleVisitor) async throws -> WebResponse {
        let pairs = request.form ?? []
        guard let action = actions[String(request.path.dropFirst("/act/".count))] else {
            return .problem(404, "there is no such action")
        }
        let asked: ActionDesk.Asked
        do { asked = try desk.asked(action, pairs) } catch {
            return try await form(request, visitor, [], problem: error.text)
        }
        if let missing = asked.missing.first {
            return try await form(request, visitor, pairs, problem: "\(missing.label) is missing")
        }
        guard !asked.reason.isEmpty else {
            return try await form(request, visitor, pairs, problem: "Say why: the reason is what the record is for")
        }
        func field(_ name: String) -> String? { pairs.first { $0.name == name }?.value }
        var problem: String?
        if field("step") == "execute", let requestID = field("request").flatMap({ UUID(uuidString: $0) }) {
            if action.confirmation == nil || field("confirm") == action.confirmation {
                let id = try await desk.execute(
                    action,
                    asked,
                    requestID: requestID,
                    as: visitor,
                    from: request.peer
                )
                return ConsoleDoor.redirect(to: "/done?id=\(id)")
            }
            problem = "Nothing was done: type \(action.confirmation ?? "") to confirm"
        }
        let answers = await desk.preview(action, asked, as: visitor)
        return page(
            action.title,
            "/act",
            request,
            visitor,
            ActionPages.preview(
                action,
                asked,
                answers,
                commands: desk.commands(action, asked),
                requestID: UUID(),
                visitor,
                viewing(request, visitor),
                problem: problem
            ),
            status: problem == nil ? 200 : 400
        )
    }

    private func done(_ request: WebRequest, _ visitor: ConsoleVisitor) async throws -> WebResponse {
        guard let id = request.parameter("id").flatMap({ Int64($0) }), let action = try await desk.record.action(id)
        else {
            return .problem(404, "nothing is on record under this number")
        }
        let definition = ActionCatalogue.all.first { $0.id == action.action }
        let viewing = viewing(request, visitor)
        let followsRun = definition?.followsRun ?? false
        var followed: HTML = .empty
        if let follows = action.follows, let panel = panels[followsRun ? "run" : "trace"] {
            followed = await section(panel, [(name: "id", value: follows)], viewing)
        }
        return page(
            definition?.title ?? action.action,
            "/act",
            request,
            visitor,
            [
                ActionPages.done(action, title: definition?.title ?? action.action, followsRun: followsRun, viewing),
                followed, await feed(viewing),
            ]
        )
    }

    /// What was done from here, beside what is about to be done.
    private func feed(_ viewing: Viewing) async -> HTML {
        guard let panel = panels["console-actions"] else { return .empty }
        return await section(panel, [], viewing)
    }

    // MARK: Frames

    private func page(
        _ title: String,
        _ current: String,
        _ request: WebRequest,
        _ visitor: ConsoleVisitor,
        _ content: HTML,
        status: Int = 200
    ) -> WebResponse {
        var menu = pages
        if visitor.mayAct { menu.append(ConsolePage(path: "/act", name: "Act", key: "x", panels: [])) }
        let viewing = viewing(request, visitor)
        // A form's answer has no address of its own: the clock's links lead to the form.
        let address = request.method == "POST" ? request.path : RequestOrigin.address(request)
        var response = ConsoleDoor.page(
            ConsoleLayout(
                title: title,
                current: current,
                session: visitor,
                viewing: viewing,
                address: address,
                pages: menu,
                content: content
            ).html,
            status: status
        )
        if request.parameter("tz") != nil {
            response.headers["Set-Cookie"] = door.settings.cookie("tz", viewing.zone.rawValue, seconds: 366 * 86_400)
        }
        return response
    }

    private func viewing(_ request: WebRequest, _ visitor: ConsoleVisitor) -> Viewing {
        let word = request.parameter("tz") ?? RequestOrigin.cookie("tz", request) ?? ""
        return Viewing(zone: ClockZone(rawValue: word) ?? .eastern, mayAct: visitor.mayAct)
    }

    private static func asset(_ request: WebRequest) -> WebResponse {
        guard let asset = ConsoleAssets.all[request.path] else { return .problem(404, "no such asset") }
        return WebResponse(
            headers: ["Content-Type": asset.type, "Cache-Control": "public, max-age=31536000, immutable"],
            body: asset.bytes
        )
    }
}
