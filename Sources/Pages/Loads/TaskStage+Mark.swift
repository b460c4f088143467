import Ledger
import Markup
import Words

extension StateMark {
    /// The sign of how a task stands.
    init(_ stage: TaskStage) {
        self =
            switch stage {
            case .done: .loaded
            case .running: .loading
            case .retrying: .stale
            case .queued, .waiting, .blocked: .pending
            case .failed: .failed
            case .superseded, .cancelled: .closed
            }
    }
}

extension TaskStage {
    /// It in words.
    var words: String { self == .retrying ? "to be tried again" : rawValue }

    /// It with its sign.
    var mark: Markup { StateMark(self).word(words) }

    /// The class of its part of a bar; `nil` for what is left of the bar.
    var bar: String? {
        switch self {
        case .done: "f-done"
        case .running: "f-running"
        case .retrying: "f-retry"
        case .failed, .blocked: "f-failed"
        case .superseded, .cancelled: "f-closed"
        case .queued, .waiting: nil
        }
    }

    /// The order of a bar's parts.
    static let inBar: [TaskStage] = [
        .done, .superseded, .cancelled, .running, .retrying, .failed, .blocked,
    ]
}

/// A bar of tasks by where they stand.
struct TaskBar {
    let tasks: [TaskStage: Int]
    let width: Double
    let height: Double

    /// Its parts, with a gap between two.
    func parts(x: Double = 0, y: Double = 0) -> Markup {
        let unit = width / Double(max(tasks.values.reduce(0, +), 1))
        var start = x
        return Markup(build: {
            rect(.class("track"), .box(x, y, width, height, radius: 2))
            for stage in TaskStage.inBar {
                if let count = tasks[stage], count > 0, let name = stage.bar {
                    part(name, &start, y, unit * Double(count))
                }
            }
        })
    }

    private func part(
        _ name: String,
        _ start: inout Double,
        _ y: Double,
        _ width: Double
    ) -> Markup {
        defer { start += width }
        return rect(.class(name), .box(start, y, max(width - 0.8, 0.6), height))
    }

    /// What it shows, in words: `24 done, 4 running`.
    var words: String {
        TaskStage.allCases
            .compactMap { stage in
                tasks[stage].flatMap { $0 > 0 ? "\(grouped($0)) \(stage.words)" : nil }
            }
            .joined(separator: ", ")
    }

    /// It as a picture as wide as there is room.
    var picture: Markup {
        svg(
            .view(width, height),
            .class("bar"),
            Attribute("preserveAspectRatio", "none"),
            .role("img"),
            .label(words.isEmpty ? "no task" : words)
        ) { parts() }
    }
}
