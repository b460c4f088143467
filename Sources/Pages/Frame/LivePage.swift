package import Markup

/// A page that is shown anew while somebody looks, part by part.
package protocol LivePage: Page {
    /// Where what changes of it comes from.
    var events: Link { get }
    /// The parts that change.
    var parts: [LivePart] { get }
    /// Whether nothing of them will change any more.
    var isOver: Bool { get }
}

/// A part of a page that is sent again when it has changed.
package struct LivePart: Sendable {
    /// What it is called in its page.
    package let id: String
    /// What it shows.
    package let content: Markup

    package init(_ id: String, @MarkupBuilder content: () -> Markup) {
        self.id = id
        self.content = content()
    }

    /// It as a part of its page.
    package var placed: Markup { div(.id(id)) { content } }
}
