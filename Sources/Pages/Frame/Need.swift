package import Markup

/// Something that a person has to look at.
package struct Need: Sendable, Hashable, Encodable {
    /// How it stands.
    package var mark: StateMark
    /// What it is, in a line.
    package var title: String
    /// What is known of it.
    package var text: String
    /// What the link says.
    package var action: String
    /// Where something can be done about it.
    package var link: Link

    package init(_ mark: StateMark, _ title: String, text: String, action: String, link: Link) {
        self.mark = mark
        self.title = title
        self.text = text
        self.action = action
        self.link = link
    }

    /// What needs somebody, beside each other; nothing where there is nothing.
    static func list(_ needs: [Need]) -> Markup {
        guard !needs.isEmpty else { return Markup() }
        return section(.class("needs"), .label("What needs somebody")) {
            for need in needs {
                div(.class("need")) {
                    need.mark.sign
                    b { need.title }
                    a(.href(need.link)) { need.action }
                    span(.class("small")) { need.text }
                }
            }
        }
    }
}
