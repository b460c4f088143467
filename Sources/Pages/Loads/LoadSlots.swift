import Ledger
import Markup
import Words

/// What slots did in the time of a load: a line for each, a bar for each attempt.
struct LoadSlots {
    /// Attempts of one slot, one behind the other.
    private struct Lane {
        let worker: String
        /// Which of its worker's slots it is, from 0.
        let number: Int
        var spans: [LoadAnatomy.Span]

        /// Whether no attempt of it overlaps a time.
        func hasRoom(from start: Double, to end: Double) -> Bool {
            spans.allSatisfy { span in
                LoadSlots.begin(of: span) >= end - 0.02
                    || (span.finish ?? .infinity) <= start + 0.02
            }
        }
    }

    private let lanes: [Lane]
    private let hidden: Int
    private let start: Double
    private let end: Double
    private let now: Double?
    private let projection: LoadProjection?

    /// The most bars, and the most lines.
    private static let most = (spans: 300, lanes: 24)
    private static let (left, width, row) = (116.0, 1_180.0, 18.0)

    /// - Parameters:
    ///   - spans: Attempts, the newest first.
    ///   - elapsed: Seconds from the load's creation until now, or to its end.
    ///   - isRunning: Whether it goes on.
    ///   - anatomy: What tells how it will go on; `nil` where nothing does.
    init(
        _ spans: [LoadAnatomy.Span],
        elapsed: Double,
        isRunning: Bool,
        ahead anatomy: LoadAnatomy? = nil
    ) {
        let drawn = spans.prefix(Self.most.spans)
        let all = Self.lanes(drawn, elapsed: elapsed)
        lanes = Array(all.prefix(Self.most.lanes))
        hidden = spans.count - lanes.reduce(0) { $0 + $1.spans.count }
        start = spans.count > drawn.count ? drawn.compactMap(\.start).min() ?? 0 : 0
        now = isRunning ? elapsed : nil
        let slots = lanes.map { $0.spans.last { $0.end == .running } }
        projection = anatomy.map { LoadProjection(slots, $0, now: elapsed) }
        end = max(projection?.end ?? 0, elapsed, start + 0.1)
    }

    /// Attempts whose slot is known are in its lane; of the others those of a worker that overlap ran in slots of their
    /// own.
    private static func lanes(
        _ spans: ArraySlice<LoadAnatomy.Span>,
        elapsed: Double
    ) -> [Lane] {
        var lanes: [Lane] = []
        let known = spans.filter { $0.slot != nil }
        let others = spans.filter { $0.slot == nil }
        for span in known.sorted(by: isEarlier) + others.sorted(by: isEarlier) {
            let worker = span.worker ?? "not known"
            let own = lanes.indices.filter { lanes[$0].worker == worker }
            let lane = own.first { index in
                span.slot.map { $0 == lanes[index].number }
                    ?? lanes[index].hasRoom(from: begin(of: span), to: span.finish ?? elapsed)
            }
            if let lane {
                lanes[lane].spans.append(span)
            } else {
                let taken = Set(own.map { lanes[$0].number })
                let free = (0...).first { !taken.contains($0) } ?? 0
                lanes.append(Lane(worker: worker, number: span.slot ?? free, spans: [span]))
            }
        }
        return lanes.sorted { ($0.worker, $0.number) < ($1.worker, $1.number) }
    }

    private static func isEarlier(_ span: LoadAnatomy.Span, _ other: LoadAnatomy.Span) -> Bool {
        begin(of: span) < begin(of: other)
    }

    /// Of an attempt of which only the end is known, a moment before that.
    private static func begin(of span: LoadAnatomy.Span) -> Double {
        span.start ?? max((span.finish ?? 0) - 0.05, 0)
    }

    /// How many are busy now.
    var note: String {
        let busy = lanes.reduce(0) { $0 + $1.spans.count { $0.end == .running } }
        let rest = hidden > 0 ? ", \(counted(hidden, "older attempt")) not drawn" : ""
        guard now != nil else { return "\(counted(lanes.count, "slot"))\(rest)" }
        let dashed = projection?.end == nil ? "" : ", dashed: what is expected"
        return "\(grouped(busy)) busy on this load\(rest)\(dashed)"
    }

    var content: Markup {
        let height = Double(lanes.count) * Self.row
        return svg(
            .view(Self.width, height + 22),
            .class("slots"),
            .role("img"),
            .label("What each of \(counted(lanes.count, "slot")) did in the time of this load")
        ) {
            axis(height)
            for (index, lane) in lanes.enumerated() {
                line(lane, Double(index) * Self.row)
                if let projection {
                    for bar in projection.bars[index] { self.bar(bar, Double(index) * Self.row) }
                }
            }
            if let now {
                path(.class("nowline"), .outline("M\(Int(x(now))) 0V\(Int(height))"))
            }
        }
    }

    private func x(_ seconds: Double) -> Double {
        let length = max(end - start, 0.1) * (now == nil || projection?.end != nil ? 1 : 1.06)
        return Self.left + (Self.width - Self.left - 16) * (seconds - start) / length
    }

    private func axis(_ height: Double) -> Markup {
        let step = AxisSteps.seconds(over: end - start, atMost: 9)
        let first = (start / step).rounded(.up)
        let last = (end / step).rounded(.down)
        guard first <= last else { return Markup() }
        return Markup(build: {
            for number in Int(first)...Int(last) {
                let place = x(Double(number) * step)
                path(.class("gl"), .outline("M\(Int(place)) 0V\(Int(height))"))
                svgText(.class("ax"), .place(place, height + 14), .anchor("middle")) {
                    AxisSteps.label(Double(number) * step, step: step)
                }
            }
        })
    }

    private func line(_ lane: Lane, _ y: Double) -> Markup {
        Markup(build: {
            svgText(.class("ax"), .place(0, y + 13)) {
                VisibleText.shortened("\(lane.worker) · \(lane.number)", to: 19)
            }
            for span in lane.spans { bar(span, y) }
        })
    }

    /// What is expected has no colour, and dashes around it.
    private func bar(_ bar: LoadProjection.Bar, _ y: Double) -> Markup {
        rect(
            .class("proj"),
            .box(x(bar.start), y + 2, max(x(bar.end) - x(bar.start) - 1, 1), 13, radius: 2),
            .tip(
                bar.label,
                [
                    "state": "expected",
                    "begins": DurationWords.measured(seconds: bar.start),
                    "takes": DurationWords.measured(seconds: bar.end - bar.start),
                ]
            )
        )
    }

    private func bar(_ span: LoadAnatomy.Span, _ y: Double) -> Markup {
        let begin = Self.begin(of: span)
        let left = x(begin)
        let width = max(x(span.finish ?? now ?? end) - left, 2.5)
        let fits = Double(span.label.unicodeScalars.count) * 6 + 10 < width
        let taken = (span.finish ?? now ?? end) - begin
        return Markup(build: {
            rect(
                .class("f-\(span.end.rawValue)"),
                .box(left, y + 2, width, 13, radius: 2),
                .tip(
                    span.label,
                    [
                        "state": span.end.rawValue,
                        "began": span.start.map { DurationWords.measured(seconds: $0) } ?? "–",
                        "took": span.start == nil ? "–" : DurationWords.measured(seconds: taken),
                        "rows": span.rows.map(grouped) ?? "–",
                    ]
                )
            )
            if fits { svgText(.class("gt"), .place(left + 5, y + 12.5)) { span.label } }
        })
    }
}
