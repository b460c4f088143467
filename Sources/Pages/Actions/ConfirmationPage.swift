package import Markup

/// What will happen, before somebody has it happen.
package struct ConfirmationPage: Page {
    /// What is to be done: `Cancel load 7`.
    package let heading: String
    package let tab: PageSection
    /// What will happen, a sentence each.
    package let effects: [String]
    /// How what is acted on stands, in words.
    package let standing: String
    /// The command line that does the same.
    package let command: String?
    /// Whether and how a reason is asked for.
    package let reason: Reason
    /// What was wrong with the last try.
    package let problem: String?
    /// Where it is sent to.
    package let link: Link
    /// What is sent along.
    package let fields: [Field]

    /// Whether somebody says why.
    package enum Reason: String, Sendable, Hashable, Encodable {
        case none
        case optional
        case required
    }

    /// Something that is sent along.
    package struct Field: Sendable, Hashable, Encodable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The name of the field with ``standing``.
    package static let shown = "shown"

    package init(
        heading: String,
        tab: PageSection,
        effects: [String],
        standing: String,
        command: String,
        reason: Reason,
        problem: String? = nil,
        link: Link,
        fields: [Field]
    ) {
        self.heading = heading
        self.tab = tab
        self.effects = effects
        self.standing = standing
        self.command = command
        self.reason = reason
        self.problem = problem
        self.link = link
        self.fields = fields
    }

    private enum CodingKeys: String, CodingKey {
        case heading, effects, standing, command, reason, problem
    }

    package var content: Markup {
        Markup([
            PageParts.head(Markup(build: { heading })),
            section(.class("panel"), .label("What will happen")) {
                div(.class("body stack")) {
                    if let problem { p(.class("note"), .role("alert")) { problem } }
                    ul { for effect in effects { li { effect } } }
                    p(.class("dim")) {
                        "It stands now as: "
                        standing.isEmpty ? "nothing" : standing
                    }
                    question
                }
            },
        ])
    }

    private var question: Markup {
        form(.class("stack"), Attribute("method", "post"), .action(link)) {
            for field in fields {
                input(.type("hidden"), .name(field.name), .value(field.value))
            }
            input(.type("hidden"), .name(Self.shown), .value(standing))
            if reason != .none {
                label(Attribute("for", "reason")) {
                    reason == .required ? "Why" : "Why, if you like"
                }
                input(
                    .id("reason"),
                    .name("reason"),
                    .type("text"),
                    Attribute("maxlength", "500"),
                    reason == .required ? .flag("required") : nil
                )
            }
            div(.class("field")) {
                button(.class("btn main"), .type("submit")) { heading }
            }
        }
    }
}
