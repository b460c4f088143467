import Words

/// What is drawn on a terminal: text, and the movements between it.
///
/// Movements are no text: an escape sequence within a text is shown, never obeyed.
public struct Drawing: Sendable, Hashable {
    enum Stroke: Sendable, Hashable {
        /// Text; its line ends stay.
        case text(String)
        /// So many lines up, to their beginning.
        case up(Int)
        /// The line under the cursor is emptied.
        case clearLine
        /// All below the cursor is emptied.
        case clearBelow
    }

    private let strokes: [Stroke]

    init(_ strokes: [Stroke] = []) {
        self.strokes = strokes
    }

    /// What a terminal is sent.
    public var sequence: String { strokes.map(Self.sequence).joined() }

    private static func sequence(of stroke: Stroke) -> String {
        switch stroke {
        case .text(let text): VisibleText.lines(text)
        case .up(let lines): "\u{1B}[\(lines)A"
        case .clearLine: "\u{1B}[2K"
        case .clearBelow: "\u{1B}[J"
        }
    }

    static func + (first: Drawing, second: Drawing) -> Drawing {
        Drawing(first.strokes + second.strokes)
    }
}
