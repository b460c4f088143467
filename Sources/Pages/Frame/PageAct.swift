package import Markup

/// Something that an operator can have done from a page: a link to what it would do.
package struct PageAct: Sendable, Hashable {
    /// What the link says.
    package let title: String
    /// Where it is confirmed.
    package let link: Link
    /// Whether it takes something away.
    package let isDangerous: Bool

    private init(_ title: String, _ link: Link, isDangerous: Bool = false) {
        self.title = title
        self.link = link
        self.isDangerous = isDangerous
    }

    private static func link(
        _ verb: String,
        _ fields: KeyValuePairs<String, String>
    ) -> Link {
        fields.reduce(Link("actions", verb)) { $0.with($1.key, $1.value) }
    }

    /// An order about a load or a task: `pause`, `resume`, `cancel`, `retry`.
    static func order(_ verb: String, about target: String) -> PageAct {
        PageAct(
            title(verb),
            link(verb, ["target": target]),
            isDangerous: verb == "cancel"
        )
    }

    /// `load`, `close` or `reopen` of periods.
    static func periods(
        _ verb: String,
        _ periods: [String],
        of pipeline: String,
        title: String? = nil
    ) -> PageAct {
        PageAct(
            title ?? Self.title(verb),
            link(verb, ["pipeline": pipeline, "periods": periods.joined(separator: ",")])
        )
    }

    /// `replay` or `waive` of rejects, chosen by fields.
    static func rejects(_ verb: String, _ fields: [(name: String, value: String)]) -> PageAct {
        PageAct(
            title(verb),
            fields.reduce(Link("actions", verb)) { $0.with($1.name, $1.value) }
        )
    }

    /// `retry` or `drop` of what of an export is not delivered.
    static func export(_ verb: String, _ export: String, of pipeline: String) -> PageAct {
        PageAct(
            title(verb),
            link("\(verb)-export", ["pipeline": pipeline, "export": export]),
            isDangerous: verb == "drop"
        )
    }

    /// `pause`, `resume` or `run` of a schedule.
    static func schedule(_ verb: String, of pipeline: String) -> PageAct {
        PageAct(title(verb), link("\(verb)-schedule", ["pipeline": pipeline]))
    }

    private static func title(_ verb: String) -> String {
        let first = verb.unicodeScalars.prefix(1).map { $0.properties.uppercaseMapping }.joined()
        return first + String(verb.unicodeScalars.dropFirst()) + "…"
    }

    /// The link as a button.
    var button: Markup {
        a(.class(isDangerous ? "btn danger" : "btn"), .href(link)) { title }
    }

    /// Links beside each other.
    static func row(_ acts: [PageAct]) -> Markup {
        guard !acts.isEmpty else { return Markup() }
        return div(.class("page-acts")) { for act in acts { act.button } }
    }
}
