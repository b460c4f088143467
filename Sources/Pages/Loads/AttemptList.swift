import Ledger
import Markup
import Words

/// The attempts at a task, the newest first, a line each.
struct AttemptList {
    private let attempts: [AttemptReport]

    init(_ attempts: [AttemptReport]) {
        self.attempts = attempts
    }

    var content: Markup {
        PageParts.list(
            [
                .number("No."), "Ended", "Worker", "Began", .number("Took"), "Its parts",
                .number("Files"), .number("Read"), "Why",
            ],
            rows: attempts.map(row),
            empty: "None has ended."
        )
    }

    private func row(_ attempt: AttemptReport) -> Markup {
        tr {
            td(.class("num")) { String(attempt.number) }
            td { attempt.end.mark }
            td(.class("nowrap")) { worker(attempt) }
            td(.class("nowrap")) { Figures.time(attempt.begunAt) }
            td(.class("num")) {
                attempt.seconds.map { DurationWords.measured(seconds: $0) } ?? "–"
            }
            td(.class("parts")) {
                if let bar = AttemptBar(attempt) {
                    bar.picture
                    div(.class("small dim")) { bar.words }
                }
            }
            td(.class("num")) { attempt.files.map(grouped) ?? "–" }
            td(.class("num nowrap")) { read(attempt) }
            td(.class("small")) { attempt.failure ?? "" }
        }
    }

    private func worker(_ attempt: AttemptReport) -> String {
        let name = VisibleText.shortened(VisibleText.line(attempt.worker), to: 32)
        guard attempt.end != .crash else { return "found by \(name)" }
        return attempt.slot.map { "\(name) · \($0)" } ?? name
    }

    private func read(_ attempt: AttemptReport) -> String {
        guard let read = attempt.bytesRead, attempt.files != nil else { return "–" }
        guard let bytes = attempt.bytes, bytes > read else { return ByteWords.spoken(read) }
        return "\(ByteWords.spoken(read)) of \(ByteWords.spoken(bytes))"
    }
}

extension AttemptEnd {
    /// Its sign and word.
    fileprivate var mark: Markup {
        switch self {
        case .done: StateMark.loaded.word("committed")
        case .error: StateMark.failed.word("failed")
        case .crash: StateMark.failed.word("its worker died")
        }
    }
}
