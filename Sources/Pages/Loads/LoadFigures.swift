import Ledger
import Markup
import Planning
import Views
import Words

/// The figures of a load, beside each other.
struct LoadFigures {
    private let load: LoadReport
    private let anatomy: LoadAnatomy
    private let forecast: LoadForecast?

    init(_ page: LoadPage) {
        (load, anatomy, forecast) = (page.load, page.anatomy, page.forecast)
    }

    var content: Markup {
        section(.class("stats"), .label("Progress")) {
            stat("Tasks", grouped(anatomy.count(.done)), "of \(grouped(anatomy.total))") {
                TaskBar(tasks: tasks, width: 300, height: 8).picture
            }
            stat("Rows read", grouped(read)) { "\(grouped(sum(\.loaded))) loaded" }
            pace
            stat("Time", DurationWords.measured(seconds: load.seconds)) {
                "since \(Figures.clock(load.createdAt))"
            }
            if let forecast {
                stat("Left, about", forecast.words.left, forecast.words.spread) { forecast.basis }
            }
            if let reading = LoadReading(of: anatomy, load) { left(reading) }
            rejects
        }
    }

    private func left(_ reading: LoadReading) -> Markup {
        stat("To read", ByteWords.spoken(reading.left), "of \(ByteWords.spoken(reading.bytes))") {
            reading.pace
            if let time = reading.time { ", \(time)" }
            ", \(counted(reading.tasks, "running task"))"
        }
    }

    private var tasks: [TaskStage: Int] {
        Dictionary(uniqueKeysWithValues: TaskStage.allCases.map { ($0, anatomy.count($0)) })
    }

    private func sum(_ count: KeyPath<LoadAnatomy.Table, Int>) -> Int {
        anatomy.tables.reduce(0) { $0 + $1[keyPath: count] }
    }

    private var read: Int { sum(\.read) + anatomy.progress.values.reduce(0, +) }

    /// Of a load that runs, of the last ten seconds; else of its whole time.
    private var pace: Markup {
        let isRunning = load.state == .running
        let rate = LoadRate(anatomy, elapsed: load.seconds, isRunning: isRunning)
        let rows = isRunning ? rate.last(10) : Double(read) / max(load.seconds, 0.001)
        return stat(
            isRunning ? "Rate, last 10 s" : "Rate",
            grouped(Int(bounding: rows.rounded())),
            "rows/s"
        ) {
            isRunning ? "\(grouped(anatomy.count(.running))) running" : "over all its time"
        }
    }

    private var rejects: Markup {
        let (rejected, all) = (sum(\.rejected), sum(\.read))
        let first = anatomy.rules.prefix(2).map { "\($0.rule) \(grouped($0.rejects))" }
        let more = anatomy.rules.count - first.count
        let words = first + (more > 0 ? ["\(more) more"] : [])
        return stat("Rejected", grouped(rejected), Figures.share(rejected, of: all)) {
            if !words.isEmpty {
                a(.href(Link("rejects").with("load", String(load.load)))) {
                    words.joined(separator: ", ")
                }
            }
        }
    }

    private func stat(
        _ name: String,
        _ value: String,
        _ rest: String? = nil,
        @MarkupBuilder _ note: () -> Markup
    ) -> Markup {
        div(.class("stat")) {
            div(.class("k")) { name }
            div(.class("v")) {
                value
                if let rest {
                    " "
                    small { rest }
                }
            }
            div(.class("d")) { note() }
        }
    }
}

extension LoadReading {
    /// What the running tasks of a load read; `nil` where nobody tells of a file.
    fileprivate init?(of anatomy: LoadAnatomy, _ load: LoadReport) {
        let running = anatomy.spans.filter { $0.end == .running }
        let ages = running.compactMap { span in span.start.map { (span.task, load.seconds - $0) } }
        self.init(
            of: load.load,
            anatomy.readings,
            ages: Dictionary(ages, uniquingKeysWith: max)
        )
    }
}
