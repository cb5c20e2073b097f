import Page

/// The form that stands at every address for whoever is not logged in.
enum LoginPage {
    /// - Parameters:
    ///   - next: where to go on afterwards; a path of this site.
    ///   - formToken: what the form sends back beside the cookie.
    ///   - problem: why the last attempt did not succeed.
    static func html(next: String, formToken: String, problem: String?) -> HTML {
        [
            .fixed("<!doctype html>\n"),
            .element(
                "html",
                [.init("lang", "en")],
                ConsoleLayout.head("Log in"),
                .element(
                    "body",
                    [],
                    .element(
                        "main",
                        [.class("login"), .init("id", "main")],
                        .element("h1", [], .text("Tipoff console")),
                        .some(problem) {
                            .element("p", [.class("note halted"), .init("role", "alert")], .text($0))
                        },
                        form(next: next, formToken: formToken),
                        .element(
                            "p",
                            [.class("hint")],
                            .text("Users are made on the command line: "),
                            .element("code", [], .text("tipoff console user add NAME --role operator"))
                        )
                    )
                )
            ),
        ]
    }

    private static func form(next: String, formToken: String) -> HTML {
        .element(
            "form",
            [.class("form"), .init("method", "post"), .init("action", "/login")],
            .void("input", [.init("type", "hidden"), .init("name", "csrf"), .init("value", formToken)]),
            .void("input", [.init("type", "hidden"), .init("name", "next"), .init("value", next)]),
            .element(
                "label",
                [],
                .text("Name"),
                .void(
                    "input",
                    [
                        .init("name", "name"), .init("autocomplete", "username"), .init("maxlength", 63),
                        .init("autocapitalize", "none"),
                        .init("autofocus", if: true), .init("required", if: true),
                    ]
                )
            ),
            .element(
                "label",
                [],
                .text("Password"),
                .void(
                    "input",
                    [
                        .init("name", "password"), .init("type", "password"), .init("maxlength", 256),
                        .init("autocomplete", "current-password"), .init("required", if: true),
                    ]
                )
            ),
            .element("button", [.init("type", "submit")], .text("Log in"))
        )
    }
}
