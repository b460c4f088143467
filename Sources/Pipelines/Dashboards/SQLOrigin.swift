/// Where the SQL of a dashboard stands in its file.
package struct SQLOrigin: Sendable, Hashable {
    /// Where it stands as a whole.
    package let start: Diagnostic.Position
    /// Where each of its lines begins; empty where they are not written as they are read.
    private let lines: [Diagnostic.Position]

    /// Finds the lines of a text in its file.
    init(of node: YAMLNode, in findings: Findings) {
        start = node.span.position
        lines = Self.lines(of: node, in: findings)
    }

    /// Where a place of the SQL, counted from 1, stands; the whole of it where that cannot be told.
    package func position(of place: Diagnostic.Position) -> Diagnostic.Position {
        guard lines.indices.contains(place.line - 1) else { return start }
        let line = lines[place.line - 1]
        return Diagnostic.Position(line: line.line, column: line.column + place.column - 1)
    }

    /// Whether the places of its parts are known.
    package var isExact: Bool { !lines.isEmpty }

    private static func lines(
        of node: YAMLNode,
        in findings: Findings
    ) -> [Diagnostic.Position] {
        guard case .scalar(let scalar) = node.content else { return [] }
        let position = node.span.position
        let file = node.span.file
        if let line = findings.line(position.line, of: file),
            let places = ScalarPlaces(of: scalar, in: line, from: position.column),
            let first = places.part(0, 0)
        {
            return [
                Diagnostic.Position(
                    line: position.line,
                    column: position.column + first.lowerBound
                )
            ]
        }
        var found: [Diagnostic.Position] = []
        for (index, text) in lines(of: scalar.text).enumerated() {
            let number = position.line + 1 + index
            guard let line = findings.line(number, of: file) else {
                return text.isEmpty ? found : []
            }
            let written = Array(line.unicodeScalars)
            guard written.suffix(text.count).elementsEqual(text) else { return [] }
            found.append(
                Diagnostic.Position(line: number, column: written.count - text.count + 1)
            )
        }
        return found
    }

    private static func lines(of text: String) -> [ArraySlice<Unicode.Scalar>] {
        Array(text.unicodeScalars).split(separator: "\n", omittingEmptySubsequences: false)
    }
}
