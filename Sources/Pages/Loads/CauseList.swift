import Diagnosis
import Markup
import Planning

/// Why a task stands where it stands: a chain, each cause a step further in.
struct CauseList {
    private let report: WhyReport

    init(_ report: WhyReport) { self.report = report }

    var content: Markup {
        div(.class("causes small")) {
            p {
                task(report.task)
                " \(report.label) is \(report.state.rawValue)"
            }
            list(report.causes)
        }
    }

    private func list(_ causes: [Cause]) -> Markup {
        guard !causes.isEmpty else { return Markup() }
        return ul {
            for cause in causes {
                li {
                    if let name = cause.task {
                        task(name)
                        ": "
                    }
                    cause.text
                    if let command = cause.command {
                        br()
                        code { command }
                    }
                    list(cause.causes)
                }
            }
        }
    }

    /// A task by its name, `131.16`.
    private func task(_ name: String) -> Markup {
        let parts = name.utf8.split(separator: UInt8(ascii: ".")).map { String(Substring($0)) }
        guard parts.count == 2 else { return Markup(text: name) }
        return a(.href(Link("loads", parts[0], "tasks", parts[1]))) { name }
    }
}
