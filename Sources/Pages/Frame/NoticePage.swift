package import Markup

/// A page that says one thing: that something is not there, not allowed, or went wrong.
package struct NoticePage: Page {
    package let heading: String
    /// What there is to say.
    package let text: String
    package let tab: PageSection

    package init(_ heading: String, text: String, tab: PageSection = .periods) {
        self.heading = heading
        self.text = text
        self.tab = tab
    }

    package var content: Markup {
        section(.class("panel")) {
            div(.class("body stack")) {
                h1 { heading }
                p { text }
            }
        }
    }

    /// What programs are told.
    private enum CodingKeys: String, CodingKey {
        case heading = "error"
        case text = "message"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(heading, forKey: .heading)
        try container.encode(text, forKey: .text)
    }
}
