import Ledger
import Markup
import Planning
import Words

/// What is known of a period.
struct PeriodFacts {
    private let period: PeriodStanding
    private let origins: TableOrigins?
    private let changes: [String]?

    init(_ period: PeriodStanding, origins: TableOrigins? = nil, changes: [String]? = nil) {
        self.period = period
        self.origins = origins
        self.changes = changes
    }

    /// The command that loads it.
    static func command(_ period: PeriodStanding) -> String {
        "longshore load \(CommandLine.quoted(period.pipeline)) --periods \(period.period)"
    }

    /// What can be done with it.
    static func acts(_ period: PeriodStanding) -> [PageAct] {
        if period.state == .closed {
            return [.periods("reopen", [period.period], of: period.pipeline)]
        }
        return [
            .periods(
                "load",
                [period.period],
                of: period.pipeline,
                title: period.load == nil ? "Load…" : "Load again…"
            ),
            .periods("close", [period.period], of: period.pipeline),
        ]
    }

    var content: Markup {
        PageParts.facts([
            ("Rows", period.counts.map(rows)),
            ("Loaded by", period.load.map(loader)),
            (period.inputs.count == 1 ? "Input" : "Inputs", inputs),
            ("Definition", period.definition.map(definition)),
            ("Audits", audits),
            ("Open rejects", rejects),
            ("Read by", readers),
            ("Closed by", period.closedBy.map(Markup.init(text:))),
        ])
    }

    private func rows(_ counts: RowCounts) -> Markup {
        Markup(build: {
            "\(grouped(counts.read)) read = \(grouped(counts.loaded)) loaded + "
            a(.href(rejectLink.with("state", "all"))) {
                "\(grouped(counts.rejected)) rejected"
            }
            " + \(grouped(counts.deduplicated)) deduplicated"
        })
    }

    private var rejectLink: Link {
        Link("rejects").with("table", "\(period.schema).\(period.table)")
            .with("period", period.period)
    }

    private func loader(_ load: Int64) -> Markup {
        Markup(build: {
            a(.href(Link("loads", String(load)))) { "load \(load)" }
            if let task = period.task {
                ", task "
                a(.href(Link("loads", String(load), "tasks", String(task)))) { "\(load).\(task)" }
                ", attempt \((period.failures ?? 0) + 1)"
            }
            if let seconds = period.seconds {
                ", in \(DurationWords.measured(seconds: seconds))"
            }
            if period.loadedAt != nil { ", \(Figures.time(period.loadedAt))" }
        })
    }

    /// The most files that are named.
    private static let mostInputs = 50

    private var inputs: Markup? {
        guard !period.inputs.isEmpty else { return nil }
        let more = period.inputs.count - Self.mostInputs
        return Markup(build: {
            for input in period.inputs.prefix(Self.mostInputs) {
                div {
                    "\(input.name), \(ByteWords.spoken(input.size)) "
                    span(.class("mono dim"), .title(input.digest)) {
                        "sha256 \(String(Substring(input.digest.utf8.prefix(12))))…"
                    }
                }
            }
            if more > 0 { div { "and \(counted(more, "more file"))" } }
        })
    }

    private func definition(_ digest: String) -> Markup {
        Markup(build: {
            span(.class("mono"), .title(digest)) { String(Substring(digest.utf8.prefix(12))) }
            if let changes {
                changes.isEmpty ? " · as it is now" : " · \(counted(changes.count, "change")) since"
                for change in changes.prefix(20) { div(.class("small")) { change } }
            }
        })
    }

    /// A task that is done has kept all that lets it fail.
    private var audits: Markup? {
        guard period.load != nil, period.counts != nil else { return nil }
        guard period.audits.isEmpty else { return AuditList(period.audits).summary }
        let expected = origins?.expectations.count ?? 0
        guard period.warnings.isEmpty else {
            return Markup(build: {
                StateMark.stale.word("\(period.warnings.count) did not hold")
                for warning in period.warnings { div(.class("small")) { warning } }
            })
        }
        return StateMark.loaded.word(
            expected > 0 ? "\(expected) of \(expected) held" : "held"
        )
    }

    private var rejects: Markup? {
        guard !period.rejects.isEmpty else { return nil }
        let rules = period.rejects.sorted { $0.key < $1.key }
        return Markup(build: {
            for (number, rule) in rules.enumerated() {
                if number > 0 { ", " }
                a(.href(rejectLink.with("rule", rule.key))) {
                    "\(rule.key) \(grouped(rule.value))"
                }
            }
        })
    }

    private var readers: Markup? {
        guard let feeds = origins?.feeds, !feeds.isEmpty else { return nil }
        return Markup(build: {
            for (number, reader) in feeds.enumerated() {
                if number > 0 { ", " }
                if let table = reader.table {
                    a(.href(Link("tables", period.schema, table))) { table }
                } else {
                    a(.href(Link("exports"))) { "export \(reader.name)" }
                }
            }
        })
    }

    /// What loads have done with it.
    ///
    /// - Parameters:
    ///   - period: The period.
    ///   - isShort: Whether there is little room.
    /// - Returns: A table, a line for each load.
    static func history(_ period: PeriodStanding, isShort: Bool = false) -> Markup {
        let rows = period.history.map(\.rows)
        let start: [PageParts.Column] = isShort ? ["Load", "When"] : ["Load", "Committed", "Task"]
        return PageParts.list(
            start + [.number("Rows"), .number("Δ"), .number("Rej.")],
            rows: period.history.enumerated()
                .map { number, past in
                    let before = rows.dropFirst(number + 1).compactMap(\.self).first
                    return tr {
                        td { a(.href(Link("loads", String(past.load)))) { String(past.load) } }
                        if isShort {
                            td(.class("nowrap")) {
                                past.committedAt.map(Figures.minute) ?? past.state.rawValue
                            }
                        } else {
                            td(.class("nowrap")) { Figures.time(past.committedAt) }
                            td { StateMark(past.state).word(past.state.rawValue) }
                        }
                        td(.class("num")) { past.rows.map(grouped) ?? "–" }
                        td(.class("num")) { difference(past.rows, before) }
                        td(.class("num")) { past.rejected.map(grouped) ?? "–" }
                    }
                },
            empty: "No load has asked for it."
        )
    }

    private static func difference(_ rows: Int?, _ before: Int?) -> String {
        guard let rows, let before else { return "" }
        return (rows >= before ? "+" : "") + grouped(rows - before)
    }
}

/// A period beside the grid.
struct PeriodAside {
    private let period: PeriodStanding
    private let mayAct: Bool

    init(_ period: PeriodStanding, mayAct: Bool) {
        self.period = period
        self.mayAct = mayAct
    }

    var content: Markup {
        Markup(build: {
            header {
                h2 {
                    a(.href(Link("tables", period.schema, period.table, "periods", period.period)))
                    {
                        "\(period.schema).\(period.table)"
                    }
                }
                span(.class("mono")) { period.period }
                span(.class("end")) { StateMark(period.state).word(period.state.rawValue) }
            }
            div(.class("body stack")) {
                if let reason = period.reason { p(.class("note")) { reason } }
                PeriodFacts(period).content
                div {
                    h3 { "History" }
                    PeriodFacts.history(period, isShort: true)
                }
                if mayAct {
                    div(.class("acts2")) {
                        for act in PeriodFacts.acts(period) { act.button }
                    }
                }
                CommandLine.shown(PeriodFacts.command(period))
            }
        })
    }
}
