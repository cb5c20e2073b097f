import Access
import Foundation
import Page
import Pipeline

/// The pages of an action: its form, its preview with the question whether it is meant, and its result.
enum ActionPages {
    static func list(_ actions: [ActionDefinition]) -> HTML {
        [
            .element("h1", [], .text("Act")),
            .element(
                "p",
                [.class("hint")],
                .text("Each action shows first what it would do, asks why, and is on record.")
            ),
            .element(
                "ul",
                [.class("plain")],
                .joined(
                    actions.map { action in
                        .element(
                            "li",
                            [],
                            .element("a", [.init("href", "/act/\(action.id)")], .text(action.title)),
                            .text(" – \(action.effect)")
                        )
                    }
                )
            ),
        ]
    }

    static func form(
        _ action: ActionDefinition,
        _ asked: ActionDesk.Asked,
        _ visitor: ConsoleVisitor,
        problem: String? = nil
    ) -> HTML {
        [
            heading(action),
            note(problem),
            .element(
                "form",
                [.class("form"), .init("method", "post"), .init("action", "/act/\(action.id)")],
                hidden("csrf", visitor.formToken),
                hidden("step", "preview"),
                .joined(action.parameters.map { field($0, value(of: $0, action, asked)) }),
                .element(
                    "label",
                    [],
                    .text("Why (for the record)"),
                    .void(
                        "input",
                        [
                            .init("name", "reason"), .init("value", asked.reason), .init("maxlength", 500),
                            .init("required", if: true), .init("autocomplete", "off"),
                        ]
                    )
                ),
                .element("button", [.init("type", "submit")], .text("Show what it would do"))
            ),
        ]
    }

    /// What it would do, and the second form that does it.
    static func preview(
        _ action: ActionDefinition,
        _ asked: ActionDesk.Asked,
        _ answers: [CommandAnswer],
        commands: [[String]],
        requestID: UUID,
        _ visitor: ConsoleVisitor,
        _ viewing: Viewing,
        problem: String? = nil
    ) -> HTML {
        let count = asked.repeated.count
        let shown = answers.map { answer -> HTML in
            let document = answer.json
            return [
                .some(document) { JSONBody.html($0, viewing) },
                .when(
                    document == nil && !answer.output.isEmpty,
                    .element("pre", [], .text(answer.output))
                ),
                .when(!answer.errors.isEmpty, Panel.problem(answer)),
            ]
        }
        return [
            heading(action),
            note(problem),
            .element("h2", [], .text(count == 1 ? "What it is about" : "What it is about: \(count) of them")),
            .element("div", [.class("panel"), .init("id", "preview")], .joined(shown)),
            .when(
                count > 10,
                .element("p", [.class("hint")], .text("Of the \(count), the first ten are shown."))
            ),
            .element("h2", [], .text("The same in a terminal")),
            .element("pre", [], .text(commands.prefix(10).map(CommandText.line).joined(separator: "\n"))),
            .element(
                "form",
                [.class("form"), .init("method", "post"), .init("action", "/act/\(action.id)")],
                hidden("csrf", visitor.formToken),
                hidden("step", "execute"),
                hidden("request", requestID.uuidString.lowercased()),
                hidden("reason", asked.reason),
                .joined(
                    action.parameters.filter { $0.name != action.repeated }.compactMap { parameter in
                        asked.values[parameter.name].map { hidden(parameter.name, $0) }
                    }
                ),
                .some(action.repeated) { name in .joined(asked.repeated.compactMap { $0 }.map { hidden(name, $0) }) },
                .some(action.confirmation) { word in
                    .element(
                        "label",
                        [],
                        .text("Type \(word) to confirm"),
                        .void(
                            "input",
                            [
                                .init("name", "confirm"), .init("required", if: true), .init("pattern", word),
                                .init("autocomplete", "off"), .init("autocapitalize", "off"),
                            ]
                        )
                    )
                },
                .element(
                    "p",
                    [.class("buttons")],
                    .element("button", [.init("type", "submit")], .text(action.title)),
                    .element("a", [.init("href", "/")], .text("Do nothing"))
                )
            ),
        ]
    }

