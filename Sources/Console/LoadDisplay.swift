import Words

/// Draws frames of a load: over the old one on a terminal, as lines in a pipe.
public struct LoadDisplay: Sendable {
    private let isTerminal: Bool
    private var drawnLines = 0
    /// The last frame of which a line has told.
    private var told: LoadFrame?

    /// A display for a terminal, or for a pipe.
    public init(isTerminal: Bool) {
        self.isTerminal = isTerminal
    }

    /// What shows `frame` after what was shown before; without any text when there is nothing to say.
    ///
    /// A picture has no line that wraps at the terminal's `width`, because it could not be drawn over,
    /// and no number that is cut. Where it does not fit, also not into `height`, it is taken away and
    /// there are plain lines as in a pipe.
    public mutating func draw(
        _ frame: LoadFrame,
        width: Int = .max,
        height: Int = .max
    ) -> Drawing {
        // A line that ends in the last column would leave the cursor on the next one, in some terminals.
        let picture = isTerminal ? LoadPicture(frame, width: max(width - 1, 1)).lines : nil
        guard let picture, picture.count < height else {
            defer { told = frame }
            return erased() + news(frame)
        }
        return redraw(picture)
    }

    private mutating func redraw(_ lines: [String]) -> Drawing {
        let up: [Drawing.Stroke] = drawnLines > 0 ? [.up(drawnLines)] : []
        // Of a picture that was higher, or of lines that wrap since the terminal is narrower.
        let rest: [Drawing.Stroke] = drawnLines > 0 ? [.clearBelow] : []
        drawnLines = lines.count
        return Drawing(up + lines.flatMap { [.clearLine, .text($0 + "\n")] } + rest)
    }

    /// Takes the picture away.
    private mutating func erased() -> Drawing {
        guard drawnLines > 0 else { return Drawing() }
        defer { drawnLines = 0 }
        return Drawing([.up(drawnLines), .clearBelow])
    }

    /// What has changed: a line for each table whose tasks have moved on, and what holds the load up.
    private func news(_ frame: LoadFrame) -> Drawing {
        Drawing([.text(moves(frame) + holdUps(frame).map { $0 + "\n" }.joined())])
    }

    private func holdUps(_ frame: LoadFrame) -> [String] {
        var lines: [String] = []
        if frame.pause != told?.pause {
            lines.append("load \(frame.load): \(VisibleText.line(frame.pause ?? "goes on"))")
        }
        if let wait = frame.wait, wait != told?.wait {
            lines.append("(load \(frame.load): \(VisibleText.line(wait)))")
        }
        return lines
    }

    private func moves(_ frame: LoadFrame) -> String {
        let known = Dictionary(
            (told?.tables ?? []).map { ($0.name, $0) },
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
                    + "\(counted(table.rows, "row"))\n"
            }
            .joined()
    }
}
