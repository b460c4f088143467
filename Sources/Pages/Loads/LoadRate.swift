import Ledger
import Markup
import Words

/// How many rows a second a load has read: the last minute of one that runs, else all of its time.
struct LoadRate {
    /// Rows a second, in equal parts of the time.
    let rates: [Double]
    /// The seconds of a part.
    let step: Double
    private let isRunning: Bool

    private static let parts = 60

    /// - Parameters:
    ///   - anatomy: The load's attempts.
    ///   - elapsed: Seconds from the load's creation until now, or to its end.
    ///   - isRunning: Whether it goes on.
    init(_ anatomy: LoadAnatomy, elapsed: Double, isRunning: Bool) {
        let spans = anatomy.spans
        let oldest = spans.count < LoadReports.mostSpans ? 0 : spans.compactMap(\.start).min() ?? 0
        let start = isRunning ? max(elapsed - 60, 0) : oldest
        let length = max(elapsed - start, 0.1)
        step = length / Double(Self.parts)
        self.isRunning = isRunning
        var rates = [Double](repeating: 0, count: Self.parts)
        for span in spans {
            let rows = span.end == .running ? anatomy.progress[span.task] : span.rows
            guard let rows, rows > 0, let begin = span.start else { continue }
            let finish = max(span.finish ?? elapsed, begin + 0.001)
            let pace = Double(rows) / (finish - begin)
            let first = max(Int(((begin - start) / step).rounded(.down)), 0)
            let last = min(Int(((finish - start) / step).rounded(.down)), Self.parts - 1)
            guard first <= last else { continue }
            for part in first...last {
                let from = start + Double(part) * step
                let shared = min(finish, from + step) - max(begin, from)
                rates[part] += pace * max(shared, 0) / step
            }
        }
        self.rates = rates
    }

    /// Rows a second over the last so many seconds.
    func last(_ seconds: Double) -> Double {
        let count = min(max(Int((seconds / step).rounded(.up)), 1), rates.count)
        return rates.suffix(count).reduce(0, +) / Double(count)
    }

    var title: String { isRunning ? "last minute" : "whole load" }

    private static let (left, top, width, height) = (38.0, 4.0, 314.0, 108.0)

    var content: Markup {
        let most = max(rates.max() ?? 0, 1)
        let unit = AxisSteps.numbers(upTo: most, atMost: 3)
        let high = (most / unit).rounded(.up) * unit
        return svg(
            .view(356, 132),
            .tabIndex(0),
            .role("img"),
            .label(
                "Rows a second, \(title): most \(grouped(Int(bounding: most))), at the end \(grouped(Int(bounding: last(step))))"
            )
        ) {
            for line in 0...Int((high / unit).rounded()) {
                let value = Double(line) * unit
                path(.class("gl"), .outline("M38 \(at(y(value, high)))H352"))
                svgText(.class("ax"), .place(32, y(value, high) + 4), .anchor("end")) {
                    Figures.short(value)
                }
            }
            path(.class("area"), .outline(outline(high) + "L352 112L38 112Z"))
            path(.class("line1"), .outline(outline(high)))
            marks
            for (part, place) in [(0.0, 38.0), (0.5, 195), (1, 352)] {
                svgText(
                    .class("ax"),
                    .place(place, 126),
                    .anchor(part == 0 ? "start" : part == 1 ? "end" : "middle")
                ) { label(part) }
            }
        }
    }

    private func y(_ rate: Double, _ high: Double) -> Double {
        Self.top + Self.height * (1 - rate / high)
    }

    private func at(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private func x(_ part: Int) -> Double {
        Self.left + Self.width * (Double(part) + 0.5) / Double(rates.count)
    }

    private func outline(_ high: Double) -> String {
        let points = rates.enumerated().map { "\(at(x($0.offset))) \(at(y($0.element, high)))" }
        return "M" + points.joined(separator: "L")
    }

    /// What the pointer and the arrow keys show.
    private var marks: Markup {
        let width = Self.width / Double(rates.count)
        return Markup(build: {
            for (part, rate) in rates.enumerated() {
                rect(
                    .class("hit"),
                    .box(Self.left + width * Double(part), Self.top, width, Self.height),
                    .tip(
                        label((Double(part) + 0.5) / Double(rates.count)),
                        ["rows/s": grouped(Int(bounding: rate.rounded()))]
                    )
                )
            }
        })
    }

    private func label(_ part: Double) -> String {
        let length = step * Double(rates.count)
        guard isRunning else { return DurationWords.measured(seconds: part * length) }
        return part == 1 ? "now" : "−" + DurationWords.measured(seconds: (1 - part) * length)
    }
}
