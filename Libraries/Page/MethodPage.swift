/// How the figures are made and where they are wrong.
public enum MethodPage {
    public static let html = Layout(
        title: "Method",
        current: .method,
        live: nil,
        content: .element(
            "article",
            [.class("prose")],
            .element("h1", [], .text("Method")),
            part(
                "What a projection is",
                "The points that the model expects of a player in this game, from figures that were known before tip-off: his "
                    + "recent and season scoring, minutes, rest, the opponent's defence, pace and the line. It is a mean; half "
                    + "of all games end well away from it."
            ),
            part(
                "The range",
                "Of ten games like this one, one should end below the range, eight inside and one above. The record says how "
                    + "often that came true."
            ),
            part(
                "P(over) and the pick",
                "The probability of more points than the line, with games that end exactly on it left out. Over or under is "
                    + "said only when projection and line differ enough and the model is sure enough; otherwise it passes."
            ),
            part(
                "Best bets",
                "Sides at a real price that the model puts clearly beyond break-even, three points or more from the line; ten at "
                    + "once at most, before tip-off only. Each stays as it was shown first. When the player is out, his line or "
                    + "game is gone, or an operator takes it back, it stays on the page and says so; it is judged all the same "
                    + "and counted apart."
            ),
            part(
                "Lines and prices",
                "Lines and American odds are the last ones that a book offered before tip-off. A line that is marked as "
                    + "estimated was offered by nobody. Expected values use the model's own probability and are wrong where it is."
            ),
            part(
                "How it is graded",
                "Points above the line win an over, points below win an under. Exactly the line is a push: neither won nor "
                    + "lost. A player who does not play, and a game that is postponed, make the prediction void."
            ),
            part(
                "Where it is wrong",
                "News shortly before tip-off that no source had told yet. Players with few games. Changes of role. Blow-outs "
                    + "and overtime. A missing figure is shown as missing and never filled in."
            ),
            .element(
                "p",
                [],
                .element(
                    "a",
                    [.init("href", "/record")],
                    .text("The record of every system, with intervals and sample sizes")
                )
            )
        )
    ).html

    private static func part(_ title: String, _ text: String) -> HTML {
        [.element("h2", [], .text(title)), .element("p", [], .text(text))]
    }
}
