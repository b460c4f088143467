import Words

/// A frame as a picture of lines that fit a width: a bar for each table and the totals.
///
/// What is too wide gives way in this order: the bars, the words beside failures, the names. A number
/// is never cut.
struct LoadPicture {
    private let frame: LoadFrame
    private let width: Int

    /// Names are not made shorter than this.
    private static let shortestName = 6

    init(_ frame: LoadFrame, width: Int) {
        self.frame = frame
        self.width = width
    }

    /// The lines; `nil` when they do not fit.
    var lines: [String]? {
        guard let table = table else { return nil }
        let others = [total, frame.pause, frame.wait].compactMap(\.self).map(VisibleText.line)
        return table + others.flatMap { Self.wrapped($0, width) }
    }

    private var total: String {
        // Rows are what Redis says, which anybody may have written.
        let rate = frame.seconds > 0 ? Int(min(Double(frame.rows) / frame.seconds, 1e15)) : 0
        return "load \(frame.load) of \(frame.pipeline): \(frame.done)/\(frame.total) tasks, "
            + "\(counted(frame.rows, "row")), \(grouped(rate)) rows/s, "
            + DurationWords.measured(seconds: frame.seconds)
    }

    /// The first layout that fits.
    private var table: [String]? {
        let longest = frame.tables.map(\.name.count).max() ?? 0
        for (bar, note) in [(20, " failed or not run"), (10, " failed"), (0, " failed")] {
            let lines = table(bar: bar, note: note, name: longest)
            let excess = (lines.map(\.count).max() ?? 0) - width
            if excess <= 0 { return lines }
            let name = longest - excess
            if bar == 0 || name >= longest / 2, name >= Self.shortestName {
                return table(bar: bar, note: note, name: name)
            }
        }
        return nil
    }

    private func table(bar: Int, note: String, name: Int) -> [String] {
        var columns: [(title: String, alignment: TextTable.Alignment)] = [("", .left)]
        if bar > 0 { columns.append(("", .left)) }
        columns += [("tasks", .right), ("rows", .right), ("", .left)]
        var table = TextTable(columns)
        for line in frame.tables {
            table.add(
                [VisibleText.shortened(line.name, to: name)]
                    + (bar > 0 ? [Self.bar(line, bar)] : []) + [
                        "\(line.done)/\(line.total)", grouped(line.rows),
                        line.failed > 0 ? "\(line.failed)\(note)" : "",
                    ]
            )
        }
        return table.lines
    }

    private static func bar(_ table: LoadFrame.Table, _ width: Int) -> String {
        let filled = table.total == 0 ? width : table.done * width / table.total
        return String(repeating: "█", count: filled)
            + String(repeating: "░", count: width - filled)
    }

    /// A line broken at its blanks; a word that is too long by itself is broken too, by scalars.
    static func wrapped(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let length = line.unicodeScalars.count + 1 + word.unicodeScalars.count
            if !line.isEmpty, length > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " " + word
            while line.unicodeScalars.count > width {
                lines.append(String(line.unicodeScalars.prefix(width)))
                line = String(line.unicodeScalars.dropFirst(width))
            }
        }
        return lines + [line]
    }
}
