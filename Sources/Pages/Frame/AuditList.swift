import Ledger
import Markup
import Words

/// What an attempt was judged by, a line for each expectation.
struct AuditList {
    private let audits: [AuditResult]

    init(_ audits: [AuditResult]) {
        self.audits = audits
    }

    /// `5 of 6 held`.
    var summary: Markup {
        let held = audits.count(where: \.held)
        let mark: StateMark =
            held == audits.count
            ? .loaded : audits.contains { $0.isNeeded && !$0.held } ? .failed : .stale
        return mark.word("\(held) of \(audits.count) held")
    }

    var content: Markup {
        PageParts.list(
            ["Expectation", "Expected", "Seen", "Held"],
            rows: audits.map { audit in
                tr {
                    td {
                        audit.expectation
                        if let subject = audit.subject {
                            " "
                            span(.class("mono")) { subject }
                        }
                    }
                    td { audit.expected }
                    td { audit.seen }
                    td {
                        if audit.held {
                            StateMark.loaded.word("held")
                        } else if audit.isNeeded {
                            StateMark.failed.word("failed")
                        } else {
                            StateMark.stale.word("warned")
                        }
                    }
                }
            },
            empty: "It was judged by nothing."
        )
    }
}
