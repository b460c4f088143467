internal import Yams

/// An error of the YAML parser in words that help.
struct YAMLSyntaxProblem {
    private var code = Diagnostic.Code.yamlSyntax
    private var message: String
    private var note: String?
    private let span: Span

    init(_ error: YamlError, source: SourceText) {
        let (problem, place) = Self.parts(of: error)
        var position = source.clamped(place)
        message = "the text is not YAML: \(problem)"
        if let tab = Self.indentingTab(near: position.line, in: source) {
            position = tab
            message = "a tab stands in the indentation"
            note = "YAML is indented with blanks only"
        } else if problem.contains("alias") {
            code = .yamlFeature
            message = "definitions use no anchors and aliases"
            note = "a text that begins with `*` or `&` must be in quotes"
        } else if problem.contains("another document") {
            message = "the file holds more than one YAML document"
        } else if Self.hasBareVariable(source.line(position.line) ?? "") {
            note = "inside `{ }` and `[ ]`, a text with `${…}` must be in quotes: `\"${name}\"`"
        } else {
            note = Self.notes.first { problem.contains($0.problem) }?.note
        }
        span = Span(file: source.path, position: position, length: 1)
    }

    func report(to findings: Findings) {
        findings.add(code, at: span, message, note: note)
    }

    private static let notes: [(problem: String, note: String)] = [
        (
            "mapping values are not allowed",
            "a text that holds `: ` must be in quotes; or the indentation is wrong"
        ),
        ("could not find expected ':'", "a key is followed by `: ` and its value"),
        (
            "did not find expected ',' or",
            "inside `{ }` and `[ ]`, items are separated by `,`, and the bracket must be closed"
        ),
        (
            "did not find expected key",
            "the indentation is wrong here, or a quote or bracket before is not closed"
        ),
        ("unexpected end of stream", "a quote is not closed"),
        (
            "cannot start any token",
            "a text that begins with `%`, `@` or a backtick must be in quotes"
        ),
    ]

    private static func parts(
        of error: YamlError
    ) -> (problem: String, place: Diagnostic.Position) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (problem, Diagnostic.Position(line: mark.line, column: mark.column))
        case .reader(let problem, _, _, _): (problem, .start)
        default: ("it cannot be parsed", .start)
        }
    }

    /// Whether a `${…}` stands outside of quotes.
    private static func hasBareVariable(_ line: String) -> Bool {
        var quote: Character?
        var previous: Character?
        for character in line {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if previous == "$" && character == "{" {
                return true
            }
            previous = character
        }
        return false
    }

    /// A tab before the first other character of the line, or of the one before it.
    private static func indentingTab(
        near line: Int,
        in source: SourceText
    ) -> Diagnostic.Position? {
        for number in [line, line - 1] {
            let blanks = (source.line(number) ?? "").unicodeScalars
                .prefix { $0 == " " || $0 == "\t" }
            if let tab = blanks.enumerated().first(where: { $0.element == "\t" }) {
                return Diagnostic.Position(line: number, column: tab.offset + 1)
            }
        }
        return nil
    }
}
