import Ledger
import Markup
import Words

/// The parts of an attempt, one behind the other.
struct AttemptBar {
    /// A part.
    private struct Part {
        let name: String
        let style: String
        let seconds: Double
    }

    private let parts: [Part]
    private let total: Double

    /// `nil` where it is not known how long the attempt took.
    init?(_ attempt: AttemptReport) {
        guard let seconds = attempt.seconds else { return nil }
        let known = [
            Part(name: "opened", style: "ph-open", seconds: attempt.open ?? 0),
            Part(name: "copied", style: "ph-copy", seconds: attempt.copy ?? 0),
            Part(name: "merged", style: "ph-merge", seconds: attempt.merge ?? 0),
        ]
        let rest = Part(
            name: attempt.end == .done ? "recorded" : "until it failed",
            style: attempt.end == .done ? "ph-record" : "f-failed",
            seconds: max(seconds - known.reduce(0) { $0 + $1.seconds }, 0)
        )
        parts = (known + [rest]).filter { $0.seconds > 0 }
        total = max(parts.reduce(0) { $0 + $1.seconds }, 0.000_001)
    }

    /// `opened 2.1 ms, copied 1.20 s, recorded 0.3 ms`.
    var words: String {
        parts.map { "\($0.name) \(DurationWords.exact(seconds: $0.seconds))" }
            .joined(separator: ", ")
    }

    var picture: Markup {
        var start = 0.0
        return svg(
            .view(200, 8),
            .class("bar"),
            Attribute("preserveAspectRatio", "none"),
            .role("img"),
            .label(words)
        ) {
            for part in parts { rectangle(part, &start) }
        }
    }

    private func rectangle(_ part: Part, _ start: inout Double) -> Markup {
        let width = 200 * part.seconds / total
        defer { start += width }
        return rect(
            .class(part.style),
            .box(start, 0, width, 8),
            .tip(part.name, ["took": DurationWords.exact(seconds: part.seconds)])
        )
    }
}
