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
    /// Where it is told at length.
    package var link: Link
    /// What an operator can have done about it.
    package var act: PageAct?

    package init(
        _ mark: StateMark,
        _ title: String,
        text: String,
        action: String,
        link: Link,
        act: PageAct? = nil
    ) {
        self.mark = mark
        self.title = title
        self.text = text
        self.action = action
        self.link = link
        self.act = act
    }

    private enum CodingKeys: CodingKey {
        case mark, title, text, action, link
    }

    /// What needs somebody, beside each other; nothing where there is nothing.
    ///
    /// - Parameters:
    ///   - needs: The needs.
    ///   - mayAct: Whether who looks can have something done about them.
    /// - Returns: A section.
    static func list(_ needs: [Need], mayAct: Bool) -> Markup {
        guard !needs.isEmpty else { return Markup() }
        return section(.class("needs"), .label("What needs somebody")) {
            for need in needs {
                div(.class("need")) {
                    need.mark.sign
                    b { need.title }
                    span(.class("nowrap")) {
                        a(.href(need.link)) { need.action }
                        if let act = need.act, mayAct {
                            " "
                            a(.href(act.link)) { act.title }
                        }
                    }
                    span(.class("small")) { need.text }
                }
            }
        }
    }
}
