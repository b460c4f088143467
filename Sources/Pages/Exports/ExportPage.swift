package import Ledger
package import Markup
package import Planning
import Words

/// The effects of an export, without what they hold.
package struct ExportPage: Page {
    /// The most effects of the page.
    package static let mostEffects = 200

    /// The pipeline.
    package let pipeline: String
    /// The export.
    package let export: String
    /// In which state the effects are; `nil` for all.
    package let state: EffectState?
    /// Effects by key.
    package let effects: [EffectReport]

    package init(pipeline: String, export: String, state: EffectState?, effects: [EffectReport]) {
        self.pipeline = pipeline
        self.export = export
        self.state = state
        self.effects = effects
    }

    package var heading: String { "Export \(export)" }
    package var tab: PageSection { .exports }
    package var command: String? {
        "longshore exports list \(CommandLine.quoted(pipeline)) \(CommandLine.quoted(export)) --all"
    }

    package var acts: [PageAct] {
        [.export("retry", export, of: pipeline), .export("drop", export, of: pipeline)]
    }

    private var here: Link { Link("exports", pipeline, export) }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(text: heading),
            crumb: Markup(build: {
                a(.href(Link("exports"))) { "Exports" }
                " / \(pipeline)"
            })
        )
        PageParts.panel(
            "Effects",
            note: effects.count == Self.mostEffects
                ? "the first \(Self.mostEffects)" : counted(effects.count, "effect"),
            end: PageParts.choices(
                [("all", here, state == nil)]
                    + EffectState.allCases.map {
                        ($0.rawValue, here.with("state", $0.rawValue), state == $0)
                    }
            )
        ) {
            PageParts.list(
                [
                    "Key", "Kind", "State", .number("Revision"), "Task", "Changed", .number("Sent"),
                    "Delivered", "Why not",
                ],
                rows: effects.map(row),
                empty: "There is none."
            )
        }
    }

    private func row(_ effect: EffectReport) -> Markup {
        tr {
            td(.class("mono")) { VisibleText.shortened(effect.key, to: 80) }
            td { effect.kind.rawValue }
            td { effect.state.rawValue }
            td(.class("num")) { grouped(Int(effect.revision)) }
            td(.class("mono")) { effect.task }
            td(.class("nowrap")) { Figures.time(effect.changedAt) }
            td(.class("num")) { grouped(effect.attempts) }
            td(.class("nowrap")) { Figures.time(effect.deliveredAt) }
            td(.class("small")) {
                effect.failure ?? effect.droppedBy.map { "dropped by \($0)" } ?? ""
            }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case pipeline, export, state, effects
    }
}
