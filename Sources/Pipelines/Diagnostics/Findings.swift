/// The problems found so far in a definition, and the texts they are shown with.
final class Findings {
    private(set) var diagnostics: [Diagnostic] = []
    private var sources: [String: SourceText] = [:]
    /// Where values begin that no problem of their line may show.
    private var concealed: [Span] = []

    var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// The problems in the order of the text, each once.
    var sorted: [Diagnostic] {
        var seen: Set<Diagnostic> = []
        return diagnostics.map(concealing).filter { seen.insert($0).inserted }
            .sorted { left, right in
                // The definition itself comes before the files it names.
                if left.file != right.file {
                    return left.file == DefinitionBundle.mainFile
                        || right.file != DefinitionBundle.mainFile && left.file < right.file
                }
                return left.position == right.position
                    ? left.message < right.message : left.position < right.position
            }
    }

    func addSource(_ source: SourceText) {
        sources[source.path] = source
    }

    /// A line of a file, from 1.
    func line(_ number: Int, of file: String) -> String? {
        sources[file]?.line(number)
    }

    /// Has the line of `span` shown only as far as the span, whatever else is wrong with it.
    func conceal(_ span: Span) {
        concealed.append(span)
    }

    private func concealing(_ diagnostic: Diagnostic) -> Diagnostic {
        let columns = concealed.filter { span in
            span.file == diagnostic.file && span.position.line == diagnostic.position.line
        }
        guard let column = columns.map(\.position.column).min(), let line = diagnostic.sourceLine
        else { return diagnostic }
        var shown = diagnostic
        let scalars = line.unicodeScalars
        let stars = String(repeating: "*", count: max(0, scalars.count - column + 1))
        shown.sourceLine = String(scalars.prefix(column - 1)) + stars
        return shown
    }

    /// Records a problem of `span`; with `hidesValue` the line is shown only as far as the span.
    func add(
        _ code: Diagnostic.Code,
        at span: Span,
        severity: Diagnostic.Severity = .error,
        _ message: String,
        expected: String? = nil,
        suggestion: String? = nil,
        note: String? = nil,
        hidesValue: Bool = false
    ) {
        let source = sources[span.file]
        let position = source?.clamped(span.position) ?? span.position
        var line = source?.line(position.line).map(PasswordMask.masked)
        if hidesValue {
            line = line.map { String($0.unicodeScalars.prefix(position.column - 1)) + "***" }
        }
        diagnostics.append(
            Diagnostic(
                severity: severity,
                code: code,
                file: span.file,
                position: position,
                length: hidesValue ? 3 : max(1, span.length),
                message: message,
                expected: expected,
                suggestion: suggestion,
                note: note,
                sourceLine: line
            )
        )
    }
}

/// A piece of a file: where it begins and how much of its line it takes.
struct Span: Hashable {
    var file: String
    var position: Diagnostic.Position
    var length: Int

    /// The beginning of a file.
    static func start(of file: String) -> Span {
        Span(file: file, position: .start, length: 1)
    }
}
