internal import Words

extension Diagnostic {
    /// The problem as compilers show it, with the line it is on and a caret, over several lines.
    ///
    /// What is invisible is made visible, so that the caret stands under what it is about and no text of
    /// a definition passes for a line of the problem.
    ///
    /// - Parameter folder: what to put in front of file names, so that they can be clicked.
    /// - Returns: The text, without a line end behind it.
    public func rendered(folder: String? = nil) -> String {
        let path = folder.map { $0.hasSuffix("/") ? $0 + file : $0 + "/" + file } ?? file
        let number = sourceLine == nil ? "" : String(position.line)
        let margin = String(repeating: " ", count: number.utf8.count)
        let place = sourceLine == nil ? path : "\(path):\(position)"
        var lines = ["\(severity.rawValue)[\(code.rawValue)]: \(message)", "\(margin)--> \(place)"]
        if let sourceLine {
            lines += ["\(margin) |", "\(number) | \(sourceLine)"]
            lines.append("\(margin) | \(marking(sourceLine))")
        }
        if let expected { lines.append("\(margin) = expected: \(expected)") }
        if let note { lines.append("\(margin) = note: \(note)") }
        if sourceLine == nil, let hint { lines.append("\(margin) = \(hint)") }
        return lines.map(VisibleText.line).joined(separator: "\n")
    }

    private var hint: String? { suggestion.map { "did you mean `\($0)`?" } }

    /// Carets under the offending text, as wide as both are when the invisible is visible.
    private func marking(_ line: String) -> String {
        let before = line.unicodeScalars.prefix(position.column - 1)
        let marked = line.unicodeScalars.dropFirst(position.column - 1).prefix(length)
        let padding = String(repeating: " ", count: VisibleText.width(of: String(before)))
        let carets = String(repeating: "^", count: max(1, VisibleText.width(of: String(marked))))
        return padding + carets + (hint.map { " \($0)" } ?? "")
    }
}
