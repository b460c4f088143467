/// How far a load is, in one look: what the progress display draws.
public struct LoadFrame: Sendable, Hashable {
    /// One table of the load.
    public struct Table: Sendable, Hashable {
        /// Its name with its kind: `dim_agent`.
        public var name: String
        /// Tasks that it has.
        public var total: Int
        /// Tasks that are done or superseded.
        public var done: Int
        /// Tasks that failed or never run.
        public var failed: Int
        /// Rows read so far.
        public var rows: Int

        /// Creates a line.
        public init(name: String, total: Int, done: Int = 0, failed: Int = 0, rows: Int = 0) {
            self.name = name
            self.total = total
            self.done = done
            self.failed = failed
            self.rows = rows
        }
    }

    /// The load's number.
    public var load: Int64
    /// The pipeline's name.
    public var pipeline: String
    /// Its tables in the order of the plan.
    public var tables: [Table]
    /// Seconds since the display began.
    public var seconds: Double
    /// Whether people hold the load up.
    public var isPaused: Bool

    /// Creates a frame.
    public init(
        load: Int64,
        pipeline: String,
        tables: [Table],
        seconds: Double,
        isPaused: Bool = false
    ) {
        self.load = load
        self.pipeline = pipeline
        self.tables = tables
        self.seconds = seconds
        self.isPaused = isPaused
    }

    /// Tasks that the load has.
    public var total: Int { tables.reduce(0) { $0 + $1.total } }
    /// Tasks that are done.
    public var done: Int { tables.reduce(0) { $0 + $1.done } }
    /// Tasks that failed or are blocked.
    public var failed: Int { tables.reduce(0) { $0 + $1.failed } }
    /// Rows read so far.
    public var rows: Int { tables.reduce(0) { $0 + $1.rows } }
}

/// Draws frames of a load: over the old one on a terminal, as lines in a pipe.
public struct LoadDisplay: Sendable {
    private let isTerminal: Bool
    private var drawnLines = 0
    private var last: LoadFrame?

    /// A display for a terminal, or for a pipe.
    public init(isTerminal: Bool) {
        self.isTerminal = isTerminal
    }

    /// The text that shows `frame` after what was shown before; empty when there is nothing to say.
    ///
    /// Lines are cut at the terminal's `width`, because a line that wraps cannot be drawn over; where
    /// the picture is higher than `height` there are plain lines as in a pipe.
    public mutating func draw(
        _ frame: LoadFrame,
        width: Int = .max,
        height: Int = .max
    ) -> String {
        defer { last = frame }
        let lines = Self.lines(frame)
        guard isTerminal, lines.count < height else { return news(frame) }
        return redraw(lines.map { String($0.prefix(max(width - 1, 1))) })
    }

    private mutating func redraw(_ lines: [String]) -> String {
        let up = drawnLines > 0 ? "\u{1B}[\(drawnLines)A" : ""
        drawnLines = lines.count
        return up + lines.map { "\u{1B}[2K" + $0 + "\n" }.joined()
    }

    /// A line for each table whose tasks have moved on, and one when the load is paused or goes on.
    private func news(_ frame: LoadFrame) -> String {
        moves(frame) + turn(frame)
    }

    private func turn(_ frame: LoadFrame) -> String {
        guard frame.isPaused != last?.isPaused ?? false else { return "" }
        return frame.isPaused
            ? "load \(frame.load): paused, see `longshore status \(frame.load)`\n"
            : "load \(frame.load): goes on\n"
    }

    private func moves(_ frame: LoadFrame) -> String {
        let known = Dictionary(
            (last?.tables ?? []).map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        return frame.tables
            .filter { table in
                let before = known[table.name]
                return table.done + table.failed > (before?.done ?? 0) + (before?.failed ?? 0)
            }
            .map { table in
                let failed = table.failed > 0 ? ", \(table.failed) failed or not run" : ""
                return
                    "load \(frame.load): \(table.name) \(table.done)/\(table.total) tasks\(failed), "
                    + "\(Wording.count(table.rows, "row"))\n"
            }
            .joined()
    }

    /// The whole picture: a bar for each table and a line of totals.
    static func lines(_ frame: LoadFrame) -> [String] {
        var table = TextTable([
            ("", .left), ("", .left), ("tasks", .right), ("rows", .right), ("", .left),
        ])
        for line in frame.tables {
            table.add([
                line.name, bar(line), "\(line.done)/\(line.total)", Wording.grouped(line.rows),
                line.failed > 0 ? "\(line.failed) failed or not run" : "",
            ])
        }
        let rate = frame.seconds > 0 ? Int(Double(frame.rows) / frame.seconds) : 0
        let total =
            "load \(frame.load) of \(frame.pipeline): \(frame.done)/\(frame.total) tasks, "
            + "\(Wording.count(frame.rows, "row")), \(Wording.grouped(rate)) rows/s, "
            + Wording.duration(seconds: frame.seconds)
            + (frame.isPaused ? "; paused, see `longshore status \(frame.load)`" : "")
        return table.lines + [total]
    }

    private static func bar(_ table: LoadFrame.Table, width: Int = 20) -> String {
        let filled = table.total == 0 ? width : table.done * width / table.total
        return String(repeating: "█", count: filled)
            + String(repeating: "░", count: width - filled)
    }
}
