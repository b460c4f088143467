import Markup

/// Asks who somebody is: a page of its own, for a frame has somebody who looks.
package struct LoginPage: Sendable {
    /// What was wrong with the last try.
    package let problem: String?

    package init(problem: String? = nil) { self.problem = problem }

    /// The page as bytes of HTML.
    package var document: [UInt8] {
        html(Attribute("lang", "en")) {
            head {
                meta(Attribute("charset", "utf-8"))
                meta(
                    .name("viewport"),
                    Attribute("content", "width=device-width, initial-scale=1")
                )
                title { "Longshore" }
                // Without an icon browsers ask for one.
                link(Attribute("rel", "icon"), Attribute("href", "data:,"))
                link(Attribute("rel", "stylesheet"), .href(Link("assets", "console.css")))
            }
            body {
                main(.id("main"), .class("login")) {
                    section(.class("panel")) {
                        form(
                            .class("body stack"),
                            Attribute("method", "post"),
                            .action(Link("login"))
                        ) {
                            h1 { "Longshore" }
                            p { "Show the token that you were given." }
                            if let problem { p(.class("note")) { problem } }
                            label(Attribute("for", "token")) { "Token" }
                            input(
                                .id("token"),
                                .name("token"),
                                .type("password"),
                                Attribute("autocomplete", "current-password"),
                                .flag("required")
                            )
                            button(.class("btn main"), .type("submit")) { "Enter" }
                        }
                    }
                }
            }
        }
        .document
    }
}
