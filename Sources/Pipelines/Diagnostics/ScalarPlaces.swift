/// Where the characters of a text stand in the line that holds it.
struct ScalarPlaces {
    /// The distance of each character from where the text begins, and of its end.
    private let distances: [Int]

    /// Follows `scalar` along `line` from `column` (from 1); `nil` when the text is not written there
    /// as it is read: over several lines, with escapes, or with parameters.
    init?(of scalar: YAMLNode.Scalar, in line: String, from column: Int) {
        let written = Array(line.unicodeScalars.dropFirst(column - 1))
        var quote: Unicode.Scalar?
        if !scalar.isPlain {
            guard let first = written.first, first == "'" || first == "\"" else { return nil }
            quote = first
        }
        var distances: [Int] = []
        var index = quote == nil ? 0 : 1
        for character in scalar.text.unicodeScalars {
            distances.append(index)
            // A quote within single quotes is doubled; within double ones, it has a backslash.
            let isEscaped =
                quote == "'" && character == "'"
                || quote == "\"" && (character == "\"" || character == "\\")
            if isEscaped {
                guard index < written.count, written[index] == (quote == "'" ? "'" : "\\") else {
                    return nil
                }
                index += 1
            }
            guard index < written.count, written[index] == character else { return nil }
            index += 1
        }
        self.distances = distances + [index]
    }

    /// Where a part of the text stands.
    func part(_ offset: Int, _ length: Int) -> Range<Int>? {
        guard distances.indices.contains(offset), distances.indices.contains(offset + length)
        else { return nil }
        return distances[offset]..<distances[offset + length]
    }
}

extension Findings {
    /// The place of a part of a text, in Unicode scalars from 0; of the whole text when it is not
    /// written in one line as it is read.
    func span(of node: YAMLNode, offset: Int, length: Int) -> Span {
        let position = node.span.position
        guard case .scalar(let scalar) = node.content,
            let line = line(position.line, of: node.span.file),
            let places = ScalarPlaces(of: scalar, in: line, from: position.column),
            let part = places.part(offset, length)
        else { return node.span }
        return Span(
            file: node.span.file,
            position: Diagnostic.Position(
                line: position.line,
                column: position.column + part.lowerBound
            ),
            length: part.count
        )
    }
}
