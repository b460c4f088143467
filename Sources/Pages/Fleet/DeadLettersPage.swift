package import Markup
package import Views
import Words

/// What was set aside for people.
package struct DeadLettersPage: Page {
    /// The first letters; `nil` where the broker does not answer.
    package let letters: [DeadEntry]?
    /// How many there are in all; `nil` likewise.
    package let total: Int?
    /// Why they are not known.
    package let problem: String?

    package init(letters: [DeadEntry]?, of total: Int? = nil, problem: String? = nil) {
        self.letters = letters
        self.total = total
        self.problem = problem
    }

    package var heading: String { "Dead letters" }
    package var tab: PageSection { .deadLetters }
    package var command: String? { "longshore dead list" }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(text: heading),
            sub: Markup(
                text: (total ?? letters?.count)
                    .map { "\(counted($0, "letter")) set aside for somebody" }
                    ?? "They are not known."
            )
        )
        if let problem { p(.class("note gapb")) { problem } }
        if let letters, let total, total > letters.count {
            p(.class("note gapb")) {
                "These are the first \(grouped(letters.count)): those behind them are shown once these are gone."
            }
        }
        section(.class("panel"), .label("Letters")) {
            PageParts.list(
                [
                    "Letter", "Table", "Task is", "Why it was set aside", "Last failure", "Queue",
                    .number("Size"),
                ],
                rows: (letters ?? []).map(row),
                empty: letters == nil ? "RabbitMQ does not answer." : "No dead letter."
            )
        }
    }

    private func row(_ letter: DeadEntry) -> Markup {
        tr {
            td(.class("mono")) { name(letter) }
            td {
                letter.table ?? "–"
                if let pipeline = letter.pipeline {
                    " "
                    span(.class("dim")) { pipeline }
                }
            }
            td { letter.state?.word ?? "–" }
            td(.class("small")) { "\(letter.reason) [\(letter.code)]" }
            td(.class("small")) { letter.failure ?? "" }
            td(.class("mono small")) { letter.queue }
            td(.class("num")) { ByteWords.spoken(letter.bytes) }
        }
    }

    /// The task of a letter by its name, `131.16`; garbage has none.
    private func name(_ letter: DeadEntry) -> Markup {
        let parts = letter.letter.utf8.split(separator: UInt8(ascii: "."))
            .map { String(Substring($0)) }
        guard parts.count == 2, letter.state != nil else { return Markup(text: letter.letter) }
        return a(.href(Link("loads", parts[0], "tasks", parts[1]))) { letter.letter }
    }

    private enum CodingKeys: String, CodingKey {
        case letters, total, problem
    }
}