    /// What came of it.
    static func done(_ action: ConsoleAction, title: String, followsRun: Bool, _ viewing: Viewing) -> HTML {
        // Of several commands there are several documents; what is none is shown as it was printed.
        let document = try? JSONValue(parsing: action.output)
        return [
            .element("h1", [], .text(title)),
            .element(
                "p",
                [.class("strip"), .init("role", "status")],
                StateWord.html(word(action)),
                .element("span", [], .text("by \(action.user)")),
                .element("span", [], .some(ClockText.html(Instant.text(action.beganAt), viewing.zone)) { $0 }),
                .element("span", [], .text("because: \(action.reason)"))
            ),
            .some(action.follows) { id in
                .element(
                    "p",
                    [],
                    .text("What follows: "),
                    .element(
                        "a",
                        [
                            .init("id", "follows"),
                            .init("href", "/\(followsRun ? "run" : "trace")?id=\(AddressText.encoded(id))"),
                        ],
                        .text(id)
                    )
                )
            },
            .when(!action.errors.isEmpty, .element("pre", [.init("role", "alert")], .text(action.errors))),
            .some(document) { JSONBody.html($0, viewing) },
            .when(document == nil && !action.output.isEmpty, .element("pre", [], .text(action.output))),
            .element("h2", [], .text("The same in a terminal")),
            .element("pre", [], .text(action.command)),
        ]
    }

    private static func word(_ action: ConsoleAction) -> String {
        switch action.exitCode {
        case 0: "done"
        case 3: "unreachable"
        case Int(CommandAnswer.cutCode): "unknown"
        case nil: action.finishedAt == nil ? "running" : "unknown"
        default: "failed"
        }
    }

    private static func heading(_ action: ActionDefinition) -> HTML {
        [.element("h1", [], .text(action.title)), .element("p", [.class("effect")], .text(action.effect))]
    }

    private static func note(_ problem: String?) -> HTML {
        .some(problem) { .element("p", [.class("note halted"), .init("role", "alert")], .text($0)) }
    }

    private static func hidden(_ name: String, _ value: String) -> HTML {
        .void("input", [.init("type", "hidden"), .init("name", name), .init("value", value)])
    }

    private static func value(
        of parameter: Parameter,
        _ action: ActionDefinition,
        _ asked: ActionDesk.Asked
    ) -> String {
        parameter.name == action.repeated
            ? asked.repeated.compactMap { $0 }.joined(separator: ",") : asked.values[parameter.name] ?? ""
    }

    /// A field of a form.
    static func field(_ parameter: Parameter, _ value: String) -> HTML {
        let name = HTML.Attribute("name", parameter.name)
        switch parameter.form {
        case .choice(let values):
            let all = parameter.isRequired ? values : [""] + values
            return .element(
                "label",
                [],
                .text(parameter.label),
                .element(
                    "select",
                    [name],
                    .joined(
                        all.map { choice in
                            .element(
                                "option",
                                [.init("value", choice), .init("selected", if: choice == value)],
                                .text(choice.isEmpty ? "any" : choice)
                            )
                        }
                    )
                )
            )
        case .flag:
            return .element(
                "label",
                [.class("check")],
                .void(
                    "input",
                    [.init("type", "checkbox"), name, .init("value", "1"), .init("checked", if: value == "1")]
                ),
                .text(parameter.label)
            )
        case .date, .uuid, .number, .word, .text:
            let type: String = parameter.form == .date ? "date" : "text"
            return .element(
                "label",
                [],
                .text(parameter.label),
                .void(
                    "input",
                    [
                        .init("type", type), name, .init("value", value), .init("autocomplete", "off"),
                        .init("required", if: parameter.isRequired),
                    ]
                )
            )
        }
    }
}
