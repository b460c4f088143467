package import Ledger
package import Markup
package import Planning
package import Rehearsal
import Words

/// A plan: what it rests on, and what a load of it would change.
package struct PlanPage: Page {
    /// The most lines of a table of effects.
    static let mostLines = 500

    /// The plan.
    package let plan: PlanSummary
    /// What it rests on.
    package let parts: [PlanFingerprint.Part]
    /// What a load of it would change; `nil` where it was not rehearsed.
    package let effects: Effects?

    package init(plan: PlanSummary, parts: [PlanFingerprint.Part], effects: Effects?) {
        self.plan = plan
        self.parts = parts
        self.effects = effects
    }

    package var heading: String { "Plan \(plan.shortDigest)" }
    package var tab: PageSection { .plans }
    package var command: String? {
        "longshore load \(CommandLine.quoted(plan.pipeline)) --plan \(plan.shortDigest)"
    }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(text: heading),
            crumb: a(.href(Link("plans"))) { "Plans" },
            sub: Markup(build: {
                "\(plan.pipeline) \(plan.span) · made by "
                b { plan.madeBy }
                " at \(Figures.time(plan.madeAt))"
            })
        )
        if let effects {
            EffectTables(effects, most: Self.mostLines).content
        } else {
            p(.class("note gapb")) {
                "It was not rehearsed: `longshore plan` with `--effects` says what a load of it would change."
            }
        }
        PageParts.panel("What it rests on", note: counted(parts.count, "part")) {
            PageParts.list(
                ["What", "Name", "Value"],
                rows: parts.prefix(Self.mostLines)
                    .map { part in
                        tr {
                            td { part.kind.rawValue }
                            td { VisibleText.shortened(part.name, to: 120) }
                            td(.class("mono small")) { VisibleText.shortened(part.value, to: 80) }
                        }
                    },
                empty: "Nothing."
            )
        }
    }

    private enum CodingKeys: String, CodingKey {
        case plan, parts, effects
    }
}

/// Effects of a load by the kinds of tables.
struct EffectTables {
    private let effects: Effects
    private let most: Int

    init(_ effects: Effects, most: Int) {
        self.effects = effects
        self.most = most
    }

    var content: Markup {
        Markup(build: {
            PageParts.panel("What it would change", note: sentence) { tables }
            if !effects.stale.isEmpty {
                PageParts.panel("Would become stale") {
                    PageParts.list(
                        ["Table", "Period", "Why"],
                        rows: effects.stale.prefix(most)
                            .map { period in
                                tr {
                                    td { period.table }
                                    td(.class("mono")) { period.period }
                                    td(.class("small")) { period.reason ?? "" }
                                }
                            },
                        empty: ""
                    )
                }
            }
        })
    }

    private var sentence: String {
        let failed = effects.tasks.count { $0.state == .failed }
        return "\(counted(effects.tasks.count, "task"))"
            + (failed > 0 ? ", \(failed) would fail" : "") + "; nothing has been changed"
    }

    private var tables: Markup {
        PageParts.list(
            [
                "Table", "Period", "Would be", .number("Before"), .number("After"),
                .number("Change"),
                .number("Rejected"), "Measures, members and more",
            ],
            rows: effects.tasks.prefix(most).map(row),
            empty: "Nothing."
        )
    }

    private func row(_ task: TaskEffect) -> Markup {
        tr {
            td { task.table }
            td(.class("mono")) { task.period.isEmpty ? "–" : task.period }
            td { StateMark(task.state).word(task.state.rawValue) }
            td(.class("num")) { task.rows.map { grouped($0.before) } ?? "–" }
            td(.class("num")) { task.rows.map { grouped($0.after) } ?? "–" }
            td(.class("num")) { task.rows.map { Self.signed($0.after - $0.before) } ?? "–" }
            td(.class("num")) { task.counts.map { grouped($0.rejected) } ?? "–" }
            td(.class("small")) { notes(task).joined(separator: "; ") }
        }
    }

    private static func signed(_ number: Int) -> String {
        number > 0 ? "+\(grouped(number))" : number == 0 ? "·" : grouped(number)
    }

    private func notes(_ task: TaskEffect) -> [String] {
        let measures = task.measures.map { "\($0.name) \($0.before) → \($0.after)" }
        let members = task.members.map { members in
            [
                ("new", members.new), ("changed", members.changed), ("versions", members.versions),
                ("expired", members.expired), ("completed", members.completed),
                ("inferred", members.inferred),
            ]
            .filter { $0.1 > 0 }.map { "\(grouped($0.1)) \($0.0)" }
        }
        let earlier = task.earlier.map { "\($0.period): \($0.rows.before) → \($0.rows.after) rows" }
        return measures + (members ?? []) + earlier + task.warnings
            + [task.failure].compactMap(\.self)
    }
}
