package import Diagnosis
package import Ledger
package import Markup
package import Planning
import Words

/// One load task: what it did, and why it stands where it stands.
package struct TaskPage: Page {
    /// The load.
    package let load: LoadReport
    /// The task.
    package let task: TaskLine
    /// Why it stands so.
    package let why: WhyReport?
    /// Attempts at it, the newest first.
    package let attempts: [AttemptReport]
    /// How far it is that runs now, as its worker tells.
    package let reading: InFlightProgress?

    package init(
        load: LoadReport,
        task: TaskLine,
        why: WhyReport?,
        attempts: [AttemptReport] = [],
        reading: InFlightProgress? = nil
    ) {
        self.load = load
        self.task = task
        self.why = why
        self.attempts = attempts
        self.reading = reading
    }

    private var name: String { "\(load.load).\(task.ordinal)" }

    package var heading: String { "Task \(name)" }
    package var tab: PageSection { .loads }
    package var command: String? { "longshore why \(name)" }

    package var acts: [PageAct] {
        switch task.stage {
        case .failed, .blocked, .cancelled, .retrying: [.order("retry", about: name)]
        case .running, .queued, .waiting:
            [.order("pause", about: name), .order("cancel", about: name)]
        case .done, .superseded: []
        }
    }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(build: {
                heading
                " "
                task.stage.mark
            }),
            crumb: Markup(build: {
                a(.href(Link("loads"))) { "Loads" }
                " / "
                a(.href(Link("loads", String(load.load)))) {
                    "load \(load.load) of \(load.pipeline)"
                }
            }),
            sub: Markup(build: {
                "\(task.kind.rawValue) "
                a(.href(Link("tables", task.schema, task.table))) { "\(task.schema).\(task.table)" }
                if !task.period.isEmpty {
                    " "
                    a(.href(Link("tables", task.schema, task.table, "periods", task.period))) {
                        task.period
                    }
                }
            })
        )
        PageParts.panel("Why") {
            div(.class("body")) {
                if let why {
                    CauseList(why).content
                } else {
                    p(.class("dim")) { "Nobody could say." }
                }
            }
        }
        PageParts.panel("What it did") { div(.class("body")) { facts } }
        PageParts.panel("Attempts", note: "the newest first") { AttemptList(attempts).content }
        if let judged = attempts.first(where: { !$0.audits.isEmpty }) {
            PageParts.panel("Audits", note: "of attempt \(judged.number)") {
                AuditList(judged.audits).content
            }
        }
    }

    private var facts: Markup {
        PageParts.facts([
            ("State", Markup(text: task.state.rawValue)),
            (
                "Rows",
                task.counts.map { counts in
                    Markup(
                        text:
                            "\(grouped(counts.read)) read = \(grouped(counts.loaded)) loaded + \(grouped(counts.rejected)) rejected + \(grouped(counts.deduplicated)) deduplicated"
                    )
                }
            ),
            ("Replaced", task.replaced.map { Markup(text: counted($0, "row")) }),
            ("Reads", reading?.expected.map(reads)),
            ("Time", task.seconds.map { Markup(text: DurationWords.measured(seconds: $0)) }),
            ("Worker", task.worker.map(Markup.init(text:))),
            ("Pool", Markup(text: task.pool)),
            (
                "Attempts",
                task.failures + task.crashes == 0
                    ? nil
                    : Markup(
                        text:
                            "\(counted(task.failures, "error")), \(task.crashes) with their worker"
                    )
            ),
            ("Last failure", task.failure.map(Markup.init(text:))),
            (
                "Did not hold",
                task.warnings.isEmpty
                    ? nil : Markup(task.warnings.map { warning in div { warning } })
            ),
        ])
    }

    /// `a.csv and 2 other files: 1.2 MB of 3.4 MB read`.
    private func reads(_ inputs: ExpectedInputs) -> Markup {
        let name = VisibleText.shortened(VisibleText.line(inputs.first), to: 80)
        let more = inputs.files > 1 ? " and \(counted(inputs.files - 1, "other file"))" : ""
        let read = ByteWords.spoken(reading?.bytes ?? 0)
        let all = inputs.bytes.map { " of \(ByteWords.spoken($0))" } ?? ""
        return Markup(text: "\(name)\(more): \(read)\(all) read")
    }

    private enum CodingKeys: String, CodingKey {
        case load, task, why, attempts, reading
    }
}
