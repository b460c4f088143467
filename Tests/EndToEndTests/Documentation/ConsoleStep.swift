/// A command of a `console` block, and the output that the page shows for it.
struct ConsoleStep {
    /// The lines of the command as they stand in the block.
    let written: [String]
    /// What the page shows below it.
    let shown: [String]
    /// The index of the command's first line in the block.
    let offset: Int

    /// What the shell gets: without `$ ` and the `> ` of further lines.
    var command: String {
        written.enumerated()
            .map { index, line in
                index > 0 && !line.hasPrefix("> ") ? line : String(line.dropFirst(2))
            }
            .joined(separator: "\n")
    }

    /// The steps of a block; `nil` when it begins with something else than a command.
    static func all(in lines: [String]) -> [ConsoleStep]? {
        guard lines.first?.hasPrefix("$ ") ?? false else { return nil }
        let starts = lines.indices.filter { lines[$0].hasPrefix("$ ") }
        let ends = starts.dropFirst() + [lines.endIndex]
        return zip(starts, ends)
            .map { start, end in
                var first = start + 1
                while first < end, lines[first].hasPrefix("> ") || lines[first - 1].hasSuffix("\\")
                {
                    first += 1
                }
                return ConsoleStep(
                    written: Array(lines[start..<first]),
                    shown: Array(lines[first..<end]),
                    offset: start
                )
            }
    }
}
