package import Markup
package import Views
import Words

/// What was set aside for people.
package struct DeadLettersPage: Page {
    /// The letters; `nil` where the broker does not answer.
    package let letters: [DeadEntry]?
    /// Why they are not known.
    package let problem: String?

    package init(letters: [DeadEntry]?, problem: String? = nil) {
        self.letters = letters
        self.problem = problem
    }

    package var heading: String { "Dead letters" }
    package var tab: PageSection { .deadLetters }
    package var command: String? { "longshore dead list" }

    @MarkupBuilder package var content: Markup {
        PageParts.head(
            Markup(text: heading),
            sub: Markup(
                text: letters.map { "\(counted($0.count, "letter")) set aside for somebody" }
                    ?? "They are not known."
            )
        )
        if let problem { p(.class("note gapb")) { problem } }
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
            td(.class("num")) { Figures.bytes(letter.bytes) }
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
        case letters, problem
    }
}
